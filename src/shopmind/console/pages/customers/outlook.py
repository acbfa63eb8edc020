"""What a person will do, as far as the shop has learned to foresee."""

from __future__ import annotations

from nicegui import ui

from shopmind.console.cards import heading, tile, tiles
from shopmind.console.figures import moment, share
from shopmind.console.page import PageContext
from shopmind.console.section import section
from shopmind.console.table import Column, table
from shopmind.domain import EVENT_TYPES, Outlook
from shopmind.kit.errors import NotFoundError, NotReadyError


async def look_ahead(page: PageContext, user: str) -> None:
    """The part of the page."""

    def load() -> Outlook | str:
        try:
            return page.client.outlook(user)
        except (NotFoundError, NotReadyError) as error:
            if not page.client.ready():
                raise
            return error.message

    await section(page, load, lambda found: _show(page, found))


def _show(page: PageContext, found: Outlook | str) -> None:
    with ui.element("section").classes("card"):
        heading(page.say("outlook.title"), 2)
        if isinstance(found, str):
            ui.label(page.told(found)).classes("muted")
            return
        with tiles():
            for days, chance in found.purchase.items():
                tile(page.say("outlook.purchase", n=days), share(chance))
            until = "–" if found.days_to_purchase is None else f"{found.days_to_purchase:,.1f}"
            tile(page.say("outlook.days"), until)
            tile(page.say("outlook.churn", n=found.churn_days), share(found.churn))
        columns = [Column("action", page.say("outlook.action")), Column("chance", page.say("outlook.chance"), "share")]
        rows = [
            {"action": page.say(f"event.{name}") if name in EVENT_TYPES else name, "chance": chance}
            for name, chance in found.actions.items()
        ]
        if rows:
            table(page, "outlook", columns, rows, title=page.say("outlook.next"), per_page=10)
        ui.label(page.say("outlook.calibrated", at=moment(found.calibrated_ms))).classes("muted")
