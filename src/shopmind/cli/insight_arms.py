"""`shopmind insight arms SHOP SCENARIO`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from shopmind.cli import show


def add(insight: typer.Typer) -> None:
    """Puts the verb on `insight`."""

    @insight.command("arms")
    def arms(
        folder: Annotated[Path, typer.Argument(help="The shop.")],
        scenario: Annotated[str, typer.Argument(help="A scenario with slots that are explored.")],
        n: Annotated[int, typer.Option(help="Most items told.", min=1)] = 20,
        json: show.AsJson = False,
    ) -> None:
        """What the slots of a scenario have shown, what was rewarded, and how sure the rates are."""
        import shopmind
        from shopmind.insights import arms as report_of

        with shopmind.open(folder) as shop:
            report = report_of(shop, scenario, n)
        if json:
            show.data(asdict(report))
            return
        show.pairs(
            {
                "filled by": report.by,
                "slots": ", ".join(map(str, report.slots)),
                "items shown there": report.items,
                "impressions, faded": f"{report.shown:.1f}",
                "rewarded, faded": f"{report.rewarded:.1f}",
                "rate of all": f"{report.mean:.2%}",
            }
        )
        if not report.trained:
            show.line("nothing was trained yet: only what has come since the other trainings counts")
        for arm in report.arms:
            counts = f"{arm.rewarded:.1f} of {arm.shown:.1f}"
            show.line(f"  {arm.item_id}: {arm.rate:.2%} ({arm.low:.2%} to {arm.high:.2%}), {counts}  {arm.title}")
