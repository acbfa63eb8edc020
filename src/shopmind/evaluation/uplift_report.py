"""What `evaluate uplift` found, to read in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

LEGEND = (
    "qini: area between the Qini curve and an order by chance; auuc: area under the uplift curve; uplift@30: mean "
    "effect among the first 30 %. All a person, in the unit of the outcome, with 95 % intervals."
)


def table(result: Mapping[str, Any]) -> RenderableType:
    """The JSON of `evaluate_uplift` as a table for each arm and target."""
    protocol = result["protocol"]
    shown: list[RenderableType] = [Text(f"uplift: {protocol['trial']}, {result['people']} people")]
    for arm, told in result["effects"].items():
        for target in ("outcome", "value"):
            if target in told:
                shown += _target(arm, target, told[target])
    shown += [Text(f"! {each}") for each in result["cautions"]]
    shown += [Text(f"· {each}", style="dim") for each in (*protocol["notes"], LEGEND)]
    return Group(*shown)


def _target(arm: str, target: str, told: Mapping[str, Any]) -> list[RenderableType]:
    made = Table(
        title=f"{arm}: {target}, mean effect {said(told['effect'])}",
        title_justify="left",
        box=None,
        padding=(0, 1),
        pad_edge=False,
    )
    names = ("qini", "auuc", "uplift@30")
    made.add_column("", no_wrap=True)
    for name in names:
        made.add_column(name, justify="right", no_wrap=True)
    for system, figures in told["systems"].items():
        made.add_row(system, *(said(figures[name]) for name in names))
    for pair, figures in told["differences"].items():
        made.add_row(pair, *(said(figures[name]) for name in names), style="dim")
    lines: list[RenderableType] = [made]
    clear = [pair for pair, each in told["differences"].items() if pair.endswith("-random") and _above(each["qini"])]
    if not clear:
        lines.append(Text("! no order is told apart from chance: give it to all whom it pays for, or to none"))
    return lines


def _above(found: Mapping[str, float | None]) -> bool:
    return found["low"] is not None and found["low"] > 0


def said(found: Mapping[str, float | None]) -> str:
    """A figure with its interval."""
    if found["value"] is None:
        return "–"
    return f"{found['value']:.3g} {found['low']:.2g}…{found['high']:.2g}"
