"""A form for one rule: what it does, to what, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.value_element import ValueElement

from shopmind.console.listed import joined, split
from shopmind.console.page import PageContext

ACTIONS = ("pin", "boost", "bury", "hide", "cap", "redirect", "banner")
TAKES = {
    "items": ("pin", "boost", "bury", "hide", "cap"),
    "filter": ("boost", "bury", "hide", "cap"),
    "by": ("cap",),
    "most": ("cap",),
    "first": ("cap",),
    "place": ("pin",),
    "strength": ("boost", "bury"),
    "url": ("redirect",),
    "text": ("banner",),
}
"""Field → the actions that take it; the others take any action."""

LISTS = ("items", "query")
BLANK: dict[str, Any] = {
    "rule_id": "",
    "action": "pin",
    "items": "",
    "filter": "",
    "by": "",
    "most": 1,
    "first": 10,
    "place": 1,
    "strength": 2.0,
    "url": "",
    "text": "",
    "query": "",
    "match": "all",
    "scenarios": [],
    "segment": "",
    "language": "",
    "from": "",
    "until": "",
    "priority": 0,
    "note": "",
    "enabled": True,
}


class RuleForm:
    """The fields; only those are shown that the chosen action takes."""

    def __init__(self, page: PageContext, scenarios: Sequence[str], given: Mapping[str, Any]) -> None:
        self._page = page
        self._fields: dict[str, ValueElement[Any]] = {}
        with ui.element("div").classes("form"):
            self._text("rule_id")
            self._choice("action", {each: page.say(f"rules.action.{each}") for each in ACTIONS})
            for name in ("items", "filter", "by"):
                self._text(name)
            for name, low, high in (("most", 0, 100), ("first", 1, 200), ("place", 1, 200)):
                self._number(name, low, high)
            self._number("strength", 1, 8, 0.5)
            for name in ("url", "text"):
                self._text(name)
        conditions = ui.expansion(page.say("rules.conditions"), icon="tune", value=True).classes("conditions")
        with conditions, ui.element("div").classes("form"):
            self._text("query")
            self._choice("match", {each: page.say(f"rules.match.{each}") for each in ("all", "exact", "starts")})
            self._choice("scenarios", {each: each for each in scenarios}, several=True)
            self._text("segment")
            self._choice("language", {"": page.say("rules.any"), "en": "English", "zh": "中文"})
            self._text("from").props["placeholder"] = "2030-01-31T08:00:00Z"
            self._text("until").props["placeholder"] = "2030-02-01T08:00:00Z"
            self._number("priority", -1000, 1000)
            self._text("note")
            self._fields["enabled"] = ui.switch(page.say("rules.enabled"), value=True)
        self._fields["action"].on_value_change(self._suit)
        self.fill(given)

    def fill(self, given: Mapping[str, Any]) -> None:
        """Shows a rule as the API tells it."""
        for name, blank in BLANK.items():
            value = given.get(name, blank)
            self._fields[name].set_value(joined(value) if name in LISTS and not isinstance(value, str) else value)
        self._suit()

    @property
    def row(self) -> dict[str, Any]:
        """As the API takes it, without what is as by default."""
        action = self._fields["action"].value
        row: dict[str, Any] = {"action": action}
        for name, blank in BLANK.items():
            value = self._fields[name].value
            if isinstance(value, str):
                value = value.strip()
            if action in TAKES.get(name, ACTIONS) and value not in (blank, None, "", []):
                row[name] = split(value) if name in LISTS else value
        if "query" not in row:
            row.pop("match", None)
        return row

    def _suit(self) -> None:
        for name, actions in TAKES.items():
            self._fields[name].set_visibility(self._fields["action"].value in actions)

    def _text(self, name: str) -> ui.input:
        made = ui.input(self._page.say(f"rules.{name}")).props("dense outlined")
        self._fields[name] = made
        return made

    def _number(self, name: str, low: float, high: float, step: float = 1) -> None:
        whole = 0 if step == 1 else None
        self._fields[name] = ui.number(
            self._page.say(f"rules.{name}"), min=low, max=high, step=step, precision=whole
        ).props("dense outlined")

    def _choice(self, name: str, options: Mapping[str, str], *, several: bool = False) -> None:
        label = self._page.say(f"rules.{name}")
        first: Any = [] if several else next(iter(options))
        self._fields[name] = ui.select(dict(options), label=label, value=first, multiple=several).props(
            "dense outlined"
        )
