"""`shopmind insight associations SHOP`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from shopmind.cli import show


def add(insight: typer.Typer) -> None:
    """Puts the verb on `insight`."""

    @insight.command("associations")
    def associations(
        folder: Annotated[Path, typer.Argument(help="The shop.")],
        item: Annotated[str, typer.Option(help="Only rules with this item, on either side.")] = "",
        n: Annotated[int, typer.Option(help="Most rules told.", min=1)] = 20,
        by: Annotated[str, typer.Option(help="leverage, lift, confidence or support, highest first.")] = "leverage",
        min_lift: Annotated[float, typer.Option(help="Lowest lift told; 1 is chance.")] = 1.0,
        max_q: Annotated[float, typer.Option(help="Share of false finds among the rules told.")] = 0.01,
        redundant: Annotated[bool, typer.Option(help="Also rules with a good too many on the left.")] = False,
        json: show.AsJson = False,
    ) -> None:
        """Which goods speak for which others in one order: support, confidence, lift, and how sure it is."""
        import shopmind
        from shopmind.insights import associations as report_of

        with shopmind.open(folder) as shop:
            report = report_of(shop, item=item, n=n, by=by, min_lift=min_lift, max_q=max_q, redundant=redundant)
        if json:
            show.data(asdict(report))
            return
        show.line(
            f"{report.total} rules from {report.orders} orders; each stands in {report.at_least} of them or more, and "
            f"is held against the {report.tests} that could have been found"
        )
        for rule in report.rules:
            titles = " + ".join(rule.titles[:-1])
            show.line(f"  {' + '.join(rule.given)} -> {rule.then}  {titles} -> {rule.titles[-1]}")
            show.line(
                f"      in {rule.support:.2%} of the orders ({rule.orders}); of those with it, {rule.confidence:.0%} "
                f"hold the other, {rule.lift:.1f} times as often as by chance; q {rule.q:.1e}"
            )
