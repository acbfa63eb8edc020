"""Writes an experiment: who takes part, in what, and by what it is judged."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from shopmind.client import ExperimentState
from shopmind.console.act import attempt
from shopmind.console.cards import empty, fault, heading
from shopmind.console.page import PageContext
from shopmind.console.pages.experiments.differences import differing, parsed
from shopmind.console.pages.experiments.planning import METRICS
from shopmind.console.pages.experiments.running import address
from shopmind.kit.errors import ShopmindError

MOST = 5


async def build(page: PageContext) -> None:
    """The part of the page."""
    if not page.may("merchandise"):
        empty(page.say("write.not"), page.say("write.not.text"), icon="lock")
        return
    try:
        names = [each.name for each in await page.ask(page.client.scenarios)]
    except ShopmindError as error:
        fault(page, error, ui.navigate.reload)
        return
    _Form(page, names)


class _Form:
    """The fields of an experiment's file."""

    def __init__(self, page: PageContext, names: list[str]) -> None:
        self._page = page
        wish = page.kept.get("wish", {})
        place = next((each for each in wish.get("scenarios", []) if each in names), names[0] if names else None)
        with ui.element("section").classes("card"):
            heading(page.say("write.title"), 2)
            with ui.element("div").classes("form"):
                self._name = ui.input(page.say("write.name")).props("dense outlined maxlength=64")
                self._name.props["hint"] = page.say("write.name.hint")
                self._title = ui.input(page.say("write.what")).props("dense outlined maxlength=200")
                self._place = ui.select(names, value=place, label=page.say("experiments.place")).props("dense outlined")
                self._kind = self._choice("kind", ("variants", "interleaving"), "variants")
                self._unit = self._choice("unit", ("user", "session"), wish.get("unit", "user"))
                self._metric = self._choice("metric", METRICS, wish.get("metric", "conversion"))
                self._watch = ui.select(
                    {each: page.say(f"metric.{each}") for each in METRICS},
                    value=[],
                    multiple=True,
                    label=page.say("write.watch"),
                ).props("dense outlined use-chips")
                self._test = self._choice("test", ("sequential", "fixed"), wish.get("test", "sequential"))
                self._numbers = {
                    name: ui.number(page.say(f"write.{name}"), value=value, min=low, max=high, step=step).props(
                        "dense outlined"
                    )
                    for name, value, low, high, step in (
                        ("effect", 0.05, 0.001, 5, 0.01),
                        ("share", wish.get("share", 1.0), 0.01, 1, 0.05),
                        ("holdout", 0.0, 0, 0.5, 0.01),
                    )
                }
        self._variants: list[tuple[ui.input, ui.number, ui.textarea]] = []
        with ui.element("section").classes("card"):
            heading(page.say("write.variants"), 2)
            ui.label(page.say("write.variants.text")).classes("muted")
            self._box = ui.element("div").classes("split")
            more = ui.button(page.say("write.more"), icon="add", on_click=lambda: self._variant("", ""))
            more.props("flat no-caps").classes("do")
        self._variant("plain", "")
        self._variant("other", "")
        self._said = ui.element("div").classes("section").props('aria-live="polite"')
        keep = ui.button(page.say("write.do"), icon="save", on_click=self._write).props("no-caps")
        keep.classes("do")

    def _choice(self, name: str, options: tuple[str, ...], value: str) -> ui.select:
        page = self._page
        choices = {each: page.say(f"{name}.{each}") for each in options}
        return ui.select(choices, value=value, label=page.say(f"experiments.{name}")).props("dense outlined")

    def _variant(self, name: str, text: str) -> None:
        page = self._page
        if len(self._variants) >= MOST:
            return
        with self._box, ui.element("fieldset").classes("configuration"):
            with ui.element("legend"):
                number = len(self._variants) + 1
                ui.label(page.say("write.variant", n=number)).style("display: contents")
            field = ui.input(page.say("experiments.name"), value=name).props("dense outlined")
            part = ui.number(page.say("write.part"), value=0.5, min=0, max=1, step=0.05).props("dense outlined")
            changed = differing(page, page.say("write.differs"), text)
        self._variants.append((field, part, changed))

    def _definition(self) -> dict[str, Any]:
        """As the API takes it; raises InputError."""
        interleaved = self._kind.value == "interleaving"
        variants: dict[str, dict[str, Any]] = {}
        for field, part, changed in self._variants:
            name = (field.value or "").strip()
            if name:
                own = parsed(changed.value or "", name)
                variants[name] = own if interleaved else {"share": part.value, **own}
        numbers = {name: each.value for name, each in self._numbers.items() if each.value is not None}
        return {
            "title": (self._title.value or "").strip() or self._name.value,
            "kind": self._kind.value,
            "scenario": self._place.value,
            "unit": self._unit.value,
            "test": self._test.value,
            **numbers,
            **({} if interleaved else {"metric": self._metric.value, "watch": list(self._watch.value or ())}),
            "variants": variants,
        }

    async def _write(self) -> None:
        page = self._page

        def call() -> ExperimentState:
            return page.client.put_experiment((self._name.value or "").strip(), self._definition())

        done = await attempt(page, call, done=page.say("write.done"), where=self._said)
        if done is not None:
            ui.navigate.to(address(done.value.name))
