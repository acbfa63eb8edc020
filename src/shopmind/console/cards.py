"""Cards that say how things stand: nothing there yet, something went wrong, a figure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nicegui import ui

from shopmind.console.page import PageContext
from shopmind.console.words import LANGUAGES
from shopmind.kit.errors import ShopmindError


def empty(title: str, text: str, *, icon: str = "inbox", action: str = "", target: str = "") -> None:
    """Says what is missing and what to do next.

    Args:
        action, target: words and address of a link to where it can be done.
    """
    with ui.element("section").classes("card empty"):
        ui.icon(icon).classes("large").props('aria-hidden="true"')
        heading(title, 2)
        ui.label(text)
        if action:
            ui.link(action, target)


def fault(page: PageContext, error: Exception, again: Callable[[], Any] | None = None) -> None:
    """Says what went wrong as the API told it: code, message, field.

    Args:
        again: what a button to try again calls; none without.
    """
    with ui.element("section").classes("card fault").props('role="alert"'):
        heading(page.say("error.title"), 2)
        if isinstance(error, ShopmindError):
            said = page.told(error.message)
            if said == error.message and page.language != LANGUAGES[0]:
                ui.label(page.say(f"error.code.{error.code}"))
            ui.label(said).classes("message")
            with ui.element("p").classes("code"):
                ui.label(error.code)
            if error.field:
                ui.label(page.say("error.field", field=error.field))
        else:
            ui.label(page.say("error.internal"))
        if again is not None:
            ui.button(page.say("again"), icon="refresh", on_click=again).props("outline no-caps")


def tiles() -> ui.element:
    """A row of figures; open it with `with`."""
    return ui.element("dl").classes("tiles")


def tile(label: str, value: str, note: str = "", *, state: str = "") -> None:
    """One figure.

    Args:
        state: "", "good", "warn" or "bad"; `note` must say the same in words.
    """
    with ui.element("div").classes(f"tile {state}"):
        with ui.element("dt"):
            ui.label(label)
        with ui.element("dd"):
            ui.label(value).classes("figure")
            if note:
                ui.label(note).classes("note")


def heading(text: str, level: int = 2) -> ui.element:
    """A heading; its text is text, never HTML."""
    with ui.element(f"h{level}") as element:
        ui.label(text).style("display: contents")
    return element
