"""What goes through the doors for those who look into an answer, or compare two configurations."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from shopmind.serving.merchandise_schemas import MoveAnswer
from shopmind.serving.schemas import MAX_ANCHORS, MAX_FILTER, MAX_TEXT, Answer, Id
from shopmind.serving.slate_schemas import SlateAnswer
from shopmind.shop.workbench import LONGEST_TOML

MAX_LOOKED = 50
Stage = Literal["retrieve", "features", "rerank"]


class ConfigurationQuestion(BaseModel):
    """What answers: a scenario of the shop, or a text in the place of its file."""

    model_config = ConfigDict(extra="forbid")

    scenario: str = Field("search", min_length=1, max_length=100)
    scenario_toml: str = Field(
        "",
        max_length=LONGEST_TOML,
        description='a scenario file to answer with, such as `base = "search"` and the keys that differ; it is checked '
        "and kept nowhere, and needs the scope `merchandise`",
    )


class TriedQuestion(BaseModel):
    """A question whose answer is shown to nobody."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field("", max_length=MAX_TEXT)
    user: Id | None = Field(None, description="the shop's own user id; it is made a pseudonym here")
    session: Id | None = None
    anchors: list[Id] = Field([], max_length=MAX_ANCHORS, description="ids of the items in view or in the cart")
    filters: str = Field("", max_length=MAX_FILTER)
    n: int | None = Field(None, ge=1, le=MAX_LOOKED)
    language: Literal["", "en", "zh"] = ""


class SignalQuestion(BaseModel):
    """A signal to be switched off."""

    model_config = ConfigDict(extra="forbid")

    stage: Stage
    part: str = Field(min_length=1, max_length=100, description="a retriever by its column, a feature or a reranker")


class TraceQuestion(TriedQuestion, ConfigurationQuestion):
    """An answer to be looked into."""

    without: list[SignalQuestion] = Field([], max_length=60, description="signals to be switched off together")
    each: bool = Field(False, description="also tell what each signal, switched off by itself, changes")


class CompareQuestion(TriedQuestion):
    """A question to two configurations."""

    one: ConfigurationQuestion
    other: ConfigurationQuestion


class StepAnswer(Answer):
    """One part at work."""

    stage: str = Field(description="understand, filter, retrieve, merge, features, rank or rerank")
    part: str
    saw: int = Field(description="rows that came in")
    kept: int = Field(description="rows that went out")
    took_ms: float
    note: str = Field(description="what went wrong or was left out")


class BroughtAnswer(Answer):
    """What one retriever brought."""

    part: str
    items: int
    alone: int = Field(description="of them, brought by no other retriever")
    shown: int = Field(description="of them, on the page")


class FilteredAnswer(Answer):
    """What one filter took out of what those before it let pass."""

    part: str
    items: int
    examples: list[str] = Field(
        description="ids of a few, first what the visitor had to do with; of a named visitor told to the scope `admin` "
        "alone, for it is what they bought"
    )


class TracedItemAnswer(Answer):
    """One item on its way; places are counted from 0 on, null where it is not there."""

    item_id: str
    kind: str
    title: str
    position: int | None = Field(description="on the page; null for one that the ranker put there and a later part not")
    places: list[int | None] = Field(description="in each of `stages`")
    brought: dict[str, int] = Field(description="retriever → its place in what that one brought")
    score: float | None = Field(description="as ranked; null when it cannot be said, and of ads")
    values: dict[str, float] = Field(description="evidence → its value")
    shares: dict[str, float] = Field(description="evidence → its part of the score, where the ranker can say")


class TraceAnswer(Answer):
    """How an answer came about."""

    steps: list[StepAnswer]
    brought: list[BroughtAnswer]
    removed: list[FilteredAnswer]
    stages: list[str] = Field(description="names of the orders: the ranker, rules, each reranker, the page")
    candidates: int = Field(description="how many were ranked")
    items: list[TracedItemAnswer] = Field(description="the page, then what was moved off it")


class SignalAnswer(Answer):
    """A signal that can be switched off."""

    stage: Stage
    part: str


class EffectAnswer(Answer):
    """What one signal, switched off by itself, changes on the page."""

    stage: Stage
    part: str
    left: int = Field(description="items that leave the page")
    moved: list[MoveAnswer]


class WithoutAnswer(Answer):
    """The answer without the signals that were named."""

    slate: SlateAnswer
    moved: list[MoveAnswer]


class TracedAnswer(Answer):
    """An answer with its trace. It is logged nowhere, and no experiment takes part."""

    request_id: str
    slate: SlateAnswer
    trace: TraceAnswer
    signals: list[SignalAnswer]
    without: WithoutAnswer | None
    each: list[EffectAnswer] = Field(description="with `each`; fewer than `signals` when the time was up")


class ComparedAnswer(Answer):
    """Two answers to one question, and the items whose places differ."""

    request_id: str
    one: SlateAnswer
    other: SlateAnswer
    moved: list[MoveAnswer]
