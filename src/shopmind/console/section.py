"""A part of a page whose content comes from the API: loading, there, wrong, or waiting for an API that is down."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from nicegui import background_tasks, ui

from shopmind.console.cards import fault, heading
from shopmind.console.page import PageContext
from shopmind.kit.errors import AccessError, NotReadyError, ShopmindError

T = TypeVar("T")

logger = logging.getLogger("shopmind.console")

AT_ONCE_S = 0.5
"""What is there so soon comes with the page itself; slower content follows it."""
LOOK_AGAIN_S = 2.0


class Section(Generic[T]):
    """Made by `section`; `refresh` asks the API again and draws anew."""

    def __init__(self, page: PageContext, load: Callable[[], T], show: Callable[[T], Awaitable[None] | None]) -> None:
        self._page, self._load, self._show = page, load, show
        self._box = ui.element("div").classes("section").props('aria-live="polite"')
        self._round = 0

    async def refresh(self) -> None:
        """Asks again; what is shown stays until the answer is there."""
        self._round += 1
        mine = self._round
        self._box.props('aria-busy="true"')
        try:
            found = await self._page.ask(self._load)
        except ShopmindError as error:
            if self._waits(mine):
                await self._say(error)
        except Exception as error:
            logger.exception("a section could not be loaded")
            if self._waits(mine):
                await self._say(error)
        else:
            if self._waits(mine):
                await self._fill(found)
        finally:
            if self._waits(mine):
                self._box.props(remove="aria-busy")

    def _waits(self, mine: int) -> bool:
        """Whether an answer is still wanted: nothing was asked since, and the visitor has not left the page."""
        return mine == self._round and not self._box.is_deleted

    def wait(self) -> None:
        """Shows that something is loading."""

        def draw() -> None:
            with ui.element("div").classes("loading").props('role="status"'):
                ui.spinner(size="2em").props('aria-hidden="true"')
                ui.label(self._page.say("loading"))

        self._draw(draw)

    async def _fill(self, found: T) -> None:
        self._box.clear()
        try:
            with self._box:
                drawn = self._show(found)
                if inspect.isawaitable(drawn):
                    await drawn
        except Exception as error:
            logger.exception("a section could not be drawn")
            await self._say(error)

    async def _say(self, error: Exception) -> None:
        if isinstance(error, AccessError) and not error.known:
            with self._box:
                ui.navigate.to(f"/login?to={self._page.name}&why=login.needed")
            return
        down = isinstance(error, NotReadyError) and not await self._page.ask(self._page.client.ready)
        self._draw(self._down if down else lambda: fault(self._page, error, self.refresh))

    def _down(self) -> None:
        page = self._page
        with ui.element("section").classes("card down").props('role="alert"'):
            heading(page.say("down.title"), 2)
            ui.label(page.say("down.text", api=page.api))
            ui.label(page.say("down.do")).classes("code")

        async def look() -> None:
            if await page.ask(page.client.ready):
                waiting.deactivate()
                if page.visitor.role:
                    await self.refresh()
                else:
                    ui.navigate.reload()  # nobody has said yet who is asking

        waiting = ui.timer(LOOK_AGAIN_S, look)

    def _draw(self, draw: Callable[[], None]) -> None:
        self._box.clear()
        with self._box:
            draw()


async def section(page: PageContext, load: Callable[[], T], show: Callable[[T], Awaitable[None] | None]) -> Section[T]:
    """A part of a page that shows what `load` brings.

    Args:
        load: calls the API; it runs in a thread and may raise what the client raises.
        show: draws what was brought.
    """
    made = Section(page, load, show)
    made.wait()
    loading = background_tasks.create(made.refresh(), name=f"section of {page.name}")
    await asyncio.wait({loading}, timeout=AT_ONCE_S)
    return made
