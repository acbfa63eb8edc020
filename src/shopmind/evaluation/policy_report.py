"""What `evaluate policy` found, to read in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

LEGEND = "ESS: effective sample size, in rows; weight: their mean, 1 if propensities are right; most: of one row"


def table(result: Mapping[str, Any]) -> RenderableType:
    """The JSON of `evaluate_policy` as a table for each log and target, with refusal, cautions and notes in words."""
    shown: list[RenderableType] = [
        Text(f"policy: target {result['protocol']['target']} from {result['protocol']['log']}")
    ]
    if "parts" in result:
        for campaign, directions in result["parts"].items():
            shown += [_one(told, f"{campaign}: {direction}") for direction, told in directions.items()]
    else:
        shown.append(_one(result, f"{result['cases']} cases"))
    shown += [Text(f"· {note}", style="dim") for note in (*result["protocol"]["notes"], LEGEND)]
    return Group(*shown)


def _one(told: Mapping[str, Any], title: str) -> RenderableType:
    lines: list[RenderableType] = []
    if told["refused"]:
        lines.append(Text(f"{title}: refused: {told['refused']}", style="bold"))
    answered = {name: each for name, each in told["estimators"].items() if each["value"] is not None}
    if answered:
        lines.append(_table(answered, title, told))
    lines += [
        Text(f"{name}: {each['refused']}", style="dim") for name, each in told["estimators"].items() if _own(each, told)
    ]
    lines += [Text(f"! {each}") for each in told["cautions"]]
    return Group(*lines)


def _own(each: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    """Whether an estimator says nothing for a reason of its own."""
    return bool(each["value"] is None and each["refused"] != told["refused"])


def _table(answered: Mapping[str, Any], title: str, told: Mapping[str, Any]) -> Table:
    made = Table(title=f"{title}, {told['reward']}", title_justify="left", box=None, padding=(0, 1), pad_edge=False)
    made.add_column("", no_wrap=True)
    for name in ("value", "asymptotic 95 %", "bootstrap 95 %", "ESS", "weight", "most"):
        made.add_column(name, justify="right", no_wrap=True)
    for name, found in (("logged policy", told["logged"]), ("run itself", told.get("on_policy"))):
        if found:
            made.add_row(name, f"{found['value']:.3g}", _interval(found), "", "", "", "", style="dim")
    for name, each in answered.items():
        weights = each.get("diagnostics")
        of = [
            "–" if not weights or weights[key] is None else format(weights[key], form)
            for key, form in (("effective_sample_size", ".0f"), ("mean_weight", ".3f"), ("max_share", ".1%"))
        ]
        made.add_row(name, f"{each['value']:.3g}", _interval(each["asymptotic"]), _interval(each["bootstrap"]), *of)
    return made


def _interval(found: Mapping[str, float | None]) -> str:
    low, high = found["low"], found["high"]
    return "–" if low is None or high is None else f"{low:.2g}…{high:.2g}"
