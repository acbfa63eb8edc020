"""Gaps in the data: how many items have each, which, and what to do."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from shopmind.client.catalogue import Quality
from shopmind.console.cards import empty, tile, tiles
from shopmind.console.chart import bars
from shopmind.console.figures import count, moment, share
from shopmind.console.page import PageContext
from shopmind.console.pages.catalogue.items import address
from shopmind.console.section import Section, section
from shopmind.console.table import Column, table

KINDS = ("", "product", "shop", "promotion", "ad", "content")


async def build(page: PageContext) -> None:
    """The part of the page."""
    made: list[Section[Quality]] = []

    async def again() -> None:
        await made[0].refresh()

    kinds = {each: page.say(f"catalogue.kind.{each or 'any'}") for each in KINDS}
    with ui.element("div").classes("form"):
        kind = ui.select(kinds, value="", label=page.say("catalogue.kind"), on_change=again).props("dense outlined")
    load = lambda: page.client.quality(kind=str(kind.value), n=3)  # noqa: E731
    made.append(await section(page, load, lambda found: _show(page, found)))


def _show(page: PageContext, found: Quality) -> None:
    if not found.items:
        empty(page.say("catalogue.none"), page.say("catalogue.none.text"))
        return
    with tiles():
        tile(page.say("quality.items"), count(found.items), page.say("quality.at", at=moment(found.at_ms)))
        whole = found.sound / found.items
        tile(page.say("quality.sound"), share(whole), page.say("quality.sound.note", n=count(found.sound)))
    there = [each for each in found.gaps if each.items]
    if not there:
        empty(page.say("quality.none"), page.say("quality.none.text"), icon="verified")
        return
    zh = page.language == "zh"
    with ui.element("section").classes("card"):
        words = [each.chinese if zh else each.english for each in there]
        series: dict[str, list[float | None]] = {page.say("quality.share"): [_percent(each) for each in there]}
        bars(page, page.say("quality.chart"), words, series, height_px=60 + 30 * len(there))
    _gaps(page, found)
    _categories(page, found)


def _gaps(page: PageContext, found: Quality) -> None:
    zh = page.language == "zh"
    columns = [
        Column("gap", page.say("catalogue.gap"), "link"),
        Column("items", page.say("quality.having"), "number"),
        Column("share", page.say("quality.share"), "share"),
        Column("mend", page.say("quality.mend")),
        *(Column(f"example{place}", page.say("quality.example", n=place), "link") for place in (1, 2, 3)),
    ]
    rows: list[dict[str, Any]] = []
    for each in found.gaps:
        row: dict[str, Any] = {
            "gap": each.chinese if zh else each.english,
            "gap_to": f"/catalogue?tab=items&gap={each.gap}",
            "items": each.items,
            "share": each.items / each.asked if each.asked else None,
            "mend": each.mend_chinese if zh else each.mend_english,
        }
        for place, example in enumerate(each.examples[:3], 1):
            row[f"example{place}"] = example.title or example.item_id
            row[f"example{place}_to"] = address(example.item_id)
        rows.append(row)
    table(page, "quality", columns, rows, title=page.say("quality.gaps"))


def _categories(page: PageContext, found: Quality) -> None:
    if not found.categories:
        return
    zh = page.language == "zh"
    words = {each.gap: each.chinese if zh else each.english for each in found.gaps}
    columns = [
        Column("category", page.say("catalogue.category")),
        Column("items", page.say("quality.items"), "number"),
        Column("with_gaps", page.say("quality.with_gaps"), "number"),
        Column("share", page.say("quality.share"), "share"),
        Column("most", page.say("quality.most")),
    ]
    rows = [
        {
            "category": each.category,
            "items": each.items,
            "with_gaps": each.with_gaps,
            "share": each.with_gaps / each.items if each.items else None,
            "most": words.get(each.most, each.most),
        }
        for each in found.categories
    ]
    table(page, "quality-categories", columns, rows, title=page.say("quality.categories"))


def _percent(gap: Any) -> float:
    return round(100 * gap.items / gap.asked, 2) if gap.asked else 0.0
