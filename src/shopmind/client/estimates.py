"""The part of the client that plans experiments and estimates without one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from shopmind.client.calls import Calls
from shopmind.client.typed import read, read_all


@dataclass(frozen=True, slots=True)
class Need:
    """What it takes to find a relative change; None while nothing can be said."""

    effect: float
    units: int | None
    days: int | None


@dataclass(frozen=True, slots=True)
class Find:
    """The smallest relative change that so many days find; None where nothing is found."""

    days: int
    units: int
    effect: float | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What the shop's own traffic of the last four weeks allows; `value` is that of the metric now."""

    value: float | None
    units: int
    units_a_day: float
    needs: tuple[Need, ...]
    finds: tuple[Find, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """One off-policy estimate.

    Attributes:
        state: running, done, refused (the log cannot say), failed, cancelled, or lost (its process was killed).
        doing, done, total: how far it is.
        result: of `Client.estimate` only, as `shopmind evaluate policy --json` tells it; None until it is there.
    """

    estimate_id: str
    state: str
    scenario: str
    differences: Mapping[str, Any]
    reward: str
    days: float
    most: int
    by: str
    started_at_ms: int
    ended_at_ms: int | None
    doing: str
    done: int
    total: int | None
    why: str
    result: Mapping[str, Any] | None = None


class Estimates(Calls):
    """Plans, and estimates told from the log."""

    def plan_experiment(
        self,
        scenarios: Sequence[str],
        *,
        effects: Sequence[float] = (0.02, 0.05, 0.1, 0.2),
        days: Sequence[int] = (7, 14, 28, 56),
        **wish: Any,
    ) -> Plan:
        """Units and days for each effect, and what so many days find.

        Args:
            wish: metric, unit, variants, share, level, power, test; as POST /v1/plans.

        Raises:
            InputError: an unknown scenario, or a number out of range.
        """
        body = {"scenarios": list(scenarios), "effects": list(effects), "days": list(days), **wish}
        return read(Plan, self._call("POST", "v1/plans", body=body))

    def estimates(self) -> list[Estimate]:
        """The newest estimates, newest first."""
        return read_all(Estimate, self._call("GET", "v1/estimates")["estimates"])

    def estimate(self, estimate_id: str) -> Estimate:
        """One estimate with what came out; raises NotFoundError."""
        return read(Estimate, self._call("GET", _path(estimate_id))["estimate"])

    def start_estimate(
        self,
        scenario: str,
        differences: Mapping[str, Any] | None = None,
        *,
        reward: str = "click",
        days: float = 7.0,
        most: int = 2_000,
    ) -> Estimate:
        """Begins to estimate what a scenario would have earned with these keys of its file changed.

        Raises:
            InputError: an unknown scenario, or differences that make none.
            BusyError: another one runs, and does not end while this is tried again.
        """
        body = {"scenario": scenario, "differences": differences or {}, "reward": reward, "days": days, "most": most}
        return read(Estimate, self._call("POST", "v1/estimates", body=body)["estimate"])

    def cancel_estimate(self, estimate_id: str) -> Estimate:
        """Ends one that runs, within a second; raises NotFoundError."""
        return read(Estimate, self._call("DELETE", _path(estimate_id))["estimate"])


def _path(estimate_id: str) -> str:
    return f"v1/estimates/{quote(estimate_id, safe='')}"
