"""What goes through the door of the knowledge log, as schemas.py does for everybody's."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from shopmind.operations.knowledge import What
from shopmind.serving.schemas import MAX_TEXT, Answer

Subjects = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=220)]],
    BeforeValidator(lambda given: given.split(",") if isinstance(given, str) else given),
]


class KnowledgeQuestion(BaseModel):
    """What is asked of the knowledge log."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field("", max_length=MAX_TEXT, description="a question in words; the newest entries when left out")
    what: What | None = Field(None, description="only entries of this sort")
    about: str | None = Field(
        None, max_length=220, description="only entries about this, such as scenario:cart or experiment:"
    )
    n: int = Field(10, ge=1, le=1000, description="most entries")
    language: Literal["", "en", "zh"] = Field("", description="of titles and texts; the shop's own when left out")


class NoteRow(BaseModel):
    """What a person writes down."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=200, description="what was learned, in one sentence")
    text: str | None = Field(None, max_length=20_000, description="the whole of it")
    about: Subjects | None = Field(None, description="KIND:NAME such as scenario:cart, topic:diversity")
    what: Literal["noted", "decided"] | None = Field(None, description="noted when left out")
    language: str | None = Field(None, description="told by the text when left out")
    key: str | None = Field(None, description="the entry's name; made here when left out")


class EntryAnswer(Answer):
    """An entry of the knowledge log."""

    key: str
    at: str
    what: What
    about: list[str]
    title: str
    text: str
    score: float | None = Field(description="how well it answers; null where nothing was asked")
    by: str = Field(description="strategy, cli, the public prefix of a key, or a name that was given")
    metrics: dict[str, Any] = Field(description="figures; with an interval as value, low and high")
    reason: str = Field(description="why it was done, in English")
    data: dict[str, Any] = Field(description="event_number, change, events and digest of what the shop held")
    code: str = Field(description="version and digest of the code that ran")


class KnowledgeAnswer(Answer):
    """Entries that answer, best first; the newest where nothing was asked."""

    request_id: str
    entries: list[EntryAnswer]
    degraded: list[str] = Field(description="named fallbacks of the search")
