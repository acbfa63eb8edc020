"""An experiment as its file says it: who takes part, in what, and by what it is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Unit = Literal["user", "session"]
Kind = Literal["variants", "interleaving"]
Test = Literal["sequential", "fixed"]
Metric = Literal[
    "conversion",
    "orders",
    "revenue",
    "clicks",
    "click_through",
    "add_to_cart",
    "revenue_per_mille",
    "average_order_value",
]
METRICS: tuple[Metric, ...] = get_args(Metric)
HOLDOUT = "holdout"
"""Who is held out is logged as if this were a variant; no variant may have the name."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of answering.

    Attributes:
        share: of those who take part; 0 in an interleaving, where everybody sees both.
        start: the scenario whose table the differences are laid over; None takes the one that is asked for.
        differences: keys of a scenario file; empty answers as the start does.
        artifacts: name → version, of artifacts that stand at another version than the promoted one.
    """

    name: str
    share: float
    start: str | None = None
    differences: Mapping[str, Any] = field(default_factory=dict)
    artifacts: Mapping[str, str] = field(default_factory=dict)

    @property
    def plain(self) -> bool:
        """Whether it answers as if there were no experiment."""
        return self.start is None and not self.differences and not self.artifacts


@dataclass(frozen=True, slots=True)
class Experiment:
    """A file `<shop>/experiments/NAME.toml`.

    Attributes:
        scenarios: the places where it applies.
        unit: who keeps a variant: a user (visitors without a user id take no part) or a session.
        layer: experiments of one layer share out its units among them; of two layers they know nothing of each other.
        first: where its part of the layer begins, 0 to 1 (key `from`).
        share: its part of the layer's units.
        ramp: how much of that part is let in yet.
        holdout: of those let in, who see the plain scenario; the same people in every experiment of the shop.
        salt: another one deals all cards anew.
        variants: in the order of the file; the first one is the control.
        metric: what decides. `watch`: what else is told, corrected for being many.
        effect: the smallest relative change of the metric that is worth finding.
        level, power: chance of a false alarm, and of finding `effect` where it is there.
        test: sequential may be looked at every day, fixed once, when enough units have come.
        start_ms, end_ms: when it runs; without a start it waits to be started.
    """

    name: str
    title: str
    kind: Kind
    scenarios: tuple[str, ...]
    variants: tuple[Variant, ...]
    unit: Unit = "user"
    layer: str = "default"
    first: float = 0.0
    share: float = 1.0
    ramp: float = 1.0
    holdout: float = 0.0
    salt: str = ""
    metric: Metric = "conversion"
    watch: tuple[Metric, ...] = ()
    effect: float = 0.05
    level: float = 0.05
    power: float = 0.8
    test: Test = "sequential"
    start_ms: int | None = None
    end_ms: int | None = None
    file: str = field(default="", compare=False)
    table: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def variant(self, name: str) -> Variant | None:
        """The variant of that name; None when the file has none."""
        return next((each for each in self.variants if each.name == name), None)

    @property
    def control(self) -> Variant:
        """What the others are compared with."""
        return self.variants[0]
