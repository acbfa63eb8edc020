"""Where a cycle stands: one record, written after each step, that a new process goes on from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from shopmind.stores.ports import Records

Step = Literal["fit", "evaluate", "shadow", "ramp", "promote", "withdraw", "done"]
Outcome = Literal["", "promoted", "rolled_back", "unchanged"]

KIND, CURRENT = "strategy", "current"


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence in both languages."""

    en: str
    zh: str


@dataclass(frozen=True)
class Cycle:
    """One candidate on its way.

    Attributes:
        cycle_id: made from the time it began.
        step: what is to be done next.
        since_ms: when that step began.
        why: reasons that it began for.
        names: artifacts to fit.
        cutoff_ms: the candidate sees events before it; those from it on are asked for.
        before: name → version served when it began; "" where none was.
        candidate: name → version, as far as fitted.
        unfit: name → why it could not be fitted.
        fitted_ms: when the last one was; an erasure after it withdraws the candidate.
        rung: place in the steps of the ramp.
        reason: why it was promoted or withdrawn.
        marks: what the next one is counted from: event_number, last_event_ms, change, size (of the catalogue), at_ms.
        data: the data's version at the beginning.
    """

    cycle_id: str
    step: Step
    since_ms: int
    started_ms: int
    why: tuple[Said, ...]
    names: tuple[str, ...]
    cutoff_ms: int
    before: Mapping[str, str]
    marks: Mapping[str, int]
    data: Mapping[str, Any]
    candidate: Mapping[str, str] = field(default_factory=dict)
    unfit: Mapping[str, str] = field(default_factory=dict)
    fitted_ms: int = 0
    rung: int = 0
    reason: Said = Said("", "")
    outcome: Outcome = ""

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.step == "done"

    def changed(self) -> dict[str, str]:
        """Candidates that are not what is served already."""
        return {name: version for name, version in self.candidate.items() if self.before.get(name) != version}

    def at(self, step: Step, now_ms: int, **more: Any) -> Cycle:
        """The same, with another step to be done next."""
        return replace(self, step=step, since_ms=now_ms, **more)


def id_of(now_ms: int) -> str:
    """A cycle's id: 20261122-115000."""
    return datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%d-%H%M%S")


def load(records: Records) -> Cycle | None:
    """The cycle that runs, or the last one; None before the first."""
    body = records.get(KIND, CURRENT)
    if body is None:
        return None
    why, reason = tuple(Said(**each) for each in body["why"]), Said(**body["reason"])
    return Cycle(**{**body, "why": why, "reason": reason, "names": tuple(body["names"])})


def save(records: Records, cycle: Cycle) -> None:
    """Keeps where the cycle stands; durable when this returns."""
    records.put(KIND, CURRENT, asdict(cycle))
