"""The candidate shown to some: an experiment of the strategy, whose variants differ by versions of artifacts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

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
    """

    guard: Guard
    units: int
    interval: Interval | None

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
        """Of each guard what the experiment says so far."""
        return [Guarded(each, 0, None) for each in self._rules.ramp.guards]

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
