"""The lexicon: synonyms in one or both directions, corrections, and words that are left alone or left out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from nicegui import ui

from shopmind.client.answers import RowResult
from shopmind.client.merchandise import Word
from shopmind.console.act import attempt, confirmed
from shopmind.console.cards import empty, fault, heading
from shopmind.console.listed import joined, split
from shopmind.console.page import PageContext
from shopmind.console.section import section
from shopmind.console.table import Action, Column, table
from shopmind.kit.clock import format_time
from shopmind.kit.errors import InputError

KINDS = ("two_way", "one_way", "correction", "protected", "stop_word", "category")
LEADS = ("one_way", "correction", "category")
"""Kinds that lead to something else."""

Row = Mapping[str, Any]


async def build(page: PageContext) -> None:
    """The part of the page."""

    async def added() -> None:
        await shown.refresh()

    if page.may("merchandise"):
        with ui.element("section").classes("card"):
            heading(page.say("words.add"), 2)
            word_form(page, {"words": split(page.query.get("words"))}, added)
    shown = await section(page, page.client.words, lambda found: _show(page, found, added))


def word_form(page: PageContext, given: Row, done: Callable[[], Awaitable[None] | None]) -> None:
    """A form for one entry.

    Args:
        given: kind, words and to that it begins with.
        done: called when the entry is written.
    """
    with ui.element("div").classes("form"):
        kind = ui.select(
            {each: page.say(f"words.kind.{each}") for each in KINDS},
            value=given.get("kind", "two_way"),
            label=page.say("words.kind"),
        ).props("dense outlined")
        words = ui.input(page.say("words.words"), value=joined(given.get("words", ()))).props("dense outlined")
        to = ui.input(page.say("words.to"), value=joined(given.get("to", ()))).props("dense outlined")
        worth = ui.number(page.say("words.worth"), value=0.8, min=0, max=1, step=0.1).props("dense outlined")
    hint = ui.label().classes("muted")
    told = ui.element("div").props('aria-live="polite"')

    def suit() -> None:
        hint.set_text(page.say(f"words.hint.{kind.value}"))
        to.set_visibility(kind.value in LEADS)
        worth.set_visibility(kind.value in ("two_way", "one_way"))

    async def add() -> None:
        row: dict[str, Any] = {"kind": kind.value, "words": split(words.value)}
        if kind.value in LEADS:
            row["to"] = split(to.value)
        if worth.visible and worth.value is not None:
            row["worth"] = worth.value
        if await written(page, lambda: page.client.put_words(row), page.say("words.added"), told):
            words.set_value("")
            to.set_value("")
            result = done()
            if result is not None:
                await result

    kind.on_value_change(suit)
    suit()
    ui.button(page.say("words.do"), icon="add", on_click=add).props("no-caps").classes("do")


def word_dialog(page: PageContext, given: Row) -> None:
    """The form in a dialog, for a query of a report."""

    def away() -> None:
        dialog.close()
        dialog.delete()

    with ui.dialog(value=True) as dialog, ui.card().classes("dialog"):
        heading(page.say("words.add"), 2)
        word_form(page, given, away)
        ui.button(page.say("close"), on_click=away).props("flat no-caps")
    dialog.props["aria-label"] = page.say("words.add")


async def written(
    page: PageContext, write: Callable[[], list[RowResult]], done: str, told: ui.element
) -> list[RowResult]:
    """Writes rows; a row that was refused is told like any other error. Empty where nothing was written."""
    found = await attempt(page, write, where=told)
    if found is None:
        return []
    for each in found.value:
        if each.status == "rejected":
            with told:
                fault(page, InputError(each.reason or "", field=each.field))
            return []
    ui.notify(done, type="positive", position="bottom")
    for each in found.value:
        if each.reason:
            with told:
                ui.label(page.told(each.reason)).classes("warn")
    return found.value


def _show(page: PageContext, found: list[Word], changed: Callable[[], Awaitable[None]]) -> None:
    if not found:
        empty(page.say("words.none"), page.say("words.none.text"), icon="swap_horiz")
        return

    async def remove(row: dict[str, Any]) -> None:
        text = page.say("words.remove.text", words=row["words"])
        sure = await confirmed(page, page.say("words.remove"), text, action=page.say("words.remove"), dangerous=True)
        if sure and await attempt(page, lambda: page.client.remove_word(row["key"]), done=page.say("words.removed")):
            await changed()

    rows = [
        {
            "words": joined(each.words),
            "kind": page.say(f"words.kind.{each.kind}"),
            "to": joined(each.to),
            "worth": each.worth if each.kind in ("two_way", "one_way") else None,
            "changed": None if each.changed_at_ms is None else format_time(each.changed_at_ms),
            "by": each.changed_by,
            "key": each.key,
        }
        for each in found
    ]
    columns = [
        Column("words", page.say("words.list")),
        Column("kind", page.say("words.kind")),
        Column("to", page.say("words.to")),
        Column("worth", page.say("words.worth"), "number"),
        Column("changed", page.say("words.changed"), "time"),
        Column("by", page.say("words.by")),
    ]
    acts = [Action("remove", page.say("words.remove"), "delete", remove)] if page.may("merchandise") else []
    table(page, "words", columns, rows, key="key", title=page.say("words.title"), actions=acts)
