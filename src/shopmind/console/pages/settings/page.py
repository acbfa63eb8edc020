"""Settings: scenarios as files, keys, and health."""

from __future__ import annotations

from shopmind.console.page import Page, PageContext
from shopmind.console.pages.settings import health, keys, scenarios
from shopmind.console.tabs import tabs

PARTS = {"scenarios": scenarios.build, "keys": keys.build, "health": health.build}


async def build(page: PageContext) -> None:
    """The page: one part at a time, named by the address."""
    await PARTS[tabs(page, list(PARTS))](page)


PAGE = Page("settings", "settings", build)
