"""The relevance workbench: ask, judge what comes, and see two configurations side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from shopmind.client.workbench import Comparison
from shopmind.console.cards import empty, fault
from shopmind.console.page import PageContext
from shopmind.console.pages.search.configuration import Configured, named, searching
from shopmind.console.pages.search.words import written
from shopmind.console.section import section
from shopmind.console.slate import answer, side_by_side
from shopmind.domain import Hit, Slate
from shopmind.kit.errors import ShopmindError

GRADES = (0, 1, 2, 3)
N = 10
LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked; `other` is None where nothing is compared."""

    text: str
    set_name: str
    one: Mapping[str, Any]
    other: Mapping[str, Any] | None


async def build(page: PageContext) -> None:
    """The part of the page."""
    try:
        names = await searching(page)
    except ShopmindError as error:
        fault(page, error, ui.navigate.reload)
        return
    kept = page.kept
    given = page.query.get("text", "")[:LONGEST] or kept.get("text", "")
    with ui.element("section").classes("card"):
        with ui.element("div").classes("form"):
            text = ui.input(page.say("bench.text"), value=given).props("dense outlined maxlength=1000")
            set_name = ui.input(page.say("bench.set"), value=kept.get("set", "main")).props(
                "dense outlined maxlength=60"
            )
        with ui.element("div").classes("split"):
            one = Configured(page, page.say("bench.one"), names, kept.get("one"))
            other = Configured(page, page.say("bench.other"), names, kept.get("other"), optional=True)
        go = ui.button(page.say("bench.do"), icon="search").props("no-caps").classes("do")
    shown = ui.element("div").classes("section").props('aria-live="polite"')

    async def ask() -> None:
        if not (text.value or "").strip():
            shown.clear()
            with shown:
                empty(page.say("bench.none"), page.say("bench.none.text"), icon="gavel")
            return
        asked = Asked(text.value.strip(), (set_name.value or "main").strip() or "main", one.value or {}, other.value)
        kept.update(text=asked.text, set=asked.set_name, one=asked.one, other=asked.other)
        shown.clear()
        with shown:
            await section(page, lambda: _answered(page, asked), lambda found: _show(page, asked, *found))

    text.on("keydown.enter", ask)
    go.on_click(ask)
    await ask()


def _answered(page: PageContext, asked: Asked) -> tuple[Slate | Comparison, dict[str, int]]:
    """The answer, or two, and the grades that were given for this query."""
    client = page.client
    held = client.judgements(set_name=asked.set_name, query=asked.text)
    grades = {each.item_id: each.grade for each in held}
    if asked.other is not None:
        return client.compare(asked.one, asked.other, text=asked.text, n=N, language=page.language), grades
    return client.trace(**asked.one, text=asked.text, n=N, language=page.language).slate, grades


def _show(page: PageContext, asked: Asked, found: Slate | Comparison, grades: dict[str, int]) -> None:
    judge = _judge(page, asked, grades)
    if isinstance(found, Slate):
        answer(page, found, named(page, asked.one), beside=judge)
        return
    same = len({hit.item.item_id for hit in found.one.hits} & {hit.item.item_id for hit in found.other.hits})
    ui.label(page.say("bench.same", same=same, moved=len(found.moved))).classes("muted")
    titles = named(page, asked.one), named(page, asked.other or {"scenario": ""})
    side_by_side(page, (titles[0], found.one), (titles[1], found.other), found.moved, beside=judge)


def _judge(page: PageContext, asked: Asked, grades: dict[str, int]) -> Callable[[Hit], None]:
    """Four buttons below each item; both lists show the same grade of the same item."""
    buttons: dict[str, list[tuple[int, ui.element]]] = {}

    def press(item_id: str) -> None:
        for grade, button in buttons[item_id]:
            button.props["aria-pressed"] = "true" if grades.get(item_id) == grade else "false"
            button.update()

    async def give(item_id: str, grade: int, told: ui.element) -> None:
        row = {"query": asked.text, "item_id": item_id, "grade": grade, "set": asked.set_name}
        if await written(page, lambda: page.client.judge(row), page.say("bench.judged"), told):
            grades[item_id] = grade
            press(item_id)

    def draw(hit: Hit) -> None:
        item_id = hit.item.item_id
        told = ui.element("div")
        with ui.element("div").classes("grades").props('role="group"') as group:
            group.props["aria-label"] = page.say("bench.judge", title=hit.item.title or item_id)
            for grade in GRADES:
                with ui.element("button").classes("grade").props('type="button"') as button:
                    ui.label(f"{grade}").props('aria-hidden="true"')
                    ui.label(page.say(f"bench.grade.{grade}")).classes("word")
                if not page.may("merchandise"):
                    button.props("disabled")
                buttons.setdefault(item_id, []).append((grade, button))
                button.on("click", lambda grade=grade: give(item_id, grade, told))
        press(item_id)

    return draw
