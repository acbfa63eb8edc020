"""The page and its parts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from shopmind.console.page import Page, PageContext
from shopmind.console.pages.experiments import estimates, knowledge, one, planning, running, writing
from shopmind.console.tabs import tabs

PARTS: dict[str, Callable[[PageContext], Awaitable[None]]] = {
    "running": running.build,
    "plan": planning.build,
    "write": writing.build,
    "estimates": estimates.build,
    "knowledge": knowledge.build,
}
LONGEST = 64


async def build(page: PageContext) -> None:
    """The part that the address asks for, or one experiment where it names one."""
    part = tabs(page, list(PARTS))
    name = page.query.get("name", "")[:LONGEST]
    if name:
        await one.build(page, name)
    else:
        await PARTS[part](page)


PAGE = Page("experiments", "science", build)
