"""What was taken in, and the rows that did not get in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from shopmind.client.catalogue import Ingest, RejectedPage
from shopmind.console.act import attempt
from shopmind.console.cards import empty, heading
from shopmind.console.facts import plain
from shopmind.console.figures import count, moment
from shopmind.console.page import PageContext
from shopmind.console.pager import FURTHEST, pager
from shopmind.console.section import Section, section
from shopmind.console.table import Column, as_csv, table

N = 200


async def build(page: PageContext) -> None:
    """The part of the page."""
    await section(page, page.client.ingests, lambda found: _runs(page, found))
    await _Rejected(page).build()


def _runs(page: PageContext, found: list[Ingest]) -> None:
    if not found:
        empty(page.say("ingest.none"), page.say("ingest.none.text"), icon="upload_file")
        return
    columns = [
        Column("at", page.say("ingest.at")),
        Column("source", page.say("ingest.source")),
        Column("file", page.say("ingest.file")),
        *(Column(name, page.say(f"ingest.{name}"), "number") for name in ("read", "accepted", "duplicate", "rejected")),
        Column("reasons", page.say("ingest.reasons")),
        Column("mended", page.say("ingest.mended")),
        Column("remarks", page.say("ingest.remarks")),
        Column("rows_per_second", page.say("ingest.rows_per_second"), "number"),
    ]
    rows = [
        {
            "at": moment(run.at_ms),
            "source": run.source,
            "file": told.file,
            "read": told.read,
            "accepted": told.accepted,
            "duplicate": told.duplicate,
            "rejected": sum(told.rejected.values()),
            "reasons": _words(page, told.rejected),
            "mended": _words(page, told.mended),
            "remarks": _words(page, told.remarks),
            "rows_per_second": told.rows_per_second,
        }
        for run in found
        for told in run.tables.values()
    ]
    table(page, "ingests", columns, rows, title=page.say("ingest.runs"), per_page=10)


def _words(page: PageContext, counts: Any) -> str:
    return " · ".join(f"{count(many)} × {page.told(name.replace('_', ' '))}" for name, many in counts.items() if many)


class _Rejected:
    """Rows that did not get in, of a reason and a file."""

    def __init__(self, page: PageContext) -> None:
        self._page = page
        self._asked: dict[str, Any] = {"reason": "", "file": "", "offset": 0}
        self._made: list[Section[RejectedPage]] = []

    async def build(self) -> None:
        """Draws them."""
        page = self._page
        with ui.row().classes("tools"):
            heading(page.say("ingest.rejected.title"), 2)
            ui.space()
            button = ui.button(page.say("ingest.download"), icon="download", on_click=self._download)
            button.props("flat dense no-caps")
        self._made.append(await section(page, lambda: page.client.rejected(n=N, **self._asked), self._show))

    async def _go(self, offset: int) -> None:
        self._asked["offset"] = min(offset, FURTHEST)
        await self._made[0].refresh()

    async def _choose(self, name: str, value: str) -> None:
        self._asked |= {name: value or "", "offset": 0}
        await self._made[0].refresh()

    def _show(self, found: RejectedPage) -> None:
        page = self._page
        if not found.reasons:
            empty(page.say("ingest.rejected.none"), page.say("ingest.rejected.none.text"), icon="verified")
            return
        with ui.element("div").classes("form"):
            for name, counts in (("reason", found.reasons), ("file", found.files)):
                choices = {"": page.say("ingest.any")}
                choices |= {
                    each: f"{page.told(each.replace('_', ' '))} ({count(many)})" for each, many in counts.items()
                }
                ui.select(
                    choices,
                    value=self._asked[name],
                    label=page.say(f"ingest.{name}"),
                    on_change=lambda event, name=name: self._choose(name, event.value),
                ).props("dense outlined")
        pager(page, self._asked["offset"], len(found.rows), found.total, self._go, N)
        table(page, "rejected", self._columns(), _rows(page, found))
        ui.label(page.say("ingest.withheld.note")).classes("muted")

    def _columns(self) -> list[Column]:
        page = self._page
        return [
            Column("file", page.say("ingest.file")),
            Column("line", page.say("ingest.line"), "number"),
            Column("reason", page.say("ingest.reason")),
            Column("message", page.say("ingest.message")),
            Column("allowed", page.say("ingest.allowed")),
            Column("row", page.say("ingest.row")),
            Column("withheld", page.say("ingest.withheld"), "number"),
        ]

    async def _download(self) -> None:
        page = self._page
        got = await attempt(page, lambda: list(page.client.rejected_file()))
        if got is not None:
            every = RejectedPage(tuple(got.value), len(got.value), {}, {}, None)
            ui.download.content(as_csv(self._columns(), _rows(page, every)), "rejected.csv", "text/csv")


def as_given(row: Mapping[str, Any]) -> str:
    """A row in one line; an id that is a number has no commas in it."""
    return ", ".join(f"{name}: {plain(str(each) if type(each) is int else each)}" for name, each in row.items())


def _rows(page: PageContext, found: RejectedPage) -> list[dict[str, Any]]:
    return [
        {
            "file": each.file,
            "line": each.line,
            "reason": page.told(each.reason.replace("_", " ")),
            "message": page.told(each.message),
            "allowed": page.told(each.allowed),
            "row": as_given(each.row or {}),
            "withheld": each.withheld,
        }
        for each in found.rows
    ]
