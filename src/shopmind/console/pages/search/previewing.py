"""What a rule would do, before it is published: the answer as it is, and as it would be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nicegui import ui

from shopmind.client.merchandise import Preview
from shopmind.console.act import attempt
from shopmind.console.listed import joined, split
from shopmind.console.page import PageContext
from shopmind.console.pages.search.rule_form import RuleForm
from shopmind.console.pages.search.words import written
from shopmind.console.slate import side_by_side

REFUSED = "@refused"
N = 10


class Previewing:
    """A question to try a rule on, the two answers, and the button that publishes what was seen."""

    def __init__(
        self,
        page: PageContext,
        form: RuleForm,
        scenarios: Sequence[str],
        changed: Callable[[], Awaitable[None]],
        *,
        text: str = "",
    ) -> None:
        self._page, self._form, self._changed = page, form, changed
        with ui.element("div").classes("form"):
            self._scenario = ui.select(
                list(scenarios),
                label=page.say("bench.scenario"),
                value="search" if "search" in scenarios else scenarios[0],
            ).props("dense outlined")
            self._text = ui.input(page.say("rules.try"), value=text).props("dense outlined")
            self._user = ui.input(page.say("rules.user")).props("dense outlined")
            self._anchors = ui.input(page.say("rules.anchors")).props("dense outlined")
        ui.button(page.say("rules.preview"), icon="visibility", on_click=self.preview).props("no-caps").classes("do")
        self._shown = ui.element("div").classes("section").props('aria-live="polite"')

    async def preview(self) -> None:
        """Asks for both answers and shows them."""
        row = self._form.row
        row.setdefault("rule_id", "")
        asked: dict[str, Any] = {
            "scenario": self._scenario.value,
            "text": (self._text.value or "").strip() or (row.get("query") or [""])[0],
            "user": (self._user.value or "").strip() or None,
            "anchors": split(self._anchors.value),
            "n": N,
            "language": self._page.language,
        }
        found = await attempt(self._page, lambda: self._page.client.preview_rules([row], **asked), where=self._shown)
        if found is not None:
            with self._shown:
                self._show(row, found.value)

    def _show(self, row: dict[str, Any], found: Preview) -> None:
        page = self._page
        for rule, said in found.warnings.items():
            word = "rules.refused" if rule == REFUSED else "rules.warning"
            for each in said:
                with ui.element("section").classes("card fault" if rule == REFUSED else "card warning"):
                    ui.label(page.say(word, what=page.told(each)))
        for ids in found.left_out.values():
            with ui.element("section").classes("card warning"):
                ui.label(page.say("rules.left_out", items=joined(ids)))
        if not found.moved:
            ui.label(page.say("rules.unmoved")).classes("muted").props('role="status"')
        before, after = (page.say("rules.before"), found.before), (page.say("rules.after"), found.after)
        side_by_side(page, before, after, found.moved)
        if REFUSED in found.warnings:
            return
        told = ui.element("div")

        async def publish() -> None:
            if await written(page, lambda: page.client.put_rules(row), page.say("rules.published"), told):
                self._form.fill({})
                await self._changed()

        word = page.say("rules.publish", rule_id=row["rule_id"])
        ui.button(word, icon="publish", on_click=publish).props("no-caps").classes("do")
