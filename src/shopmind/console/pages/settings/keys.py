"""Keys: who may do what. A new one is shown once and kept nowhere."""

from __future__ import annotations

from typing import Any

from nicegui import ui

from shopmind.client.administering import KeyLine
from shopmind.console.act import attempt, confirmed
from shopmind.console.cards import empty, heading
from shopmind.console.figures import moment
from shopmind.console.page import PageContext
from shopmind.console.section import Section, section
from shopmind.console.table import Action, Column, table

ROLES = ("viewer", "merchandiser", "admin", "public")


async def build(page: PageContext) -> None:
    """The part."""
    if page.visitor.role and not page.may("admin"):
        empty(page.say("settings.keys.admin"), page.say("settings.keys.admin.text"), icon="lock")
        return
    if page.visitor.open:
        ui.label(page.say("settings.keys.open")).classes("muted")
    made: list[Section[list[KeyLine]]] = []

    async def again() -> None:
        await made[0].refresh()

    async def revoke(row: dict[str, Any]) -> None:
        key_id = str(row["key"])
        text = page.say("settings.revoke.text")
        if key_id == page.visitor.key_id:
            text = f"{page.say('settings.revoke.own')} {text}"
        title = page.say("settings.revoke.title", key_id=key_id)
        if not await confirmed(page, title, text, action=page.say("settings.revoke"), dangerous=True):
            return
        if await attempt(page, lambda: page.client.revoke_key(key_id), done=page.say("settings.revoked")):
            await again()

    def show(found: list[KeyLine]) -> None:
        if not found:
            empty(page.say("settings.keys.none"), page.say("settings.keys.none.text"), icon="key")
            return
        columns = [Column(each, page.say(f"settings.{each}")) for each in ("key", "role", "scopes", "origins", "made")]
        rows = [
            {
                "key": each.key_id,
                "role": page.say(f"role.{each.role}"),
                "scopes": ", ".join(each.scopes),
                "origins": ", ".join(each.origins),
                "made": moment(each.created_at_ms),
            }
            for each in found
        ]
        revoking = Action("revoke", page.say("settings.revoke"), "block", revoke)
        table(page, "keys", columns, rows, key="key", title=page.say("settings.keys"), actions=[revoking])

    made.append(await section(page, page.client.keys, show))
    _form(page, again)


def _form(page: PageContext, again: Any) -> None:
    with ui.element("section").classes("card"):
        heading(page.say("settings.new"), 2)
        role = ui.radio({each: page.say(f"role.{each}") for each in ROLES}, value="viewer").props("inline")
        role.props["aria-label"] = page.say("settings.role")
        origins = ui.input(page.say("settings.origins")).props("dense outlined")
        origins.props["hint"] = page.say("settings.origins.hint")
        origins.bind_visibility_from(role, "value", lambda value: value == "public")
        problem = ui.element("div")

        async def make() -> None:
            chosen = str(role.value)
            asked = [each.strip() for each in str(origins.value or "").split(",") if each.strip()]
            wanted = asked if chosen == "public" else []
            found = await attempt(page, lambda: page.client.make_key(chosen, wanted), where=problem)
            if found is not None:
                await _shown_once(page, found.value)
                await again()

        ui.button(page.say("settings.make"), icon="add", on_click=make).props("no-caps").classes("start")


async def _shown_once(page: PageContext, key: str) -> None:
    with ui.dialog().props("persistent") as dialog, ui.card().classes("dialog"):
        heading(page.say("settings.new.title"), 2)
        ui.label(page.say("settings.new.text"))
        ui.label(key).classes("code").mark("new-key")

        def copy() -> None:
            ui.clipboard.write(key)
            ui.notify(page.say("settings.copied"))

        with ui.row().classes("buttons"):
            ui.button(page.say("settings.copy"), icon="content_copy", on_click=copy).props("flat no-caps")
            ui.button(page.say("close"), on_click=lambda: dialog.submit(True)).props("no-caps")
    dialog.props["aria-label"] = page.say("settings.new.title")
    await dialog
    dialog.delete()
