"""The page: a question to any scenario, and what came of it."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from shopmind.client import ScenarioState
from shopmind.client.workbench import Traced
from shopmind.console.cards import empty
from shopmind.console.listed import split
from shopmind.console.page import Page, PageContext
from shopmind.console.pages.recommend.signals import Signals
from shopmind.console.pages.recommend.stages import stages
from shopmind.console.section import section
from shopmind.console.slate import answer
from shopmind.domain import Hit

N = 10
FIRST = "home"


async def build(page: PageContext) -> None:
    """The page."""
    await section(page, page.client.scenarios, lambda found: _asking(page, found))


async def _asking(page: PageContext, found: list[ScenarioState]) -> None:
    kept = page.kept
    states = {each.name: each for each in found}
    options = {each.name: f"{page.told(each.title)} ({each.name})" for each in found}
    chosen = next(
        (each for each in (page.query.get("scenario"), kept.get("scenario"), FIRST) if each in states), found[0].name
    )
    with ui.element("section").classes("card"):
        with ui.element("div").classes("form"):
            scenario = ui.select(options, value=chosen, label=page.say("recommend.scenario")).props("dense outlined")
            user = ui.input(page.say("recommend.user"), value=kept.get("user", "")).props("dense outlined")
            anchors = ui.input(page.say("recommend.anchors"), value=kept.get("anchors", "")).props("dense outlined")
            anchors.props["hint"] = page.say("recommend.anchors.hint")
            text = ui.input(page.say("recommend.text"), value=kept.get("text", "")).props(
                "dense outlined maxlength=1000"
            )
            n = ui.number(page.say("recommend.n"), value=kept.get("n", N), min=1, max=50, precision=0).props(
                "dense outlined"
            )
        needs = ui.label().classes("muted")
        go = ui.button(page.say("recommend.do"), icon="search").props("no-caps").classes("do")
    shown = ui.element("div").classes("section").props('aria-live="polite"')

    def suit() -> None:
        state = states[scenario.value]
        said = [page.say(f"recommend.need.{need}") for need in state.needs]
        said += [page.say("recommend.missing", what=page.told(each)) for each in state.missing]
        needs.set_text(" ".join(said))

    async def ask() -> None:
        kept.update(
            scenario=scenario.value, user=user.value, anchors=anchors.value, text=text.value, n=n.value, asked=True
        )
        asked: dict[str, Any] = {
            "scenario": scenario.value,
            "user": (user.value or "").strip() or None,
            "anchors": split(anchors.value),
            "text": (text.value or "").strip(),
            "n": int(n.value or N),
            "language": page.language,
        }
        shown.clear()
        with shown:
            await section(
                page, lambda: page.client.trace(**asked, each=True), lambda traced: _show(page, asked, traced)
            )

    scenario.on_value_change(suit)
    suit()
    go.on_click(ask)
    for field in (user, anchors, text):
        field.on("keydown.enter", ask)
    if kept.get("asked") or not states[chosen].needs:
        await ask()


def _show(page: PageContext, asked: dict[str, Any], traced: Traced) -> None:
    if not traced.slate.hits and not traced.trace.candidates:
        empty(page.say("recommend.none"), page.say("recommend.none.text"))
    signals = Signals(page, asked, traced)
    with ui.element("div").classes("split"):
        answer(page, traced.slate, page.say("recommend.page"), beside=_why)
        signals.show()
    signals.answer_here()
    stages(page, traced.trace)


def _why(hit: Hit) -> None:
    for reason in hit.reasons[:2]:
        ui.label(reason.text).classes("muted")


PAGE = Page("recommend", "recommend", build)
