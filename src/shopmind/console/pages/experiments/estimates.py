"""Estimates from the log: begun, followed, cancelled, and read with their diagnostics."""

from __future__ import annotations

from nicegui import ui

from shopmind.client.estimates import Estimate
from shopmind.console.act import attempt
from shopmind.console.cards import empty, fault, heading
from shopmind.console.figures import moment
from shopmind.console.page import PageContext
from shopmind.console.pages.experiments import diagnostics
from shopmind.console.pages.experiments.differences import differing, parsed
from shopmind.console.section import Section, section
from shopmind.console.table import Column, table
from shopmind.kit.errors import ShopmindError

LOOK_AGAIN_S = 1.0
REWARDS = ("click", "cart", "purchase")


async def build(page: PageContext) -> None:
    """The part of the page; `?estimate=ID` opens one."""
    await _Estimates(page).build()


class _Estimates:
    """The form, what runs, and what came out."""

    def __init__(self, page: PageContext) -> None:
        self._page = page
        self._made: list[Section[list[Estimate]]] = []

    async def build(self) -> None:
        """Draws it."""
        page = self._page
        try:
            names = [each.name for each in await page.ask(page.client.scenarios)]
        except ShopmindError as error:
            fault(page, error, ui.navigate.reload)
            return
        ui.label(page.say("estimate.text")).classes("muted")
        if page.may("merchandise"):
            self._form(names)
        chosen = page.query.get("estimate", "")[:64]
        if chosen:
            await section(page, lambda: page.client.estimate(chosen), lambda found: diagnostics.show(page, found))
        self._made.append(await section(page, page.client.estimates, self._show))

    def _form(self, names: list[str]) -> None:
        page, kept = self._page, self._page.kept
        first = kept.get("place", "home")
        with ui.element("section").classes("card"):
            heading(page.say("estimate.begin"), 2)
            with ui.element("div").classes("form"):
                place = ui.select(names, value=first if first in names else None, label=page.say("experiments.place"))
                place.props("dense outlined")
                rewards = {each: page.say(f"estimate.reward.{each}") for each in REWARDS}
                reward = ui.select(rewards, value="click", label=page.say("estimate.reward")).props("dense outlined")
                days = ui.number(page.say("estimate.days"), value=7, min=0.1, max=366).props("dense outlined")
                most = ui.number(page.say("estimate.most"), value=500, min=1, max=5000).props("dense outlined")
            differs = differing(page, page.say("write.differs"), kept.get("differs", ""))
            said = ui.element("div").classes("section").props('aria-live="polite"')

            async def begin() -> None:
                kept.update(place=place.value, differs=differs.value or "")

                def call() -> Estimate:
                    changed = parsed(differs.value or "", "differences")
                    return page.client.start_estimate(
                        str(place.value or ""),
                        changed,
                        reward=str(reward.value),
                        days=float(days.value or 7),
                        most=int(most.value or 500),
                    )

                done = await attempt(page, call, done=page.say("estimate.begun"), where=said)
                if done is not None:
                    await self._made[0].refresh()

            ui.button(page.say("estimate.do"), icon="insights", on_click=begin).props("no-caps").classes("do")

    async def _again(self) -> None:
        await self._made[0].refresh()

    def _show(self, found: list[Estimate]) -> None:
        page = self._page
        if not found:
            empty(page.say("estimate.none"), page.say("estimate.none.text"), icon="insights")
            return
        running = next((each for each in found if each.state == "running"), None)
        if running is not None:
            self._running(running)
        columns = [
            Column("at", page.say("estimate.at"), "link"),
            Column("scenario", page.say("experiments.place")),
            Column("differs", page.say("write.differs")),
            Column("reward", page.say("estimate.reward")),
            Column("state", page.say("experiments.status")),
            Column("why", page.say("estimate.why")),
        ]
        rows = [
            {
                "at": moment(each.started_at_ms),
                "at_to": f"/experiments?tab=estimates&estimate={each.estimate_id}",
                "scenario": each.scenario,
                "differs": ", ".join(each.differences) or page.say("estimate.as.now"),
                "reward": page.say(f"estimate.reward.{each.reward}"),
                "state": page.say(f"estimate.state.{each.state}"),
                "why": page.told(each.why),
            }
            for each in found
        ]
        table(page, "estimates", columns, rows, title=page.say("estimate.all"))

    def _running(self, one: Estimate) -> None:
        page = self._page
        with ui.element("section").classes("card").props('role="status"'):
            heading(page.say("estimate.running", place=one.scenario), 2)
            share = one.done / one.total if one.total else 0.0
            bar = ui.linear_progress(value=share, show_value=False)
            bar.props["aria-label"] = page.say("estimate.running", place=one.scenario)
            if not one.total:
                bar.props("indeterminate")
            far = f"{one.done:,} / {one.total:,}" if one.total else ""
            ui.label(f"{page.told(one.doing)} {far}".strip() or page.say("working")).classes("muted")
            if page.may("merchandise"):

                async def cancel() -> None:
                    if await attempt(page, lambda: page.client.cancel_estimate(one.estimate_id)):
                        await self._again()

                ui.button(page.say("estimate.cancel"), icon="cancel", on_click=cancel).props("outline no-caps").classes(
                    "do"
                )
        ui.timer(LOOK_AGAIN_S, self._again, once=True)
