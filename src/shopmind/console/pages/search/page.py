"""The page and its parts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from shopmind.console.page import Page, PageContext
from shopmind.console.pages.search import measuring, queries, rules, words, workbench
from shopmind.console.tabs import tabs

PARTS: dict[str, Callable[[PageContext], Awaitable[None]]] = {
    "queries": queries.build,
    "workbench": workbench.build,
    "measure": measuring.build,
    "words": words.build,
    "rules": rules.build,
}


async def build(page: PageContext) -> None:
    """The part that the address asks for."""
    await PARTS[tabs(page, list(PARTS))](page)


PAGE = Page("search", "search", build)
