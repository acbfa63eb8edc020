"""Today: what is shown, clicked, bought and earned, how fast, how fresh, and what needs a look."""

from __future__ import annotations

from nicegui import ui

from shopmind.client.reports import Traffic
from shopmind.console.cards import empty, tile, tiles
from shopmind.console.figures import count, money, share
from shopmind.console.page import Page, PageContext
from shopmind.console.section import section
from shopmind.console.table import Column, table


async def build(page: PageContext) -> None:
    """The page."""

    def show(report: Traffic) -> None:
        total = report.total
        with tiles():
            tile(page.say("today.impressions"), count(total.impressions))
            tile(page.say("today.clicks"), count(total.clicks))
            tile(page.say("today.ctr"), share(total.ctr))
            tile(page.say("today.purchases"), count(total.purchases))
            tile(page.say("today.conversion"), share(total.conversion))
            tile(page.say("today.revenue"), money(total.revenue))
        if not report.lines:
            empty(page.say("today.none"), page.say("today.none.text"), action=page.say("shop.open"), target=page.api)
            return
        table(
            page,
            "today",
            [
                Column("scenario", page.say("today.scenario")),
                Column("variant", page.say("today.variant")),
                Column("impressions", page.say("today.impressions"), "number"),
                Column("ctr", page.say("today.ctr"), "share"),
            ],
            [
                {"scenario": each.scenario, "variant": each.variant, "impressions": each.impressions, "ctr": each.ctr}
                for each in report.lines
            ],
        )

    shown = await section(page, lambda: page.client.traffic(days=1, by=("scenario", "variant")), show)
    ui.button(page.say("refresh"), icon="refresh", on_click=shown.refresh).props("flat no-caps")


PAGE = Page("today", "today", build)
