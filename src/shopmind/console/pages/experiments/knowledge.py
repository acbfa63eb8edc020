"""The knowledge log: asked in words, read, and written into."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from shopmind.client.knowledge import Entry
from shopmind.console.act import attempt
from shopmind.console.cards import empty, heading
from shopmind.console.facts import facts, plain
from shopmind.console.figures import moment
from shopmind.console.listed import split
from shopmind.console.page import PageContext
from shopmind.console.section import Section, section
from shopmind.kit.errors import InputError

WHAT = ("", "noted", "decided", "trained", "evaluated", "shadowed", "ramped", "promoted", "rolled_back")
N = 30


async def build(page: PageContext) -> None:
    """The part of the page."""
    made: list[Section[list[Entry]]] = []

    async def again() -> None:
        await made[0].refresh()

    with ui.element("section").classes("card"):
        with ui.element("div").classes("form"):
            text = ui.input(page.say("knowledge.ask")).props("dense outlined maxlength=1000")
            choices = {each: page.say(f"knowledge.what.{each or 'any'}") for each in WHAT}
            what = ui.select(choices, value="", label=page.say("knowledge.what"), on_change=again).props(
                "dense outlined"
            )
            about = ui.input(page.say("knowledge.about")).props("dense outlined maxlength=220")
            about.props["hint"] = page.say("knowledge.about.hint")
        ui.button(page.say("knowledge.find"), icon="search", on_click=again).props("no-caps").classes("do")
    for field in (text, about):
        field.on("keydown.enter", again)

    def load() -> list[Entry]:
        return page.client.knowledge(
            text.value or "",
            n=N,
            what=str(what.value) or None,
            about=(about.value or "").strip() or None,
            language=page.language,
        )

    made.append(await section(page, load, lambda found: _show(page, found)))
    if page.may("merchandise"):
        _note(page, again)


def _show(page: PageContext, found: list[Entry]) -> None:
    if not found:
        empty(page.say("knowledge.none"), page.say("knowledge.none.text"), icon="menu_book")
        return
    with ui.element("ul").classes("plain versions"):
        for entry in found:
            with ui.element("li").classes("card"):
                heading(entry.title, 2)
                told = [moment(entry.at_ms), page.say(f"knowledge.what.{entry.what}"), entry.by]
                ui.label(" · ".join(filter(None, told))).classes("muted")
                if entry.text:
                    ui.label(entry.text).style("white-space: pre-wrap; overflow-wrap: anywhere")
                if entry.about:
                    ui.label(plain(list(entry.about))).classes("code")
                if entry.metrics:
                    with ui.element("details"):
                        with ui.element("summary"):
                            ui.label(page.say("knowledge.figures")).style("display: contents")
                        facts((name, plain(value)[:1000]) for name, value in entry.metrics.items())


def _note(page: PageContext, again: Any) -> None:
    with ui.element("section").classes("card"):
        heading(page.say("knowledge.add"), 2)
        with ui.element("div").classes("form"):
            title = ui.input(page.say("knowledge.title")).props("dense outlined maxlength=200")
            about = ui.input(page.say("knowledge.about")).props("dense outlined")
            about.props["hint"] = page.say("knowledge.about.hint")
        text = ui.textarea(page.say("knowledge.text")).props("dense outlined autogrow maxlength=20000")
        said = ui.element("div").classes("section").props('aria-live="polite"')

        def call() -> None:
            row = {"title": title.value or "", "text": text.value or "", "about": split(about.value)}
            (written,) = page.client.note(row)
            if written.status == "rejected":
                raise InputError(written.reason or "", field=written.field)

        async def add() -> None:
            if await attempt(page, call, done=page.say("knowledge.added"), where=said):
                for field in (title, about, text):
                    field.set_value("")
                await again()

        ui.button(page.say("knowledge.do"), icon="add", on_click=add).props("no-caps").classes("do")
