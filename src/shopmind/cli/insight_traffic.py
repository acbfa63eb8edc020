"""`shopmind insight traffic SHOP`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from shopmind.cli import show

_COUNTS = ("impressions", "clicks", "add_to_carts", "purchases")
_SHARES = ("ctr", "add_to_cart_rate", "conversion", "coverage", "diversity")


def add(insight: typer.Typer) -> None:
    """Puts the verb on `shopmind insight`."""

    @insight.command("traffic")
    def traffic(
        folder: Annotated[Path, typer.Argument(help="The shop.")],
        days: Annotated[int, typer.Option(help="Whole UTC days, today the last of them.", min=1)] = 30,
        by: Annotated[str, typer.Option(help="What to tell by: day, scenario, variant, segment; commas.")] = "scenario",
        segment: Annotated[str, typer.Option(help='Attribute of customers to tell by, or "signed_in".')] = "",
        recount: Annotated[bool, typer.Option(help="Count the whole log again first.")] = False,
        json: show.AsJson = False,
    ) -> None:
        """What was shown, clicked and bought, and who comes back."""
        import shopmind
        from shopmind.insights import told
        from shopmind.insights import traffic as report_of
        from shopmind.insights.traffic import recount as count_again

        asked = [name.strip() for name in by.split(",") if name.strip()]
        asked += ["segment"] if segment and "segment" not in asked else []
        with shopmind.open(folder) as shop:
            if recount:
                count_again(shop)
            report = told(report_of(shop, days=days, by=asked, segment=segment))
        if json:
            show.data(report)
        else:
            _show(report)


def _show(report: Mapping[str, Any]) -> None:
    """The lines as a table, then the customers."""
    keys = [
        name
        for name in ("day", "scenario", "variant", "segment")
        if any(line[name] is not None for line in report["lines"])
    ]
    table = Table(box=None, pad_edge=False)
    for name in (*keys, *_COUNTS, *_SHARES, "revenue", "per 1000", "novelty", "p99 ms"):
        table.add_column(name.replace("_", " "), justify="left" if name in keys else "right", overflow="fold")
    for line in [*report["lines"], {**report["total"], keys[0]: "all"} if keys else report["total"]]:
        table.add_row(
            *("-" if line[key] in (None, "") else str(line[key]) for key in keys),
            *(f"{line[name]:g}" for name in _COUNTS),
            *(_share(line[name]) for name in _SHARES),
            ", ".join(f"{value:,.2f} {currency}" for currency, value in line["revenue"].items()) or "-",
            _number(line["revenue_per_thousand"]),
            _number(line["novelty"]),
            "-" if line["latency_ms"] is None else f"{line['latency_ms']['p99']:.1f}",
        )
    show.people.print(table)
    people, echoes = report["customers"], report["echoes"]
    show.pairs(
        {
            "customers": f"{people['active']}, {people['new']} of them new",
            "bought again": f"{_share(people['repeat_rate'])} of {people['buyers']} buyers",
            "came back": _share(people["retention"]),
            **{
                name.replace("_", " "): _quartiles(people[name])
                for name in ("recency_days", "frequency_days", "tenure_days")
            },
            "echoes of no known answer": f"{echoes['unknown']:g}",
            "of another item, late": f"{echoes['not_shown']:g}, {echoes['late']:g}",
            "credit": f"{report['rule']} within {report['window_days']:g} days",
        }
    )
    if report["behind"]:
        show.line(f"{report['behind']} events are not counted yet")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _quartiles(values: Mapping[str, float] | None) -> str:
    return "-" if values is None else " / ".join(f"{value:g}" for value in values.values())
