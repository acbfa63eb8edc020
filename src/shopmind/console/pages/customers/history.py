"""What a person did, newest first, in parts."""

from __future__ import annotations

from datetime import UTC, datetime

from nicegui import ui

from shopmind.client.customers import Doing, Doings
from shopmind.console.cards import empty, heading
from shopmind.console.chart import lines
from shopmind.console.figures import moment
from shopmind.console.page import PageContext
from shopmind.console.pager import FURTHEST, pager
from shopmind.console.pages.catalogue.items import address
from shopmind.console.section import Section, section
from shopmind.console.table import Column, table

N = 200


class History:
    """The timeline of one person."""

    def __init__(self, page: PageContext, user: str) -> None:
        self._page, self._user, self._offset = page, user, 0
        self._made: list[Section[Doings]] = []

    async def build(self) -> None:
        """Draws it."""
        page = self._page
        heading(page.say("history.title"), 2)
        load = lambda: page.client.history(self._user, n=N, offset=self._offset)  # noqa: E731
        self._made.append(await section(page, load, self._show))

    async def _go(self, offset: int) -> None:
        self._offset = min(offset, FURTHEST)
        await self._made[0].refresh()

    def _show(self, found: Doings) -> None:
        page = self._page
        if not found.total:
            empty(page.say("history.none"), page.say("history.none.text"))
            return
        self._chart(found)
        pager(page, self._offset, len(found.events), found.total, self._go, N)
        columns = [
            Column("at", page.say("history.at")),
            Column("what", page.say("history.what")),
            Column("item", page.say("catalogue.item"), "link"),
            Column("quantity", page.say("history.quantity"), "number"),
        ]
        table(page, "history", columns, [self._row(each) for each in found.events])

    def _chart(self, found: Doings) -> None:
        """Doings by month, of the part that is shown."""
        months: dict[str, int] = {}
        for each in reversed(found.events):
            month = f"{datetime.fromtimestamp(each.at_ms / 1000, UTC):%Y-%m}"
            months[month] = months.get(month, 0) + 1
        if len(months) > 1:
            with ui.element("section").classes("card"):
                title = self._page.say("history.by.month")
                lines(
                    self._page, title, list(months), {title: [float(each) for each in months.values()]}, height_px=200
                )

    def _row(self, each: Doing) -> dict[str, object]:
        row: dict[str, object] = {
            "at": moment(each.at_ms),
            "what": self._page.say(f"event.{each.type}"),
            "item": each.title or each.item_id or self._page.say("history.gone"),
            "quantity": each.quantity,
        }
        return {**row, "item_to": address(each.item_id)} if each.item_id else row
