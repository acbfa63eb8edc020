"""Parts of one page, each with an address of its own: `?tab=NAME`."""

from __future__ import annotations

from collections.abc import Sequence

from nicegui import ui

from shopmind.console.page import PageContext


def tabs(page: PageContext, names: Sequence[str]) -> str:
    """Links to the parts of a page; returns the one that the address asks for, the first where it asks for none.

    Args:
        names: of the parts; the words of one are `PAGE.tab.NAME`.
    """
    asked = page.query.get("tab", "")
    chosen = asked if asked in names else names[0]
    with ui.element("nav").classes("tabs") as bar:
        bar.props["aria-label"] = page.say(f"{page.name}.title")
        for name in names:
            with ui.link(target=f"/{page.name}?tab={name}").classes("tab") as link:
                ui.label(page.say(f"{page.name}.tab.{name}"))
            if name == chosen:
                link.classes("here").props('aria-current="page"')
    return chosen
