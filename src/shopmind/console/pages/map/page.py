"""Map: what the shop wants down to the data it lives on; its catalogue; one customer's interests."""

from __future__ import annotations

from functools import partial
from typing import Literal, cast

from nicegui import ui

from shopmind.client.maps import Map
from shopmind.console.act import attempt
from shopmind.console.cards import empty
from shopmind.console.page import Page, PageContext
from shopmind.console.pages.map.drawing import drawing
from shopmind.console.pages.map.walk import Walk
from shopmind.console.section import section
from shopmind.console.tabs import tabs

Of = Literal["shop", "catalogue", "user"]

DAYS = (1, 7, 30, 90)
FIRST_DAYS = {"shop": 7, "catalogue": 30}
FILES = {"mermaid": ("mmd", "text/plain"), "svg": ("svg", "image/svg+xml")}
FILE_DEPTH = {"shop": 3, "catalogue": 3, "user": 3}
"""How deep an exported file is: all the parts of all places are a drawing that nobody can read."""


async def build(page: PageContext) -> None:
    """The page."""
    of = cast("Of", tabs(page, ("shop", "catalogue", *(("user",) if page.may("admin") else ()))))
    if of == "user":
        await _of_user(page)
        return
    with ui.row().classes("tools"):
        days = ui.select(
            {each: page.say("map.days", n=each) for each in DAYS},
            value=page.kept.get(of, FIRST_DAYS[of]),
            label=page.say("map.period"),
        ).props("dense outlined")

    def load() -> Map:
        page.kept[of] = days.value
        if of == "shop":
            return page.client.shop_map(days=days.value, language=page.language)
        return page.client.catalogue_map(days=days.value, language=page.language)

    shown = await section(page, load, lambda found: _show(page, of, found, {"days": days.value}))
    days.on_value_change(shown.refresh)


async def _of_user(page: PageContext) -> None:
    """Somebody is asked for by an id that stays in this process: an address would be kept by histories and logs."""

    async def look() -> None:
        page.kept["user"] = (who.value or "").strip()
        await shown.refresh()

    with ui.row().classes("tools"):
        who = ui.input(label=page.say("map.user"), value=page.kept.get("user", "")).props("dense outlined")
        who.on("keydown.enter", look)
        ui.button(page.say("map.look"), icon="search", on_click=look).props("no-caps")

    def load() -> Map | None:
        user = page.kept.get("user")
        return page.client.user_map(user, language=page.language) if user else None

    def show(found: Map | None) -> None:
        if found is None:
            empty(page.say("map.user.none"), page.say("map.user.none.text"), icon="person_search")
        else:
            _show(page, "user", found, {"user": page.kept["user"]})

    shown = await section(page, load, show)


def _show(page: PageContext, of: Of, found: Map, asked: dict[str, object]) -> None:
    async def export(format: Literal["mermaid", "svg"]) -> None:
        asking = {**asked, "depth": FILE_DEPTH[of], "language": page.language}
        made = await attempt(page, partial(page.client.map_file, of, format, **asking))
        if made is not None:
            ending, media_type = FILES[format]
            ui.download.content(made.value.encode(), f"map-{of}.{ending}", media_type)

    if not found.root.children:
        text = "; ".join(map(page.told, found.root.says)) or page.say("map.none.text")
        empty(page.say("map.none"), text, icon="account_tree")
        return
    with ui.row().classes("tools"):
        ui.label(page.say("map.hint")).classes("muted")
        ui.space()
        ui.button(page.say("map.mermaid"), icon="download", on_click=partial(export, "mermaid")).props(
            "flat dense no-caps"
        )
        ui.button(page.say("map.svg"), icon="download", on_click=partial(export, "svg")).props("flat dense no-caps")
    with ui.element("div").classes("map"):
        board = ui.element("div").classes("card board")
        side = ui.element("section").classes("card side")
        side.props["aria-label"] = page.say("map.list")
    walk = Walk(page, found, side)
    with board:
        drawing(page, found, walk.choose)
        ui.label(page.say("map.legend")).classes("muted")
    walk.choose(found.root.id)


PAGE = Page("map", "account_tree", build)
