"""What if a signal were off: how much each one matters, and the answer without those that are chosen."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from shopmind.client.workbench import Signal, Traced
from shopmind.console.act import attempt
from shopmind.console.cards import heading
from shopmind.console.chart import chart
from shopmind.console.page import PageContext
from shopmind.console.slate import side_by_side

STAGES = ("retrieve", "features", "rerank")


class Signals:
    """The card with a bar and a switch for every signal."""

    def __init__(self, page: PageContext, asked: dict[str, Any], traced: Traced) -> None:
        self._page, self._asked, self._traced = page, asked, traced
        self._off: set[tuple[str, str]] = set()
        self._shown: ui.element | None = None

    def show(self) -> None:
        """Draws the card."""
        page = self._page
        with ui.element("section").classes("card").props('id="signals"'):
            heading(page.say("signals.title"), 2)
            ui.label(page.say("signals.text")).classes("muted")
            if self._traced.each:
                self._chart()
            for stage in STAGES:
                signals = [each for each in self._traced.signals if each.stage == stage]
                if signals:
                    self._switches(stage, signals)

    def answer_here(self) -> None:
        """Where the answer without some signals is shown."""
        self._shown = ui.element("div").classes("section").props('aria-live="polite"')

    def _chart(self) -> None:
        """Items that leave the page, and items that merely move, when each signal is off by itself."""
        page = self._page
        found = sorted(self._traced.each, key=lambda each: (-each.left, -len(each.moved)))
        names = [f"{page.say(f'signals.{each.stage}.one')} {each.part}" for each in found]
        moved = [sum(move.before is not None and move.after is not None for move in each.moved) for each in found]
        chart(
            page,
            {
                "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
                "legend": {"top": 0},
                "grid": {"left": 8, "right": 24, "top": 36, "bottom": 8, "containLabel": True},
                "xAxis": {"type": "value", "minInterval": 1},
                "yAxis": {"type": "category", "data": names, "inverse": True},
                "series": [
                    {"name": page.say("signals.left"), "type": "bar", "stack": "all", "data": [e.left for e in found]},
                    {"name": page.say("signals.moved"), "type": "bar", "stack": "all", "data": moved},
                ],
            },
            title=page.say("signals.chart"),
            height_px=80 + 26 * len(found),
        )

    def _switches(self, stage: str, signals: list[Signal]) -> None:
        page = self._page
        heading(page.say(f"signals.{stage}"), 3)
        with ui.element("div").classes("signals"):
            for each in signals:
                ui.switch(each.part, value=True, on_change=lambda event, each=each: self._turn(each, event.value)).mark(
                    f"signal-{stage}-{each.part}"
                )

    async def _turn(self, signal: Signal, on: bool) -> None:
        (self._off.discard if on else self._off.add)((signal.stage, signal.part))
        if self._shown is None:
            return
        if not self._off:
            self._shown.clear()
            return
        page, off = self._page, sorted(self._off)
        found = await attempt(page, lambda: page.client.trace(**self._asked, without=off), where=self._shown)
        if found is None or found.value.without is None or off != sorted(self._off):
            return
        with self._shown:
            names = ", ".join(part for _, part in off)
            ui.label(page.say("signals.changed", n=len(found.value.moved), names=names)).props('role="status"')
            before, after = page.say("signals.before"), page.say("signals.after", names=names)
            side_by_side(page, (before, found.value.slate), (after, found.value.without), found.value.moved)
