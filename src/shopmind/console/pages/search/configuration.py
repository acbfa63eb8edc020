"""A configuration to try: a scenario of the shop, or a text in the place of its file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from shopmind.console.page import PageContext

NONE = ""


class Configured:
    """The two fields of one configuration.

    Args:
        title: what it is called.
        optional: whether it may be none at all.
        given: what stands there at first.
    """

    def __init__(
        self,
        page: PageContext,
        title: str,
        names: list[str],
        given: Mapping[str, Any] | None,
        *,
        optional: bool = False,
    ) -> None:
        first = {NONE: page.say("bench.no_other")} if optional else {}
        chosen = (given or {}).get("scenario", NONE if optional else "search")
        fallback = NONE if optional else names[0]
        with ui.element("fieldset").classes("configuration"):
            with ui.element("legend"):
                ui.label(title).style("display: contents")
            self._scenario = ui.select(
                {**first, **{each: each for each in names}},
                value=chosen if chosen in (*first, *names) else fallback,
                label=page.say("bench.scenario"),
            ).props("dense outlined")
            self._toml: ui.textarea | None = None
            if page.may("merchandise"):
                self._toml = ui.textarea(page.say("bench.toml"), value=(given or {}).get("scenario_toml", ""))
                self._toml.props("dense outlined autogrow input-class=code").props["hint"] = page.say("bench.toml.hint")

    @property
    def value(self) -> dict[str, Any] | None:
        """As the API takes it; None where none is chosen."""
        if self._scenario.value == NONE:
            return None
        text = (self._toml.value or "").strip() if self._toml is not None else ""
        return {"scenario": self._scenario.value, **({"scenario_toml": text} if text else {})}


def named(page: PageContext, given: Mapping[str, Any]) -> str:
    """What a configuration is called in a heading."""
    name = str(given["scenario"])
    return page.say("bench.changed", name=name) if given.get("scenario_toml") else name


async def searching(page: PageContext) -> list[str]:
    """Scenarios that read a text, search first; [] where the API does not tell."""
    found = [
        each.name for each in await page.ask(page.client.scenarios) if "text" in each.needs or each.name == "search"
    ]
    return sorted(found, key=lambda name: (name != "search", name))
