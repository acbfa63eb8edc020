"""`shopmind insight queries|traffic|arms|audience|map SHOP`, `shopmind insight outlook SHOP USER`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shopmind.cli import (
    insight_ads,
    insight_arms,
    insight_associations,
    insight_audience,
    insight_map,
    insight_traffic,
    show,
)
from shopmind.kit.clock import DAY_MS, format_time

if TYPE_CHECKING:
    from shopmind.insights import QueryReport


def add(app: typer.Typer) -> None:
    """Puts the verbs on the app."""
    insight = typer.Typer(help="Tables for people: what the log says about the shop.", no_args_is_help=True)
    app.add_typer(insight, name="insight")

    @insight.callback()
    def main() -> None:
        """Tables for people: what the log says about the shop."""

    @insight.command("queries")
    def queries(
        folder: Annotated[Path, typer.Argument(help="The shop.")],
        days: Annotated[float, typer.Option(help="Back from now.", min=0.001)] = 30.0,
        n: Annotated[int, typer.Option(help="Most lines of each list.", min=1)] = 20,
        min_visitors: Annotated[int, typer.Option(help="Withhold a query of fewer different visitors.", min=1)] = 2,
        json: show.AsJson = False,
    ) -> None:
        """What people search for, do not find, do not click, and ask again."""
        import shopmind
        from shopmind.insights import query_report, search_log

        with shopmind.open(folder) as shop:
            now_ms = shop.folder.clock()
            log = search_log(shop, now_ms - int(days * DAY_MS), now_ms + 1)
        report = query_report(
            log.searches, log.followed, since_ms=log.since_ms, until_ms=log.until_ms, min_visitors=min_visitors, n=n
        )
        if json:
            show.data({**asdict(report), "since": format_time(report.since_ms), "until": format_time(report.until_ms)})
        else:
            _print(report)

    insight_traffic.add(insight)
    insight_arms.add(insight)
    insight_audience.add(insight)
    insight_ads.add(insight)
    insight_associations.add(insight)
    insight_map.add(insight)

    @insight.command("outlook")
    def outlook(
        folder: Annotated[Path, typer.Argument(help="The shop.")],
        user: Annotated[str, typer.Argument(help="The shop's own id of a customer.")],
        json: show.AsJson = False,
    ) -> None:
        """What a customer will do: next purchase, churn, next action. `shopmind train SHOP behaviour` comes first."""
        import shopmind

        with shopmind.open(folder) as shop:
            found = shop.outlook(user)
        if json:
            show.data(asdict(found))
            return
        median = found.days_to_purchase
        show.pairs(
            {
                **{f"a purchase within {days} days": _share(share) for days, share in found.purchase.items()},
                "as likely as not within": "not known" if median is None else f"{median:.1f} days",
                f"none within {found.churn_days} days": _share(found.churn),
                **{f"next: {name}": _share(share) for name, share in found.actions.items()},
                "held against the log until": format_time(found.calibrated_ms),
            }
        )


def _print(report: QueryReport) -> None:
    show.pairs(
        {
            "searches": report.searches,
            "visitors": report.visitors,
            "found nothing": _share(report.empty_rate),
            "led to a click": _share(report.click_rate),
        }
    )
    for title, lines in (
        ("most asked", report.top),
        ("found nothing", report.no_result),
        ("hardly clicked", report.low_click),
    ):
        show.line(f"\n{title}")
        for line in lines:
            empty = "" if not line.empty else f", {line.empty} found nothing"
            clicks = "" if not line.judged else f", {line.clicked} of {line.judged} clicked"
            show.line(f"  {line.query}: {line.searches} searches of {line.visitors} visitors{empty}{clicks}")
    show.line("\nasked again")
    for each in report.reformulated:
        show.line(f"  {each.query} -> {each.then} ({each.how}): {each.times} times, {each.helped} helped")
    show.line(
        f"\n{report.withheld_queries} queries of too few visitors are withheld ({report.withheld_searches} searches)"
    )


def _share(share: float | None) -> str:
    return "not known" if share is None else f"{share:.1%}"
