"""The page and its parts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from shopmind.console.page import Page, PageContext
from shopmind.console.pages.catalogue import ingests, item, items, quality
from shopmind.console.tabs import tabs

PARTS: dict[str, Callable[[PageContext], Awaitable[None]]] = {
    "items": items.build,
    "quality": quality.build,
    "ingests": ingests.build,
}


async def build(page: PageContext) -> None:
    """The part that the address asks for, or one item where it names one."""
    part = tabs(page, list(PARTS))
    if page.query.get("id"):
        await item.build(page, page.query["id"][:500])
    else:
        await PARTS[part](page)


PAGE = Page("catalogue", "inventory_2", build)
