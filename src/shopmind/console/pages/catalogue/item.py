"""One item: its data and gaps, what became of it, and what is like it."""

from __future__ import annotations

from dataclasses import dataclass

from nicegui import ui

from shopmind.client.catalogue import ItemFigures, Listed
from shopmind.console.cards import empty, fault, heading, tile, tiles
from shopmind.console.chart import lines
from shopmind.console.facts import facts, plain
from shopmind.console.figures import count, moment, money, price
from shopmind.console.page import PageContext
from shopmind.console.pages.catalogue.items import address, told, words_of_gaps
from shopmind.console.section import section
from shopmind.console.table import Column, table
from shopmind.domain import Slate
from shopmind.kit.errors import ShopmindError

DAYS = 30
SHOWN = ("impression", "click", "view", "add_to_cart", "purchase")
N = 10


@dataclass(frozen=True, slots=True)
class Seen:
    """What is shown of an item."""

    line: Listed
    figures: ItemFigures


async def build(page: PageContext, item_id: str) -> None:
    """The part of the page."""
    ui.link(page.say("catalogue.back"), "/catalogue?tab=items")

    def load() -> Seen:
        client = page.client
        client.item(item_id)  # raises NotFoundError
        found = client.list_items(item_id, n=200).items
        line = next((each for each in found if each.item.item_id == item_id), None)
        if line is None:
            line = Listed(client.item(item_id), None)
        return Seen(line, client.item_figures(item_id, days=DAYS))

    await section(page, load, lambda seen: _show(page, seen))


async def _show(page: PageContext, seen: Seen) -> None:
    item = seen.line.item
    heading(item.title or item.item_id, 2)
    figures = seen.figures
    with tiles():
        for name in SHOWN:
            tile(page.say(f"event.{name}"), count(figures.events.get(name, 0)))
        tile(page.say("item.customers"), count(figures.customers))
        tile(page.say("item.revenue"), money({figures.currency: figures.revenue}))
    with ui.element("section").classes("card"):
        heading(page.say("item.days", n=DAYS), 2)
        if figures.events:
            series: dict[str, list[float | None]] = {
                page.say(f"event.{name}"): [float(day.events.get(name, 0)) for day in figures.days]
                for name in SHOWN
                if name in figures.events
            }
            lines(page, page.say("item.days", n=DAYS), [day.day for day in figures.days], series)
        else:
            ui.label(page.say("item.days.none")).classes("muted")
    with ui.element("div").classes("split"):
        _data(page, seen)
        _places(page, seen)
    await section(page, lambda: _similar(page, item.item_id), lambda found: _alike(page, found))


def _data(page: PageContext, seen: Seen) -> None:
    item = seen.line.item
    with ui.element("section").classes("card"):
        heading(page.say("item.data"), 2)
        gaps = [told(words_of_gaps(page), each) for each in seen.line.gaps or ()]
        facts(
            [
                (page.say("catalogue.gaps"), " · ".join(gaps)),
                (page.say("catalogue.id"), item.item_id),
                (page.say("catalogue.kind"), page.say(f"catalogue.kind.{item.kind}")),
                (page.say("catalogue.brand"), item.brand),
                (page.say("catalogue.category"), " › ".join(item.categories)),
                (page.say("catalogue.price"), price(seen.line.item)),
                (page.say("catalogue.stock"), item.stock),
                (page.say("catalogue.status"), item.status),
                (page.say("item.language"), item.language),
                (page.say("item.group"), item.group_id),
                (page.say("item.url"), item.url),
                (page.say("item.image"), item.image),
                (page.say("item.created"), moment(item.created_at_ms)),
                (page.say("item.updated"), moment(item.updated_at_ms)),
            ]
        )
        heading(page.say("item.description"), 3)
        ui.label(item.description or page.say("item.description.none"))
        if item.attributes:
            heading(page.say("item.attributes"), 3)
            facts((name, plain(value)) for name, value in item.attributes.items())


def _places(page: PageContext, seen: Seen) -> None:
    with ui.element("section").classes("card"):
        if not seen.figures.places:
            heading(page.say("item.places"), 2)
            ui.label(page.say("item.places.none")).classes("muted")
            return
        columns = [
            Column("scenario", page.say("item.scenario")),
            Column("impressions", page.say("event.impression"), "number"),
        ]
        rows = [{"scenario": name, "impressions": n} for name, n in seen.figures.places.items()]
        table(page, "places", columns, rows, title=page.say("item.places"), per_page=10)


def _similar(page: PageContext, item_id: str) -> Slate | ShopmindError:
    """What the scenario "similar" shows beside it; nothing of it is written into the log."""
    try:
        return page.client.recommend("similar", anchors=[item_id], n=N, explain=True, language=_of(page), record=False)
    except ShopmindError as error:
        return error


def _alike(page: PageContext, found: Slate | ShopmindError) -> None:
    heading(page.say("item.similar"), 2)
    if isinstance(found, ShopmindError):
        fault(page, found)
        return
    if not found.hits:
        empty(page.say("item.similar.none"), page.say("item.similar.none.text"), icon="link_off")
        return
    columns = [
        Column("title", page.say("catalogue.item"), "link"),
        Column("score", page.say("item.score"), "score"),
        Column("source", page.say("item.source")),
        Column("why", page.say("item.why")),
    ]
    rows = [
        {
            "title": hit.item.title or hit.item.item_id,
            "title_to": address(hit.item.item_id),
            "score": None if hit.score != hit.score else hit.score,
            "source": ", ".join(hit.source),
            "why": " · ".join(each.text for each in hit.reasons[:3]),
        }
        for hit in found.hits
    ]
    table(page, "similar", columns, rows)


def _of(page: PageContext) -> str:
    return page.language
