"""What goes through the door of models, as schemas.py does for everybody's."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from shopmind.serving.schemas import Answer


class PromoteQuestion(BaseModel):
    """Which version is to answer."""

    model_config = ConfigDict(extra="forbid")

    version: str = Field(min_length=1, max_length=64, description="one of the kind's versions, or newest")
    reason: str = Field("", max_length=2_000, description="why; kept in the knowledge log")


class BackQuestion(BaseModel):
    """Why what was promoted is taken back."""

    model_config = ConfigDict(extra="forbid")

    version: str = Field(
        "", max_length=64, description="the one that is to stop answering; nothing is changed where another one answers"
    )

    reason: str = Field("", max_length=2_000, description="why; kept in the knowledge log")


class VersionLine(Answer):
    """One version in short."""

    version: str
    current: bool
    trained_at: str | None
    stale: bool = Field(description="fitted before somebody was forgotten whom it may have learned from")
    damaged: str = Field(description="why it cannot be read; empty when it can")
    events: int | None = Field(description="events it was fitted on")
    behind: int | None = Field(description="events that came since the last one it has read")
    figures: dict[str, Any] = Field(description="what its recipe measured, plain numbers and words only")


class ModelLine(Answer):
    """One kind of model in short."""

    kind: str
    about: str = Field(description="what it is, in one sentence")
    current: VersionLine | None
    versions: int
    before: str = Field(description="the version a roll-back gives; empty when there is none")
    untrained: str = Field(description="why the last training could not make it; empty when it could")
    waiting: bool = Field(description="promoted, and taken into use once all its vectors are made")
    needed_by: list[str] = Field(description="scenarios with a part that loads it")


class ModelsAnswer(Answer):
    """Every kind of model by name."""

    request_id: str
    models: list[ModelLine]


class VersionAnswer(VersionLine):
    """One version with its whole card."""

    card: dict[str, Any] = Field(description="from what, how, and what was measured, as the fit wrote it")
    curves: dict[str, list[float | None]] = Field(description="what a training measured, step by step")


class ModelAnswer(Answer):
    """One kind of model with its versions, newest first."""

    request_id: str
    kind: str
    about: str
    before: str
    untrained: str
    waiting: bool
    needed_by: list[str]
    versions: list[VersionAnswer]
