"""Leafs through a list that the API tells page by page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from nicegui import ui

from shopmind.console.page import PageContext

FURTHEST = 10_000
"""As far as the API leafs; who wants what lies behind narrows the list."""


def pager(page: PageContext, offset: int, here: int, total: int, go: Callable[[int], Awaitable[None]], n: int) -> None:
    """Says which part is shown, with buttons to the parts before and behind; nothing where all of it is shown.

    Args:
        offset, here: where the part begins, and how many are in it.
        go: draws the part that begins elsewhere.
        n: length of a part.
    """
    if total <= here and not offset:
        return
    with ui.element("nav").classes("pager") as bar:
        bar.props["aria-label"] = page.say("pager")
        back = ui.button(page.say("pager.back"), icon="chevron_left", on_click=lambda: go(max(0, offset - n)))
        back.props("flat dense no-caps").set_enabled(offset > 0)
        first = min(offset + 1, total)
        ui.label(page.say("pager.part", first=f"{first:,}", last=f"{offset + here:,}", total=f"{total:,}"))
        more = ui.button(page.say("pager.more"), on_click=lambda: go(offset + n)).props("flat dense no-caps")
        more.props("icon-right=chevron_right").set_enabled(offset + here < min(total, FURTHEST))
