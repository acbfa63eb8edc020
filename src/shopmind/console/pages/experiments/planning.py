"""What an experiment would need: units and days by effect, and what so many days find."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from shopmind.client.estimates import Plan
from shopmind.console.act import attempt
from shopmind.console.cards import empty, fault, heading, tile, tiles
from shopmind.console.chart import lines
from shopmind.console.figures import count, share
from shopmind.console.page import PageContext
from shopmind.console.table import Column, table
from shopmind.kit.errors import ShopmindError

METRICS = (
    "conversion",
    "orders",
    "revenue",
    "clicks",
    "click_through",
    "add_to_cart",
    "revenue_per_mille",
    "average_order_value",
)
EFFECTS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
DAYS = (3, 7, 14, 21, 28, 42, 56, 84)


async def build(page: PageContext) -> None:
    """The part of the page."""
    try:
        names = [each.name for each in await page.ask(page.client.scenarios)]
    except ShopmindError as error:
        fault(page, error, ui.navigate.reload)
        return
    form = _Form(page, names)
    shown = ui.element("div").classes("section").props('aria-live="polite"')

    async def plan() -> None:
        wish = form.wish
        if wish is None:
            shown.clear()
            with shown:
                empty(page.say("plan.none"), page.say("plan.none.text"), icon="event_note")
            return
        found = await attempt(page, lambda: page.client.plan_experiment(**wish), where=shown)
        if found is not None:
            with shown:
                _show(page, found.value, str(wish["metric"]))

    form.button.on_click(plan)
    await plan()


class _Form:
    """What somebody thinks of trying."""

    def __init__(self, page: PageContext, names: list[str]) -> None:
        kept = page.kept.get("wish", {})
        first = [each for each in kept.get("scenarios", ["home"]) if each in names]
        self._kept = page.kept
        with ui.element("section").classes("card"):
            with ui.element("div").classes("form"):
                self._places = ui.select(names, value=first, multiple=True, label=page.say("experiments.places"))
                self._places.props("dense outlined use-chips")
                self._metric = ui.select(
                    {each: page.say(f"metric.{each}") for each in METRICS},
                    value=kept.get("metric", "conversion"),
                    label=page.say("experiments.metric"),
                ).props("dense outlined")
                self._unit = ui.select(
                    {each: page.say(f"unit.{each}") for each in ("user", "session")},
                    value=kept.get("unit", "user"),
                    label=page.say("experiments.unit"),
                ).props("dense outlined")
                self._test = ui.select(
                    {each: page.say(f"test.{each}") for each in ("sequential", "fixed")},
                    value=kept.get("test", "sequential"),
                    label=page.say("experiments.test"),
                ).props("dense outlined")
                self._numbers = {
                    name: ui.number(
                        page.say(f"plan.{name}"), value=kept.get(name, value), min=low, max=high, step=step
                    ).props("dense outlined")
                    for name, value, low, high, step in (
                        ("variants", 2, 2, 10, 1),
                        ("share", 1.0, 0.01, 1.0, 0.05),
                        ("level", 0.05, 0.001, 0.2, 0.01),
                        ("power", 0.8, 0.5, 0.99, 0.05),
                    )
                }
            self.button = ui.button(page.say("plan.do"), icon="calculate").props("no-caps").classes("do")

    @property
    def wish(self) -> dict[str, Any] | None:
        """As the client takes it; None while something is missing."""
        numbers = {name: field.value for name, field in self._numbers.items()}
        if not self._places.value or None in numbers.values():
            return None
        said: dict[str, Any] = {"scenarios": list(self._places.value), **numbers}
        said |= {"metric": self._metric.value, "unit": self._unit.value, "test": self._test.value}
        said["variants"] = int(numbers["variants"] or 2)
        self._kept["wish"] = said
        return {**said, "effects": EFFECTS, "days": DAYS}


def _show(page: PageContext, plan: Plan, metric: str) -> None:
    with tiles():
        value = share(plan.value) if metric in ("conversion", "click_through", "add_to_cart") else count(plan.value)
        tile(page.say("plan.value", metric=page.say(f"metric.{metric}")), value, page.say("plan.value.note"))
        tile(page.say("plan.units"), count(plan.units), page.say("plan.units.note"))
        tile(page.say("plan.daily"), count(round(plan.units_a_day, 1)))
    if plan.value is None:
        empty(page.say("plan.silent"), page.say("plan.silent.text"), icon="hourglass_empty")
        return
    with ui.element("section").classes("card"):
        heading(page.say("plan.curve"), 2)
        days = [f"{each.days}" for each in plan.finds]
        found: list[float | None] = [
            None if each.effect is None else round(100 * each.effect, 2) for each in plan.finds
        ]
        lines(page, page.say("plan.curve"), days, {page.say("plan.finds"): found})
    with ui.element("div").classes("split"):
        _needs(page, plan)
        _finds(page, plan)


def _needs(page: PageContext, plan: Plan) -> None:
    columns = [
        Column("effect", page.say("plan.effect"), "share"),
        Column("units", page.say("plan.needed"), "number"),
        Column("days", page.say("plan.days"), "number"),
    ]
    rows: list[Mapping[str, Any]] = [
        {"effect": each.effect, "units": each.units, "days": each.days} for each in plan.needs
    ]
    table(page, "plan-needs", columns, rows, title=page.say("plan.needs"))


def _finds(page: PageContext, plan: Plan) -> None:
    columns = [
        Column("days", page.say("plan.days"), "number"),
        Column("units", page.say("plan.come"), "number"),
        Column("effect", page.say("plan.finds"), "share"),
    ]
    rows: list[Mapping[str, Any]] = [
        {"days": each.days, "units": each.units, "effect": each.effect} for each in plan.finds
    ]
    table(page, "plan-finds", columns, rows, title=page.say("plan.found"))
