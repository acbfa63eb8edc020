"""`shopmind insight ads SHOP`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shopmind.cli import show


def add(insight: typer.Typer) -> None:
    """Puts the verb on `insight`."""

    @insight.command("ads")
    def ads(
        folder: Annotated[Path, typer.Argument(help="The shop.")],
        days: Annotated[float, typer.Option(help="Back from now.", min=0.001)] = 30.0,
        advertiser: Annotated[str, typer.Option(help="Only the ads of this one.")] = "",
        json: show.AsJson = False,
    ) -> None:
        """What each ad was shown, clicked and charged, by advertiser too, and which ads do not bid and why."""
        import shopmind
        from shopmind.insights import ads as report_of
        from shopmind.insights import told_ads

        with shopmind.open(folder) as shop:
            report = report_of(shop, days, advertiser)
        if json:
            show.data(told_ads(report))
            return
        money = report.currency or ""
        for name, each in report.advertisers.items():
            rate = "no views" if each.click_rate is None else f"{each.click_rate:.2%} clicked"
            show.line(f"{name}: shown {each.shown}, {rate}, {each.purchases} bought, {each.spent:.2f} {money} charged")
        if report.advertisers:
            show.line("")
        for ad in report.ads:
            if ad.budget is None:
                show.line(f"{ad.item_id} ({ad.advertiser or 'nobody'}): {ad.state}")
                continue
            spent = f"{ad.spent_in_all:.2f} of {ad.budget:.2f} {money} spent, {ad.held:.2f} held"
            show.line(f"{ad.item_id} ({ad.advertiser}, {ad.pricing} {ad.bid:.2f}): {spent}; {ad.state}")
        if not report.ads:
            show.line("there are no ads: items of kind ad with advertiser, pricing, bid and budget")
