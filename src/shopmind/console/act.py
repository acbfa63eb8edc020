"""Things a visitor does: asked first, shown while they take, and told what went wrong."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from nicegui import ui

from shopmind.console.cards import fault, heading
from shopmind.console.page import PageContext
from shopmind.kit.errors import ShopmindError

T = TypeVar("T")

logger = logging.getLogger("shopmind.console")


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """What a call that went well brought."""

    value: T


async def attempt(
    page: PageContext, call: Callable[[], T], *, done: str = "", where: ui.element | None = None
) -> Done[T] | None:
    """Makes a call of the API; None when it failed, which has been shown by then.

    Args:
        call: runs in a thread.
        done: said when it went well.
        where: an element that is emptied first and holds the error; without one a dialog does.
    """
    if where is not None:
        where.clear()
    try:
        value = await page.ask(call)
    except Exception as error:
        if not isinstance(error, ShopmindError):
            logger.exception("an action failed")
        if where is None:
            with ui.dialog(value=True), ui.card():
                fault(page, error)
        else:
            with where:
                fault(page, error)
        return None
    if done:
        ui.notify(done, type="positive", position="bottom")
    return Done(value)


async def confirmed(page: PageContext, title: str, text: str, *, action: str = "", dangerous: bool = False) -> bool:
    """Asks before something is done.

    Args:
        text: says what will happen, and whether it can be undone.
        action: the word on the button that does it.
    """
    with ui.dialog() as dialog, ui.card().classes("dialog"):
        heading(title, 2)
        ui.label(text)
        with ui.row().classes("buttons"):
            ui.button(page.say("cancel"), on_click=lambda: dialog.submit(False)).props("flat no-caps autofocus")
            do = ui.button(action or page.say("confirm"), on_click=lambda: dialog.submit(True)).props("no-caps")
            if dangerous:
                do.props("color=negative")
    dialog.props["aria-label"] = title
    answer = await dialog
    dialog.delete()
    return bool(answer)


Told = Callable[[int, int | None], None]
"""Called with how much is done, and of how much."""


@asynccontextmanager
async def working(page: PageContext, title: str) -> AsyncIterator[Told]:
    """Shows that long work is under way, until the block ends; call what it yields to say how far it is."""
    with ui.dialog().props("persistent") as dialog, ui.card().classes("dialog"):
        heading(title, 2)
        bar = ui.linear_progress(value=0, show_value=False).props("indeterminate")
        bar.props["aria-label"] = title
        said = ui.label(page.say("working")).props('role="status"')
    dialog.open()

    def told(done: int, total: int | None) -> None:
        said.set_text(f"{done:,}" if total is None else f"{done:,} / {total:,}")
        if total:
            bar.props(remove="indeterminate")
            bar.set_value(done / total)

    try:
        yield told
    finally:
        dialog.close()
        dialog.delete()
