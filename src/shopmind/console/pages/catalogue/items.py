"""The list of items: searched, filtered, by gap, in parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from nicegui import ui

from shopmind.client.catalogue import Listed, Listing
from shopmind.console.cards import empty
from shopmind.console.figures import price
from shopmind.console.page import PageContext
from shopmind.console.pager import FURTHEST, pager
from shopmind.console.section import Section, section
from shopmind.console.table import Column, table
from shopmind.kit.errors import ShopmindError

N = 200
SORTS = ("newest", "title", "price", "-price")


async def build(page: PageContext) -> None:
    """The part of the page."""
    gaps = words_of_gaps(page)
    asked: dict[str, Any] = {"offset": 0}
    made: list[Section[Listing]] = []
    kept = page.kept

    async def go(offset: int) -> None:
        asked["offset"] = min(offset, FURTHEST)
        await again()

    async def again() -> None:
        kept.update(text=text.value or "", filters=filters.value or "", sort=sort.value)
        await made[0].refresh()

    async def anew() -> None:
        await go(0)

    with ui.element("section").classes("card"):
        with ui.element("div").classes("form"):
            text = ui.input(page.say("catalogue.text"), value=kept.get("text", "")).props(
                "dense outlined maxlength=1000"
            )
            filters = ui.input(page.say("catalogue.filters"), value=kept.get("filters", "")).props("dense outlined")
            filters.props["hint"] = page.say("catalogue.filters.hint")
            given = page.query.get("gap", "")[:100]
            every = {"": page.say("catalogue.gap.any")}
            first = {given: told(gaps, given)} if given else {}
            gap = ui.select({**every, **first, **gaps}, value=given, label=page.say("catalogue.gap"))
            gap.props("dense outlined")
            sort = ui.select(
                {each: page.say(f"catalogue.sort.{each}") for each in SORTS},
                value=kept.get("sort", "newest"),
                label=page.say("catalogue.sort"),
            ).props("dense outlined")
        ui.button(page.say("catalogue.find"), icon="search", on_click=anew).props("no-caps").classes("do")
    for field in (text, filters):
        field.on("keydown.enter", anew)
    for choice in (gap, sort):
        choice.on_value_change(anew)

    def load() -> Listing:
        return page.client.list_items(
            text.value or "",
            filters=filters.value or "",
            gap=str(gap.value or ""),
            sort=str(sort.value),
            n=N,
            offset=asked["offset"],
        )

    def show(found: Listing) -> None:
        if not found.total:
            empty(page.say("catalogue.none"), page.say("catalogue.none.text"))
            return
        pager(page, asked["offset"], len(found.items), found.total, go, N)
        _table(page, found, gaps)

    async def learn() -> None:
        """The words of the gaps, which may take a look through the whole catalogue: the list does not wait for it."""
        try:
            report = await page.ask(page.client.quality, n=0)
        except ShopmindError:
            return
        gaps.update({each.gap: each.chinese if page.language == "zh" else each.english for each in report.gaps})
        gap.set_options({**every, **first, **gaps})
        await made[0].refresh()

    made.append(await section(page, load, show))
    if not gaps:
        ui.timer(0.1, learn, once=True)


def words_of_gaps(page: PageContext) -> dict[str, str]:
    """Gap → its words, as far as the API has told them to this visitor."""
    known: dict[str, str] = page.kept.setdefault(f"gaps.{page.language}", {})
    return known


def told(gaps: Mapping[str, str], gap: str) -> str:
    """A gap in words."""
    return gaps.get(gap, gap.replace("_", " "))


def _table(page: PageContext, found: Listing, gaps: Mapping[str, str]) -> None:
    columns = [
        Column("item_id", page.say("catalogue.id"), "link"),
        Column("title", page.say("catalogue.item")),
        Column("gaps", page.say("catalogue.gaps")),
        Column("brand", page.say("catalogue.brand")),
        Column("category", page.say("catalogue.category")),
        Column("price", page.say("catalogue.price")),
        Column("stock", page.say("catalogue.stock"), "number"),
        Column("status", page.say("catalogue.status")),
        Column("kind", page.say("catalogue.kind")),
    ]
    table(page, "items", columns, [_row(page, each, gaps) for each in found.items], key="item_id")


def _row(page: PageContext, line: Listed, gaps: Mapping[str, str]) -> dict[str, Any]:
    item = line.item
    return {
        "item_id": item.item_id,
        "item_id_to": address(item.item_id),
        "title": item.title,
        "kind": page.say(f"catalogue.kind.{item.kind}"),
        "brand": item.brand,
        "category": " › ".join(item.categories) or None,
        "price": price(item),
        "stock": item.stock,
        "status": item.status,
        "gaps": None if line.gaps is None else " · ".join(told(gaps, each) for each in line.gaps),
    }


def address(item_id: str) -> str:
    """Where the console shows an item."""
    return f"/catalogue?id={quote(item_id, safe='')}"
