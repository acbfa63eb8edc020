"""Scenarios: which there are and how ready they are; one of them as a file that is edited, checked and rolled back."""

from __future__ import annotations

import re
from typing import Any

from nicegui import ui

from shopmind.client import ScenarioState
from shopmind.client.administering import ScenarioCheck, ScenarioFile, ScenarioVersion
from shopmind.console.act import attempt, confirmed
from shopmind.console.cards import fault, heading
from shopmind.console.diff import difference
from shopmind.console.figures import moment
from shopmind.console.page import PageContext
from shopmind.console.section import Section, section
from shopmind.console.table import Action, Column, table
from shopmind.kit.errors import ShopmindError

LINE = re.compile(r"\bline (\d+)")


async def build(page: PageContext) -> None:
    """The part: the list, or one scenario that the address names."""
    name = page.query.get("scenario", "")
    if name:
        ui.link(page.say("settings.back"), "/settings?tab=scenarios")
        await _Editor(page, name).build()
    else:
        await section(page, page.client.scenarios, lambda found: _list(page, found))


def _list(page: PageContext, found: list[ScenarioState]) -> None:
    columns = [
        Column("name", page.say("settings.scenario"), "link"),
        Column("title", page.say("settings.scenario.title")),
        Column("ready", page.say("settings.ready")),
        Column("missing", page.say("settings.missing")),
    ]
    rows = [
        {
            "name": each.name,
            "name_to": f"/settings?tab=scenarios&scenario={each.name}",
            "title": page.told(each.title),
            "ready": page.say("settings.ready.yes" if each.ready else "settings.ready.part"),
            "missing": "; ".join(map(page.told, each.missing)),
        }
        for each in found
    ]
    table(page, "scenarios", columns, rows, key="name", title=page.say("settings.scenarios"), per_page=50)


class _Editor:
    """One scenario file."""

    def __init__(self, page: PageContext, name: str) -> None:
        self._page, self._name = page, name
        self._section: Section[ScenarioFile] | None = None

    async def build(self) -> None:
        self._section = await section(self._page, lambda: self._page.client.scenario_file(self._name), self._show)

    def _show(self, file: ScenarioFile) -> None:
        page = self._page
        may = page.may("merchandise")
        heading(file.name, 2)
        own = page.say("settings.own", version=file.version) if file.own else page.say("settings.packaged")
        ui.label(own).classes("muted")
        if not may:
            ui.label(page.say("settings.read.only")).classes("muted")
        editor = ui.textarea(page.say("settings.text"), value=file.text).props("outlined autogrow spellcheck=false")
        editor.classes("toml")
        said = ui.element("div").classes("section").props('aria-live="polite"')
        if may:
            with ui.row().classes("tools"):

                async def check() -> None:
                    await self._checked(str(editor.value or ""), said)

                async def save() -> None:
                    await self._save(file, str(editor.value or ""), said)

                ui.button(page.say("settings.check"), icon="rule", on_click=check).props("outline no-caps")
                ui.button(page.say("settings.save"), icon="save", on_click=save).props("no-caps")
                if file.own and file.packaged:
                    ui.space()
                    ui.button(
                        page.say("settings.restore.packaged"), icon="restore", on_click=lambda: self._restore(0)
                    ).props("flat no-caps")
        else:
            editor.props("readonly")
        self._history(file.history, may)

    async def _checked(self, text: str, said: ui.element) -> ScenarioCheck | None:
        """Asks the API what a text would do, and shows it; None when it is not a scenario."""
        page = self._page
        said.clear()
        try:
            found = await page.ask(page.client.check_scenario, self._name, text)
        except ShopmindError as error:
            with said:
                fault(page, error)
                _line(page, text, error.message)
            return None
        with said, ui.element("section").classes("card"):
            ui.label(page.say("settings.fine", title=page.told(found.title))).classes("good")
            _told(page, found)
        return found

    async def _save(self, file: ScenarioFile, text: str, said: ui.element) -> None:
        page = self._page
        found = await self._checked(text, said)
        if found is None or not found.diff:
            return
        if not await _agreed(page, found):
            return
        saved = await attempt(
            page,
            lambda: page.client.put_scenario(self._name, text, version=file.version),
            done=page.say("settings.saved"),
            where=said,
        )
        if saved is not None and self._section is not None:
            await self._section.refresh()

    def _history(self, history: tuple[ScenarioVersion, ...], may: bool) -> None:
        page = self._page
        if not history:
            ui.label(page.say("settings.history.none")).classes("muted")
            return
        columns = [
            Column("version", page.say("settings.version"), "number"),
            Column("at", page.say("settings.at")),
            Column("by", page.say("settings.by")),
            Column("lines", page.say("settings.lines"), "number"),
        ]
        who = {"": page.say("settings.nobody"), "file": page.say("settings.file")}
        rows = [
            {
                "version": each.version,
                "at": moment(each.at_ms),
                "by": who.get(each.by, each.by) + ("" if each.text else f" · {page.say('settings.removed')}"),
                "lines": len(each.text.splitlines()),
            }
            for each in history
        ]

        async def bring(row: dict[str, Any]) -> None:
            await self._restore(int(row["version"]))

        actions = [Action("restore", page.say("settings.restore"), "restore", bring)] if may else []
        title = page.say("settings.history")
        table(page, "versions", columns, rows, key="version", title=title, actions=actions, per_page=10)

    async def _restore(self, version: int) -> None:
        page = self._page
        title = page.say("settings.restore.title", version=version)
        if not await confirmed(page, title, page.say("settings.restore.text"), action=page.say("settings.restore")):
            return
        done = page.say("settings.restored", version=version)
        back = await attempt(page, lambda: page.client.roll_back_scenario(self._name, version), done=done)
        if back is not None and self._section is not None:
            await self._section.refresh()


def _told(page: PageContext, found: ScenarioCheck) -> None:
    if found.missing:
        ui.label(page.say("settings.needs"))
        with ui.element("ul"):
            for each in found.missing:
                with ui.element("li"):
                    ui.label(page.told(each))
    if found.affected:
        ui.label(page.say("settings.affected", names=", ".join(found.affected))).classes("warn")
    if found.diff:
        difference(found.diff)
    else:
        ui.label(page.say("settings.same"))


async def _agreed(page: PageContext, found: ScenarioCheck) -> bool:
    with ui.dialog() as dialog, ui.card().classes("dialog"):
        heading(page.say("settings.save.title"), 2)
        ui.label(page.say("settings.save.text"))
        _told(page, found)
        with ui.row().classes("buttons"):
            ui.button(page.say("cancel"), on_click=lambda: dialog.submit(False)).props("flat no-caps")
            ui.button(page.say("save"), on_click=lambda: dialog.submit(True)).props("no-caps")
    dialog.props["aria-label"] = page.say("settings.save.title")
    answer = await dialog
    dialog.delete()
    return bool(answer)


def _line(page: PageContext, text: str, message: str) -> None:
    """The line that the message names, as it stands in the text."""
    named = LINE.search(message)
    rows = text.splitlines()
    if named and 0 < int(named[1]) <= len(rows):
        number = int(named[1])
        ui.label(page.say("settings.line", number=number, text=rows[number - 1])).classes("code")
