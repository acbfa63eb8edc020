"""The candidate shown to some: an experiment of the strategy, whose variants differ by versions of artifacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from shopmind.evaluation.experiments import experiment_report
from shopmind.evaluation.experiments.analysis import FEWEST_UNITS
from shopmind.kit.errors import NotFoundError
from shopmind.metrics.intervals import Interval
from shopmind.operations.strategy.cycle import Cycle
from shopmind.operations.strategy.rules import Guard, Rules
from shopmind.shop import Shop
from shopmind.shop.folder import EXPERIMENTS

SERVED, CANDIDATE = "served", "candidate"


@dataclass(frozen=True, slots=True)
class Guarded:
    """A guard's figure.

    Attributes:
        units: of the smaller half.
        interval: of the relative difference, valid however often it is looked at; None while it cannot be said.
        enough: whether both halves have so many units that did something that the interval is to be believed.
    """

    guard: Guard
    units: int = 0
    interval: Interval | None = None
    enough: bool = False

    @property
    def surely_worse(self) -> bool:
        """Whether the whole interval lies below what is allowed; a half in which hardly anybody does anything is
        believed too."""
        known = self.interval is not None and self.units >= FEWEST_UNITS
        return known and self.interval is not None and self.interval.high < self.guard.least

    def told(self) -> str:
        """In words."""
        if self.interval is None:
            return f"not known yet, {self.units} units"
        return f"{self.interval.value:+.1%} ({self.interval.low:+.1%} to {self.interval.high:+.1%}), {self.units} units"

    def as_json(self) -> dict[str, Any]:
        """For the knowledge log."""
        return {"least": self.guard.least, "units": self.units, "difference": self.interval and asdict(self.interval)}


class Trial:
    """The experiment of one cycle: everybody who takes part keeps their half from the first step to the last."""

    def __init__(self, shop: Shop, cycle: Cycle, rules: Rules) -> None:
        self._shop = shop
        self._cycle = cycle
        self._rules = rules

    @property
    def name(self) -> str:
        """As answers and events carry it: NAME/candidate and NAME/served."""
        return f"strategy-{self._cycle.cycle_id}"

    def at(self, share: float) -> None:
        """Lets in this share of the units; nothing happens when they are in."""
        experiments, table = self._shop.experiments, self._table(share)
        try:
            state = experiments.get(self.name)
        except NotFoundError:
            state = None
        if state is None or state.experiment is None or state.experiment.table != table:
            state = experiments.put(self.name, table)
        if state.status != "running":
            experiments.start(self.name, by="strategy")

    def figures(self) -> list[Guarded]:
        """Of each guard what the experiment says so far.

        Raises:
            NotFoundError: there is no experiment.
        """
        if not self._rules.ramp.guards:
            return []
        report = experiment_report(self._shop, self.name)
        known = {} if report["split"]["broken"] else report["metrics"]
        return [_guarded(each, known.get(each.metric)) for each in self._rules.ramp.guards]

    def end(self) -> None:
        """Everybody sees what is served; the log of answers and the knowledge log keep what was."""
        try:
            state = self._shop.experiments.get(self.name)
        except NotFoundError:
            return
        if state.status != "stopped":
            self._shop.experiments.stop(self.name, by="strategy")
        (self._shop.path / EXPERIMENTS / f"{self.name}.toml").unlink(missing_ok=True)

    def _table(self, share: float) -> dict[str, Any]:
        metrics = list(dict.fromkeys(each.metric for each in self._rules.ramp.guards))
        return {
            "title": f"Candidate of {self._cycle.cycle_id}",
            "scenarios": list(self._rules.scenarios),
            "unit": self._rules.ramp.unit,
            "layer": "strategy",
            "ramp": share,
            "test": "sequential",
            **({"metric": metrics[0], "watch": metrics[1:]} if metrics else {}),
            "variants": {
                SERVED: {"share": 0.5},
                CANDIDATE: {"share": 0.5, "artifacts": self._cycle.changed()},
            },
        }


def _guarded(guard: Guard, found: Mapping[str, Any] | None) -> Guarded:
    """A guard's figure out of the experiment's report."""
    if found is None:
        return Guarded(guard)  # the split is broken, or the rules did not name it when the experiment began
    units = min(int(found["arms"].get(name, {}).get("units", 0)) for name in (SERVED, CANDIDATE))
    told = found["comparisons"].get(CANDIDATE, {})
    value, low, high = (told.get(name) for name in ("lift", "lift_low", "lift_high"))
    known = value is not None and low is not None and high is not None
    interval = Interval(value, low, high, units) if known else None
    return Guarded(guard, units, interval, bool(told.get("enough")))
