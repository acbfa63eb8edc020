"""Pictures of items: shown when they come from the shop's own address, else led to."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

from nicegui import ui

from shopmind.console.page import PageContext
from shopmind.domain import Item


def picture(page: PageContext, item: Item) -> None:
    """The item's picture, a link to it where another host has it, and nothing where there is none."""
    own, address = whereabouts(page.api, item.image)
    if not address:
        return
    title = item.title or item.item_id
    if not own:
        with ui.element("a").classes("muted") as link:
            link.props["href"], link.props["target"], link.props["rel"] = address, "_blank", "noopener noreferrer"
            link.props["aria-label"] = page.say("picture.of", title=title)
            ui.label(page.say("picture")).style("display: contents")
        return
    shown = ui.element("img").classes("picture").props('loading="lazy"')
    shown.props["src"], shown.props["alt"] = address, ""
    shown.on("error", js_handler="(event) => { event.target.remove() }")


def whereabouts(api: str, image: str | None) -> tuple[bool, str]:
    """Whether a picture is of the shop's own address, and where it is; "" where nothing can be shown."""
    try:
        address = urljoin(f"{api}/", image or "")
        parts = urlsplit(address)
    except ValueError:
        return False, ""
    if not image or parts.scheme not in ("http", "https") or not parts.netloc:
        return False, ""
    return (parts.scheme, parts.netloc) == urlsplit(api)[:2], address
