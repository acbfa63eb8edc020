"""Scenario files as they go through the door, as schemas.py does for slates."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from shopmind.serving.schemas import Answer
from shopmind.shop.scenario_files import MOST_LETTERS


class ScenarioText(BaseModel):
    """The text of a scenario file."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(max_length=MOST_LETTERS, description="TOML")
    version: int | None = Field(
        None,
        ge=0,
        description="that was read before: refused when another stands by now. Left out, it is written anyway",
    )


class ScenarioBack(BaseModel):
    """An older version to go back to."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=0, description="0 is the file that comes with shopmind")


class ScenarioVersion(Answer):
    """One version of a file."""

    version: int
    text: str = Field(description='"" where the shop\'s own file was taken away')
    by: str = Field(description='prefix of the key that wrote it; "file" where it was found in the folder')
    at: str


class ScenarioFileAnswer(Answer):
    """A scenario as text."""

    request_id: str
    name: str
    text: str = Field(description="what answers now")
    packaged: str = Field(description='what comes with shopmind; "" where nothing does')
    own: bool = Field(description="whether the shop has a file of its own for it")
    version: int = Field(description="the newest that is kept; 0 while nothing was changed")
    history: list[ScenarioVersion] = Field(description="newest first")


class ScenarioCheckAnswer(Answer):
    """What a text would do."""

    request_id: str
    title: str
    diff: list[str] = Field(description="lines of a unified difference; none when nothing changes")
    missing: list[str] = Field(description="what it would still need")
    affected: list[str] = Field(description="other scenarios that are built on it and would change")


class ScenarioRemovedAnswer(Answer):
    """A file of the shop's own that was taken away."""

    request_id: str
    name: str
    packaged: bool = Field(description="whether the file that comes with shopmind answers now")
