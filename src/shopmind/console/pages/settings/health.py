"""Health: how ready the shop is, and what the doctor finds."""

from __future__ import annotations

from nicegui import ui

from shopmind.client.administering import Finding
from shopmind.client.health import Ready
from shopmind.console.cards import tile, tiles
from shopmind.console.figures import count
from shopmind.console.page import PageContext
from shopmind.console.section import Section, section
from shopmind.console.table import Column, table

ORDER = ("fail", "warn", "ok")


async def build(page: PageContext) -> None:
    """The part."""
    made: list[Section[tuple[Ready, list[Finding], int]]] = []

    def load() -> tuple[Ready, list[Finding], int]:
        return page.client.readiness(), page.client.doctor(), len(page.client.scenarios())

    async def again() -> None:
        await made[0].refresh()

    def show(found: tuple[Ready, list[Finding], int]) -> None:
        ready, findings, places = found
        with ui.row().classes("tools"):
            ui.space()
            ui.button(page.say("refresh"), icon="refresh", on_click=again).props("flat dense no-caps")
        _figures(page, ready, findings, places)
        columns = [Column(each, page.say(f"settings.{each}")) for each in ("about", "state", "found", "advice")]
        rows = [
            {
                "about": page.told(each.name),
                "state": page.say(f"today.state.{each.state}"),
                "found": page.told(each.text),
                "advice": page.told(each.advice),
            }
            for each in sorted(findings, key=lambda each: ORDER.index(each.state))
        ]
        table(page, "doctor", columns, rows, title=page.say("settings.doctor"), per_page=50)

    made.append(await section(page, load, show))


def _figures(page: PageContext, ready: Ready, findings: list[Finding], places: int) -> None:
    warn, fail = (sum(each.state == state for each in findings) for state in ("warn", "fail"))
    with tiles():
        tile(page.say("settings.items"), count(ready.items), state="" if ready.items else "bad")
        tile(page.say("settings.places"), count(places), page.say("settings.places.note", count=len(ready.missing)))
        note = page.say("settings.findings.note", warn=warn, fail=fail)
        tile(
            page.say("settings.findings"),
            count(len(findings)),
            note,
            state="bad" if fail else "warn" if warn else "good",
        )
        tile(page.say("settings.strategy"), page.say(f"settings.strategy.{ready.strategy}"))
