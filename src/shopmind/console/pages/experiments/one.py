"""One experiment: how it stands, what came out so far, day by day, and what people make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from shopmind.client import ExperimentState
from shopmind.client.experiments import ExperimentDay
from shopmind.console.act import attempt, confirmed
from shopmind.console.cards import empty, heading
from shopmind.console.figures import moment
from shopmind.console.page import PageContext
from shopmind.console.pages.experiments import reading
from shopmind.console.section import Section, section
from shopmind.kit.toml import dumps

Report = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is shown of an experiment; no report where its file is gone."""

    state: ExperimentState
    report: Report | None
    days: list[ExperimentDay]


async def build(page: PageContext, name: str) -> None:
    """The part of the page."""
    ui.link(page.say("experiments.back"), "/experiments?tab=running")
    made: list[Section[Seen]] = []

    def load() -> Seen:
        client = page.client
        state = client.experiment(name)
        if state.definition is None:
            return Seen(state, None, [])
        return Seen(state, client.experiment_report(name), client.experiment_days(name))

    async def changed() -> None:
        await made[0].refresh()

    made.append(await section(page, load, lambda seen: _One(page, seen, changed).show()))


class _One:
    """What the part shows."""

    def __init__(self, page: PageContext, seen: Seen, changed: Any) -> None:
        self._page, self._seen, self._changed = page, seen, changed

    def show(self) -> None:
        """Draws it."""
        page, state, report = self._page, self._seen.state, self._seen.report
        with ui.row().classes("tools"):
            heading(f"{state.title or state.name}", 2)
            ui.label(page.say(f"experiments.status.{state.status}")).classes("muted")
            ui.space()
            self._buttons()
        said = [page.say("experiments.name") + f": {state.name}", ", ".join(state.scenarios)]
        said += [page.say("experiments.since", at=moment(state.started_at_ms))] if state.started_at_ms else []
        said += [page.say("experiments.until", at=moment(state.stopped_at_ms))] if state.stopped_at_ms else []
        ui.label(" · ".join(said)).classes("muted")
        for remark in dict.fromkeys((*state.remarks, *((report or {}).get("remarks") or ()))):
            ui.label(page.told(remark)).classes("warn")
        if report is None:
            empty(page.say("experiments.gone"), page.say("experiments.gone.text"), icon="help")
        else:
            reading.show(page, report, self._seen.days)
            self._deciding(report)
        if state.definition is not None:
            with ui.element("details").classes("card"):
                with ui.element("summary"):
                    ui.label(page.say("experiments.file")).style("display: contents")
                ui.label(dumps(state.definition, sections=("variants",))).classes("code")

    def _buttons(self) -> None:
        page, state = self._page, self._seen.state
        ui.button(page.say("refresh"), icon="refresh", on_click=self._changed).props("flat dense no-caps")
        if not page.may("merchandise") or state.definition is None:
            return
        if state.status in ("draft", "stopped"):
            start = ui.button(page.say("experiments.start"), icon="play_arrow", on_click=self._start)
            start.props("no-caps")
        if state.status in ("running", "scheduled"):
            stop = ui.button(page.say("experiments.stop"), icon="stop", on_click=self._stop)
            stop.props("outline no-caps")

    async def _start(self) -> None:
        page, name = self._page, self._seen.state.name
        title, text = page.say("experiments.start"), page.say("experiments.start.text", name=name)
        if await confirmed(page, title, text, action=page.say("experiments.start")):
            call = lambda: page.client.start_experiment(name)  # noqa: E731
            if await attempt(page, call, done=page.say("experiments.is.running")):
                await self._changed()

    async def _stop(self) -> None:
        page, name = self._page, self._seen.state.name
        title, text = page.say("experiments.stop"), page.say("experiments.stop.text", name=name)
        if await confirmed(page, title, text, action=page.say("experiments.stop")):
            call = lambda: page.client.stop_experiment(name)  # noqa: E731
            if await attempt(page, call, done=page.say("experiments.is.stopped")):
                await self._changed()

    def _deciding(self, report: Report) -> None:
        """What is recommended stands in the report; here people say what they do."""
        page, state = self._page, self._seen.state
        if not page.may("merchandise") or "units" not in report:
            return
        decision = report.get("decision") or {}
        names = {"": page.say("decide.none"), **{each: each for each in state.variants}}
        first = decision.get("variant") if decision.get("action") == "ship" else ""
        with ui.element("section").classes("card"):
            heading(page.say("decide.title"), 2)
            ui.label(page.say("decide.text")).classes("muted")
            with ui.element("div").classes("form"):
                choice = ui.select(names, value=first if first in names else "", label=page.say("decide.choice"))
                choice.props("dense outlined")
                why = ui.textarea(page.say("decide.why")).props("dense outlined autogrow maxlength=5000")
            said = ui.element("div").classes("section").props('aria-live="polite"')

            async def decide() -> None:
                call = lambda: page.client.decide_experiment(  # noqa: E731
                    state.name, str(choice.value or ""), why=why.value or ""
                )
                if await attempt(page, call, done=page.say("decide.done"), where=said):
                    await self._changed()

            ui.button(page.say("decide.do"), icon="gavel", on_click=decide).props("no-caps").classes("do")
            ui.link(page.say("decide.log"), "/experiments?tab=knowledge")
