"""The part of the client that is about models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from shopmind.client.calls import Calls
from shopmind.client.typed import read, read_all


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One version.

    Attributes:
        stale: fitted before somebody was forgotten whom it may have learned from.
        damaged: why it cannot be read; "" when it can.
        behind: events that came since the last one it has read.
        card, curves: of `Client.model` only: from what and how it was fitted; what its training measured step by step.
    """

    version: str
    current: bool
    trained_at_ms: int | None
    stale: bool
    damaged: str
    events: int | None
    behind: int | None
    figures: Mapping[str, Any]
    card: Mapping[str, Any] = field(default_factory=dict)
    curves: Mapping[str, tuple[float | None, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One kind of model in short.

    Attributes:
        versions: how many are kept.
        before: the version a roll-back gives; "" for none.
        untrained: why the last training could not make it; "" when it could.
        waiting: promoted, and taken into use once all its vectors are made.
        needed_by: scenarios with a part that loads it.
    """

    kind: str
    about: str
    current: ModelVersion | None
    versions: int
    before: str
    untrained: str
    waiting: bool
    needed_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """One kind of model with its versions, newest first; otherwise as `ModelLine`."""

    kind: str
    about: str
    before: str
    untrained: str
    waiting: bool
    needed_by: tuple[str, ...]
    versions: tuple[ModelVersion, ...]

    @property
    def current(self) -> ModelVersion | None:
        """The version that answers."""
        return next((each for each in self.versions if each.current), None)


class Models(Calls):
    """Models: listed, read with their cards, promoted, rolled back."""

    def models(self) -> list[ModelLine]:
        """Every kind of model in short, by name."""
        return read_all(ModelLine, self._call("GET", "v1/models")["models"])

    def model(self, kind: str) -> Model:
        """One kind with all its versions; raises NotFoundError."""
        return read(Model, self._call("GET", f"v1/models/{quote(kind, safe='')}"))

    def promote_model(self, kind: str, version: str, *, reason: str = "") -> Model:
        """Lets a version answer; raises NotFoundError, and InputError for a damaged one."""
        body = {"version": version, "reason": reason}
        return read(Model, self._call("POST", f"v1/models/{quote(kind, safe='')}/promote", body=body))

    def roll_back_model(self, kind: str, *, reason: str = "") -> Model:
        """Lets the version answer that did before the one that answers now.

        Raises:
            NotFoundError: there is no such kind.
            InputError: there is nothing to go back to.
        """
        now = self.model(kind).current
        body = {"version": "" if now is None else now.version, "reason": reason}
        return read(Model, self._call("POST", f"v1/models/{quote(kind, safe='')}/rollback", body=body))
