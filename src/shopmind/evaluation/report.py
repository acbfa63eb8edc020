"""What came out: the JSON of the contract and a table to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from shopmind.evaluation.figures import OURS, Values, differences, number, plain, with_intervals
from shopmind.evaluation.protocol import Protocol
from shopmind.metrics.intervals import Interval

SHOWN = ("ndcg@", "recall@", "judged@", "spearman")
"""Figures that the table shows; the JSON has all."""

Sections = Mapping[str, Mapping[str, Mapping[str, Interval]]]
"""System (or difference) → view ("full", "judged") → figure → interval."""


@dataclass(frozen=True)
class Part:
    """Systems compared on the same cases.

    Attributes:
        cases: how many cases have an answer.
        single: system → view → figure of the run as a whole, which has no interval (coverage, Gini, Spearman …).
    """

    cases: int
    systems: Sections
    differences: Sections
    single: Mapping[str, Mapping[str, Mapping[str, float]]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        systems: dict[str, dict[str, dict[str, Any]]] = {
            system: {view: {name: plain(each) for name, each in found.items()} for view, found in views.items()}
            for system, views in self.systems.items()
        }
        for system, views in self.single.items():
            for view, found in views.items():
                shown = systems.setdefault(system, {}).setdefault(view, {})
                shown |= {name: {"value": number(value), "low": None, "high": None} for name, value in found.items()}
        gaps = {
            pair: {view: {name: plain(each) for name, each in found.items()} for view, found in views.items()}
            for pair, views in self.differences.items()
        }
        return {"cases": self.cases, "systems": systems, "differences": gaps}


@dataclass(frozen=True)
class Report:
    """One measurement, before it becomes JSON.

    Attributes:
        parts: the same run cut otherwise: name → Part ("repeat", "explore", "explore_only").
        options: system → what it was tuned to.
        extra: anything else measured, plain values (latency, seeds, degraded).
    """

    protocol: Protocol
    whole: Part
    parts: Mapping[str, Part] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The JSON of `shopmind evaluate`; `n` is `cases` under the name older readers use."""
        whole = self.whole.as_json()
        return {
            "protocol": self.protocol.as_json(),
            "n": whole["cases"],
            **whole,
            **({"parts": {name: part.as_json() for name, part in self.parts.items()}} if self.parts else {}),
            "options": {name: dict(chosen) for name, chosen in self.options.items() if chosen},
            **self.extra,
        }


def part(
    values: Mapping[str, Mapping[str, Values]],
    *,
    seed: int,
    single: Mapping[str, Mapping[str, Mapping[str, float]]] | None = None,
) -> Part:
    """Compares systems.

    Args:
        values: view → system → figure → (n,) per-case values.
    """
    systems: dict[str, dict[str, dict[str, Interval]]] = {}
    gaps: dict[str, dict[str, dict[str, Interval]]] = {}
    cases = 0
    for view, by_system in values.items():
        for system, found in with_intervals(by_system, seed=seed).items():
            systems.setdefault(system, {})[view] = found
        for pair, found in differences(by_system, seed=seed).items():
            gaps.setdefault(pair, {})[view] = found
        first = next(iter(next(iter(by_system.values())).values()))
        cases = max(cases, int(np.count_nonzero(~np.isnan(first))))
    return Part(cases, systems, gaps, single or {})


def table(result: Mapping[str, Any]) -> RenderableType:
    """A report's JSON as something to read in a terminal: the protocol in words, a table for each view and part."""
    tables = [_table(result, view) for view in _views(result)]
    parts = {name: found for name, found in result.get("parts", {}).items() if found["cases"]}
    tables += [
        _table(found, view, name.replace("_", "-") + (" among themselves" if view == "cold" else ""))
        for name, found in parts.items()
        for view in _views(found)
    ]
    tables += [_segments(kind, bins) for kind, bins in result.get("segments", {}).items()]
    said = [_seeds(result), _search(result), _seconds(result)]
    return Group(Text(_headline(result["protocol"])), *tables, *(Text(line) for line in said if line))


def _segments(kind: str, bins: Mapping[str, Any]) -> Table:
    """nDCG@10 of each system in each bin; the JSON has recall@10 too."""
    held = {name: found for name, found in bins.items() if found["cases"]}
    made = Table(title=f"ndcg@10 by {kind.replace('_', ' ')}", title_justify="left")
    made.add_column("", no_wrap=True)
    for name, found in held.items():
        made.add_column(f"{name}\n{found['cases']:g} cases", justify="right", no_wrap=True)
    for system in dict.fromkeys(name for found in held.values() for name in found["systems"]):
        values = [found["systems"][system]["ndcg@10"] for found in held.values()]
        cells = ["–" if value is None else f"{value:.4f}" for value in values]
        made.add_row(system, *cells, style="bold" if system == OURS else None)
    return made


def _seeds(result: Mapping[str, Any]) -> str:
    """Our figures of each seed, where there are several."""
    if len(result.get("seeds", ())) < 2:
        return ""
    over = result["spread"][OURS]
    told = [
        f"{figure} {', '.join(f'{value:.4f}' for value in over[figure]['values'])} (± {over[figure]['deviation']:.4f})"
        for figure in ("recall@10", "ndcg@10")
    ]
    return f"{OURS} by seed: {'; '.join(told)}"


def _search(result: Mapping[str, Any]) -> str:
    """The best settings found, as shop.toml reads them."""
    found = result.get("search")
    if not found:
        return ""
    best = found["validation"]["ndcg@10"]
    first = "–" if best["first"] is None else f"{best['first']:.4f}"
    return (
        f"best of {found['trials']} trials, measured above; validation ndcg@10 {first} → {best['best']:.4f}; "
        f"for shop.toml:\n{found['toml']}"
    )


def _seconds(result: Mapping[str, Any]) -> str:
    """Where the time went, the longest first."""
    spent = dict(result.get("seconds", {}))
    total = spent.pop("total", 0.0)
    if not total:
        return ""
    steps = sorted(spent.items(), key=lambda step: -step[1])
    told = ", ".join(f"{name} {seconds:.0f} ({seconds / total:.0%})" for name, seconds in steps)
    return f"{total:.0f} seconds: {told}"


def _headline(protocol: Mapping[str, Any]) -> str:
    named = [name for name in ("split", "fit") if protocol[name] is not None]
    said = [str(protocol["task"]), *(f"{name} {protocol[name]}: {protocol[f'{name}_means']}" for name in named)]
    if protocol.get("times"):
        said.append(f"times: {protocol['times']}")
    ranked = f"ranked: {protocol['ranked']}"
    if protocol.get("repeats"):
        ranked += f", items the user had are {protocol['repeats']}"
    said.append(f"{ranked}; gain {protocol['gain']}; ties by {protocol['ties']}; seeds {list(protocol['seeds'])}")
    said += [f"left out: {count} {name.replace('_', ' ')}" for name, count in protocol["left_out"].items() if count]
    return "\n".join([*said, *protocol["notes"]])


def _views(found: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(view for views in found["systems"].values() for view in views))


def _table(found: Mapping[str, Any], view: str, name: str = "") -> Table:
    figures = list(dict.fromkeys(each for views in found["systems"].values() for each in views.get(view, {})))
    figures = [each for each in figures if each.startswith(SHOWN)]
    made = Table(title=f"{name or view}, {found['cases']} cases, ± half the 95 % interval", title_justify="left")
    made.add_column("", no_wrap=True)
    for figure in figures:
        made.add_column(figure, justify="right", no_wrap=True)
    for system, views in found["systems"].items():
        made.add_row(system, *_cells(views.get(view, {}), figures, ".4f"), style="bold" if system == OURS else None)
    for pair, views in found["differences"].items():
        made.add_row(pair.replace("-", " − ", 1), *_cells(views.get(view, {}), figures, "+.4f"), style="dim")
    return made


def _cells(values: Mapping[str, Mapping[str, float | None]], figures: Sequence[str], form: str) -> list[str]:
    cells = []
    for figure in figures:
        value, low, high = (values.get(figure, {}).get(name) for name in ("value", "low", "high"))
        if value is None:
            cells.append("–")
        else:
            spread = "" if low is None or high is None else f" ±{(high - low) / 2:.4f}"
            cells.append(format(value, form) + spread)
    return cells
