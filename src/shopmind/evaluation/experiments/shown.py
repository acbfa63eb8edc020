"""What `evaluate experiment` found, to read in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text


def table(report: Mapping[str, Any]) -> RenderableType:
    """The JSON of `experiment_report` as tables, with the decision in both languages."""
    shown: list[RenderableType] = [Text(f"{report['name']}: {report['title']} ({report['status']})")]
    shown += [_metric(metric, told, report) for metric, told in report.get("metrics", {}).items()]
    if "votes" in report:
        shown.append(Text(", ".join(f"{name} {count:,}" for name, count in report["votes"].items())))
    if "split" in report:
        units = ", ".join(f"{name} {count:,}" for name, count in report["units"].items())
        shown.append(Text(f"units: {units}; the split has p = {report['split']['p']:.3g}", style="dim"))
    plan = report["plan"]
    needed = "cannot be said yet" if plan["units_needed"] is None else f"{plan['units_needed']:,}"
    days = f", about {plan['days']:,} days" if plan.get("days") else ""
    shown.append(Text(f"units needed to find {100 * plan['effect']:g} %: {needed}{days}", style="dim"))
    shown += [Text(f"! {remark}") for remark in report["remarks"]]
    if "decision" in report:
        shown += [Text(report["decision"]["english"], style="bold"), Text(report["decision"]["chinese"], style="bold")]
    return Group(*shown)


def _metric(metric: str, told: Mapping[str, Any], report: Mapping[str, Any]) -> Table:
    found = Table(box=None, pad_edge=False, title=metric, title_justify="left")
    level = f"{100 * (1 - report['level']):g} %"
    for name in ("variant", "units", "value", "lift", level, "p", "corrected"):
        found.add_column(name)
    for name, arm in told["arms"].items():
        row = told["comparisons"].get(name, {})
        between = f"{_percent(row.get('lift_low'))} to {_percent(row.get('lift_high'))}" if row else ""
        figures = (_percent(row.get("lift")), between, _p(row.get("p")), _p(row.get("p_adjusted"))) if row else ()
        found.add_row(name, f"{arm['units']:,}", "-" if arm["value"] is None else f"{arm['value']:.4g}", *figures)
    return found


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:+.1f} %"


def _p(value: float | None) -> str:
    return "-" if value is None else f"{value:.2g}"
