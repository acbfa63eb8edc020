"""The page: who is looked at stands in no address, for addresses are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from shopmind.console.act import attempt, confirmed
from shopmind.console.cards import empty, heading
from shopmind.console.facts import facts, plain
from shopmind.console.page import Page, PageContext
from shopmind.console.pages.customers.history import History
from shopmind.console.pages.customers.outlook import look_ahead
from shopmind.console.pages.customers.profile import show
from shopmind.console.section import section
from shopmind.kit.errors import NotFoundError

LONGEST = 500


async def build(page: PageContext) -> None:
    """The page."""
    await _Customers(page).build()


class _Customers:
    """The form, and what is shown of who was asked for."""

    def __init__(self, page: PageContext) -> None:
        self._page = page

    async def build(self) -> None:
        """Draws the form, and who was looked at last."""
        page = self._page
        with ui.element("section").classes("card"):
            self._user = ui.input(page.say("customers.id"), value=page.kept.get("user", ""))
            self._user.props(f"dense outlined maxlength={LONGEST} autocomplete=off")
            self._user.props["hint"] = page.say("customers.id.hint")
            look = ui.button(page.say("customers.look"), icon="person_search", on_click=self._look)
            look.props("no-caps").classes("do")
        self._user.on("keydown.enter", self._look)
        self._receipt = ui.element("div").classes("section").props('aria-live="polite"')
        self._shown = ui.element("div").classes("section")
        await self._look()

    async def _look(self) -> None:
        page, user = self._page, (self._user.value or "").strip()
        page.kept["user"] = user
        self._shown.clear()
        with self._shown:
            if not user:
                empty(page.say("customers.none"), page.say("customers.none.text"), icon="person_search")
                return
            await section(page, lambda: _known(page, user), lambda found: self._show(user, found))

    async def _show(self, user: str, found: Any) -> None:
        page = self._page
        if found is None:
            empty(page.say("customers.unknown"), page.say("customers.unknown.text"), icon="person_off")
            return
        show(page, found)
        await look_ahead(page, user)
        await History(page, user).build()
        with ui.element("section").classes("card forget"):
            heading(page.say("customers.forget"), 2)
            ui.label(page.say("customers.forget.text"))
            forget = ui.button(page.say("customers.forget.do"), icon="delete_forever", on_click=self._forget)
            forget.props("color=negative no-caps").classes("do")

    async def _forget(self) -> None:
        page, user = self._page, str(page_user(self._page))
        title, text = page.say("customers.forget.sure"), page.say("customers.forget.what")
        if not await confirmed(page, title, text, action=page.say("customers.forget.do"), dangerous=True):
            return
        done = await attempt(page, lambda: page.client.forget(user), done=page.say("customers.forgotten"))
        if done is not None:
            self._receipt.clear()
            with self._receipt:
                _receipt(page, done.value)
            await self._look()


def page_user(page: PageContext) -> str:
    """Who is looked at."""
    return str(page.kept.get("user", ""))


def _known(page: PageContext, user: str) -> Any:
    try:
        return page.client.profile(user)
    except NotFoundError:
        return None


def _receipt(page: PageContext, receipt: Mapping[str, Any]) -> None:
    with ui.element("section").classes("card receipt"):
        heading(page.say("customers.receipt"), 2)
        facts(
            [
                (page.say("customers.receipt.id"), receipt["receipt_id"]),
                (page.say("customers.receipt.at"), receipt["at"]),
            ]
        )
        heading(page.say("customers.receipt.erased"), 3)
        facts((name.replace("_", " "), count) for name, count in receipt["erased"].items())
        retrain = plain(list(receipt.get("retrain", ())))
        ui.label(page.say("customers.receipt.retrain", names=retrain)).classes("muted")


PAGE = Page("customers", "group", build, scope="admin")
