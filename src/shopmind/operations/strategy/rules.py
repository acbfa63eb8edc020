"""The written rules: `<shop>/strategy.toml`, read strictly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from shopmind.evaluation.experiments.analysis import FEWEST_UNITS
from shopmind.evaluation.outcome import CUTOFF
from shopmind.kit.errors import InputError, NotFoundError, not_allowed
from shopmind.kit.options import convert
from shopmind.scenarios.experiment import METRICS, Metric, Unit
from shopmind.scenarios.filled import filled
from shopmind.scenarios.load import Source
from shopmind.training import MENU as RECIPES

FILE = "strategy.toml"
OFFLINE = tuple(f"{name}@{CUTOFF}" for name in ("ndcg", "recall", "precision", "mrr", "map", "hit_rate"))
NOT_HERE = ("encoder",)
"""Artifacts that are taken into use by themselves, with an index that is built beside (shop/adopting.py)."""

Bound = Literal["low", "value", "high"]


@dataclass(frozen=True, slots=True)
class Retrain:
    """When a candidate is made: as soon as any of these holds; what is left out is no reason.

    Attributes:
        hours: since the last one. new_events: what customers did since the last one; impressions and searches are none.
        new_items: share of the goods that came since the last one.
        drift: how differently people choose since the last one, 0 to 1 (drift.py).
        pause_hours: but never sooner after the end of the last one.
    """

    hours: float | None = None
    new_events: int | None = None
    new_items: float | None = None
    drift: float | None = None
    pause_hours: float = 1.0


@dataclass(frozen=True, slots=True)
class Evaluate:
    """What the candidate must reach on held-out events.

    Attributes:
        hold_out: newest share of the events since what is served was fitted; the candidate does not see them.
        metric: of the first ten places.
        least: smallest difference to what is served, in units of the metric.
        bound: which end of the difference's interval must reach it: low is sure of it, high not sure of the contrary.
        cases: most customers asked for. least_cases: fewer cannot say anything, and the candidate is withdrawn.
    """

    hold_out: float = 0.2
    metric: str = "ndcg@10"
    least: float = -0.01
    bound: Bound = "low"
    cases: int = 2_000
    least_cases: int = 30


@dataclass(frozen=True, slots=True)
class Shadow:
    """How the candidate must answer real requests that it is not shown to.

    Attributes:
        requests: how many are waited for; 0 leaves the step out.
        least_overlap: share of the items that both show.
        most_slower: 95th percentile of its time over that of what is served.
        most_errors: share of requests that fail, or take a fallback that what is served does not take.
    """

    requests: int = 200
    least_overlap: float = 0.1
    most_slower: float = 3.0
    most_errors: float = 0.01


@dataclass(frozen=True, slots=True)
class Guard:
    """A figure of the business that must not fall.

    Attributes:
        metric: as in an experiment.
        least: smallest relative difference to what is served: -0.1 is ten per cent less.
        bound: which end of the interval must reach it.
    """

    metric: Metric
    least: float = 0.0
    bound: Bound = "high"


@dataclass(frozen=True, slots=True)
class Ramp:
    """Who is shown the candidate, step by step.

    Attributes:
        steps: shares of the units that take part; one half sees the candidate, the other what is served. Empty: none.
        hours: how long each step lasts at least.
        units: units that each half must have by then; until then it is waited for, but not longer than `most_hours`.
        unit: user (anonymous visitors take no part) or session.
        guards: what is looked at at the end of each step.
    """

    steps: tuple[float, ...] = (0.1, 0.5)
    hours: float = 24.0
    units: int = 100
    most_hours: float = 336.0
    unit: Unit = "user"
    guards: tuple[Guard, ...] = (Guard("click_through", -0.05),)


@dataclass(frozen=True, slots=True)
class Rules:
    """All of it.

    Attributes:
        scenarios: whose answers decide.
        artifacts: what is fitted; empty: all that the scenarios need.
        every_minutes: how often the runner looks.
    """

    scenarios: tuple[str, ...]
    artifacts: tuple[str, ...] = ()
    every_minutes: float = 5.0
    retrain: Retrain = field(default_factory=Retrain)
    evaluate: Evaluate = field(default_factory=Evaluate)
    shadow: Shadow = field(default_factory=Shadow)
    ramp: Ramp = field(default_factory=Ramp)


_TABLES: Mapping[str, type[Any]] = {"retrain": Retrain, "evaluate": Evaluate, "shadow": Shadow, "ramp": Ramp}
_PLAIN: Mapping[str, Any] = {"scenarios": tuple[str, ...], "artifacts": tuple[str, ...], "every_minutes": float}
_SHARES = {"hold_out": (0.0, 0.9), "new_items": (0.0, 1.0), "drift": (0.0, 1.0), "least_overlap": (0.0, 1.0)}
_SHARES |= {"most_errors": (0.0, 1.0)}
_POSITIVE = ("hours", "new_events", "every_minutes", "cases", "least_cases", "most_slower", "most_hours")
_NOT_NEGATIVE = ("pause_hours", "requests")


def read(folder: Path, needs: Mapping[str, Iterable[str]]) -> Rules:
    """The rules of the shop in `folder`.

    Args:
        needs: scenario → what a request must bring.

    Raises:
        NotFoundError: the shop has no strategy.toml.
        InputError: the first thing wrong, with file, line and what is allowed.
    """
    path = folder / FILE
    if not path.is_file():
        raise NotFoundError(f"{folder}: it has no {FILE}; docs/how-to/look-after-itself.md has one to begin with")
    return parse(path.read_text(encoding="utf-8"), needs)


def parse(text: str, needs: Mapping[str, Iterable[str]]) -> Rules:
    """The rules of a file's text; raises InputError as `read`."""
    source = Source(FILE, text)
    values: dict[str, Any] = {}
    for key, value in source.table.items():
        if key in _TABLES:
            values[key] = _section(key, value, source)
        elif key in _PLAIN:
            values[key] = convert(value, _PLAIN[key], where=source.at(key))
            _check(key, values[key], source)
        else:
            raise not_allowed(f"{source.at(key)}: unknown key", key, [*_PLAIN, *_TABLES], field=key)
    _places(values.get("scenarios", ()), needs, source)
    for name in values.get("artifacts", ()):
        if name not in RECIPES or name in NOT_HERE:
            allowed = [each for each in RECIPES if each not in NOT_HERE]
            raise not_allowed(f"{source.at(name)}: artifacts", name, allowed, field="artifacts")
    retrain: Retrain = values.get("retrain", Retrain())
    if all(getattr(retrain, name) is None for name in ("hours", "new_events", "new_items", "drift")):
        raise InputError(f"{source.at('retrain')}: say when: hours, new_events, new_items or drift", field="retrain")
    return Rules(**values)


def _places(given: tuple[str, ...], needs: Mapping[str, Iterable[str]], source: Source) -> None:
    if not given:
        raise InputError(f"{source.at('scenarios')}: 'scenarios' is required: whose answers decide", field="scenarios")
    for name in given:
        if name not in needs:
            raise not_allowed(f"{source.at(name)}: scenarios", name, needs, field="scenarios")
        if "text" in needs[name]:
            raise InputError(
                f"{source.at(name)}: scenario {name!r} is asked by a text, and held-out events hold no judgments of "
                "texts; allowed: " + ", ".join(each for each, need in sorted(needs.items()) if "text" not in need),
                field="scenarios",
            )


def _section(name: str, value: Any, source: Source) -> Any:
    kind = _TABLES[name]
    if not isinstance(value, dict):
        raise InputError(f"{source.at(name)}: {name} is a table, begun by [{name}]", field=name)
    return _filled(kind, value, source.inside(name), name)


def _filled(kind: type[Any], table: Mapping[str, Any], source: Source, label: str) -> Any:
    allowed = METRICS if kind is Guard else OFFLINE

    def metric(value: Any, where: str) -> Any:
        if value not in allowed:
            raise not_allowed(f"{source.at(str(value))}: {label}.metric", value, allowed, field="metric")
        return value

    def guards(value: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise InputError(f"{where} is a list of tables with `metric`", field="guards")
        return tuple(_filled(Guard, each, source, "guards") for each in value)

    return filled(
        kind,
        table,
        source,
        label,
        reads={"metric": metric, "guards": guards},
        check=lambda key, value, where: _check(key, value, source),
    )


def _check(key: str, value: Any, source: Source) -> None:
    where = f"{source.at(key)}: {key}"
    if key in _SHARES:
        low, high = _SHARES[key]
        if not low <= value <= high:
            raise InputError(f"{where} is {value:g}, it must lie in {low:g}..{high:g}", field=key)
    elif (key in _POSITIVE and not value > 0) or (key in _NOT_NEGATIVE and value < 0):
        raise InputError(
            f"{where} is {value:g}, it must be {'above 0' if key in _POSITIVE else '0 or more'}", field=key
        )
    elif key == "units" and value < FEWEST_UNITS:
        raise InputError(f"{where} is {value}, it must be {FEWEST_UNITS} or more: fewer say nothing", field=key)
    elif key == "steps":
        rising = all(one < other for one, other in zip((0.0, *value), value, strict=False))
        if not rising or any(each > 1 for each in value):
            raise InputError(f"{where} is {list(value)}: shares that rise, above 0 and up to 1", field=key)
