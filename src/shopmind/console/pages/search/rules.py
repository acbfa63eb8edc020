"""The rules of a shop: listed, switched on and off, previewed, published, rolled back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from shopmind.client.merchandise import Rule
from shopmind.console.act import attempt, confirmed
from shopmind.console.cards import empty, heading
from shopmind.console.figures import moment
from shopmind.console.listed import joined
from shopmind.console.page import PageContext
from shopmind.console.pages.search.previewing import Previewing
from shopmind.console.pages.search.rule_form import RuleForm
from shopmind.console.section import Section, section
from shopmind.console.table import Action, Column, table

Loaded = tuple[list[Rule], dict[str, str], list[str]]


async def build(page: PageContext) -> None:
    """The part of the page."""

    def load() -> Loaded:
        client = page.client
        return client.rules(), client.unreadable_rules(), [each.name for each in client.scenarios()]

    shown: Section[Loaded] | None = None

    async def changed() -> None:
        if shown is not None:
            await shown.refresh()

    shown = await section(page, load, lambda found: _Rules(page, *found, changed).show())


class _Rules:
    """What the part shows of what the API told."""

    def __init__(
        self, page: PageContext, rules: list[Rule], unreadable: dict[str, str], scenarios: list[str], changed: Any
    ) -> None:
        self._page = page
        self._rules = {str(each.rule["rule_id"]): each for each in rules}
        self._unreadable = unreadable
        self._scenarios = scenarios
        self._changed = changed
        self._form: RuleForm | None = None

    def show(self) -> None:
        """Draws the form, for those who may write, and the table."""
        page = self._page
        if page.may("merchandise"):
            with ui.element("section").classes("card").props('id="rule-form"'):
                heading(page.say("rules.write"), 2)
                given = page.query.get("query", "")[:1000]
                self._form = RuleForm(page, self._scenarios, {"query": [given]} if given else {})
                Previewing(page, self._form, self._scenarios, self._changed, text=given)
        for key, why in self._unreadable.items():
            with ui.element("section").classes("card fault"):
                ui.label(page.say("rules.unreadable", rule=key, why=page.told(why)))
        if not self._rules:
            empty(page.say("rules.none"), page.say("rules.none.text"), icon="gavel")
            return
        self._table()

    def _table(self) -> None:
        page = self._page
        columns = [
            Column("rule_id", page.say("rules.rule_id")),
            Column("state", page.say("rules.state")),
            Column("action", page.say("rules.action")),
            Column("about", page.say("rules.about")),
            Column("when", page.say("rules.when")),
            Column("version", page.say("rules.version"), "number"),
        ]
        rows = [
            {
                "rule_id": rule_id,
                "state": page.say("rules.on" if each.rule.get("enabled", True) else "rules.off"),
                "action": page.say(f"rules.action.{each.rule['action']}"),
                "about": _about(each.rule),
                "when": _when(page, each.rule),
                "version": each.version,
            }
            for rule_id, each in self._rules.items()
        ]
        acts = [Action("history", page.say("rules.history"), "history", self._history)]
        if page.may("merchandise"):
            acts = [
                Action("edit", page.say("rules.edit"), "edit", self._edit),
                Action("switch", page.say("rules.switch"), "power_settings_new", self._switch),
                *acts,
                Action("remove", page.say("words.remove"), "delete", self._remove),
            ]
        table(page, "rules", columns, rows, key="rule_id", title=page.say("rules.title"), actions=acts)

    async def _edit(self, row: dict[str, Any]) -> None:
        if self._form is not None:
            self._form.fill(self._rules[row["rule_id"]].rule)
            await ui.run_javascript("document.getElementById('rule-form').scrollIntoView()")

    async def _switch(self, row: dict[str, Any]) -> None:
        rule = self._rules[row["rule_id"]].rule
        turned = {**rule, "enabled": not rule.get("enabled", True)}
        if await attempt(
            self._page, lambda: self._page.client.put_rules(turned), done=self._page.say("rules.published")
        ):
            await self._changed()

    async def _remove(self, row: dict[str, Any]) -> None:
        page, rule_id = self._page, row["rule_id"]
        text = page.say("rules.remove.text", rule_id=rule_id)
        sure = await confirmed(page, page.say("rules.remove"), text, action=page.say("words.remove"), dangerous=True)
        if sure and await attempt(page, lambda: page.client.remove_rule(rule_id), done=page.say("words.removed")):
            await self._changed()

    async def _history(self, row: dict[str, Any]) -> None:
        page, rule_id = self._page, row["rule_id"]
        found = await attempt(page, lambda: page.client.rule_history(rule_id))
        if found is None:
            return

        def away() -> None:
            dialog.close()
            dialog.delete()

        async def back(version: int) -> None:
            dialog.close()
            if await attempt(page, lambda: page.client.roll_back_rule(rule_id, version), done=page.say("rules.rolled")):
                await self._changed()

        with ui.dialog(value=True) as dialog, ui.card().classes("dialog"):
            heading(page.say("rules.history.of", rule_id=rule_id), 2)
            with ui.element("ol").classes("plain versions"):
                for each in found.value:
                    with ui.element("li").classes("version"):
                        ui.label(f"{each.version} · {moment(each.changed_at_ms)} · {each.changed_by}").classes("muted")
                        ui.label(page.say("rules.gone") if each.removed else said(each.rule)).classes("code")
                        if page.may("merchandise") and each is not found.value[0]:
                            word = page.say("rules.back", version=each.version)
                            ui.button(word, on_click=lambda each=each: back(each.version)).props("flat no-caps")
            ui.button(page.say("close"), on_click=away).props("flat no-caps")
        dialog.props["aria-label"] = page.say("rules.history.of", rule_id=rule_id)


def said(rule: Mapping[str, Any]) -> str:
    """A rule in one line."""
    return ", ".join(
        f"{name} = {joined(map(str, value)) if isinstance(value, list) else value}" for name, value in rule.items()
    )


def _about(rule: Mapping[str, Any]) -> str:
    """What a rule does something to, or what it says."""
    parts = [joined(rule.get("items", ())), rule.get("filter", ""), rule.get("url", ""), rule.get("text", "")]
    parts += [f"{rule['by']} ≤ {rule.get('most', 1)} / {rule.get('first', 10)}"] if rule.get("by") else []
    return " · ".join(str(each) for each in parts if each)


def _when(page: PageContext, rule: Mapping[str, Any]) -> str:
    """The conditions of a rule."""
    parts = [joined(rule.get("query", ())), joined(rule.get("scenarios", ())), rule.get("segment", "")]
    parts += [rule.get("language", "")]
    parts += [page.say("rules.since", at=rule["from"])] if rule.get("from") else []
    parts += [page.say("rules.to", at=rule["until"])] if rule.get("until") else []
    return " · ".join(str(each) for each in parts if each) or page.say("rules.always")
