"""Every experiment and how it stands."""

from __future__ import annotations

from urllib.parse import quote

from shopmind.client import ExperimentState
from shopmind.console.cards import empty
from shopmind.console.figures import moment
from shopmind.console.page import PageContext
from shopmind.console.section import section
from shopmind.console.table import Column, table

ORDER = ("running", "scheduled", "draft", "stopped", "ended")


async def build(page: PageContext) -> None:
    """The part of the page."""
    await section(page, page.client.experiments, lambda found: _show(page, found))


def _show(page: PageContext, found: list[ExperimentState]) -> None:
    if not found:
        none, text = page.say("experiments.none"), page.say("experiments.none.text")
        target = "/experiments?tab=plan"
        empty(none, text, icon="science", action=page.say("experiments.tab.plan"), target=target)
        return
    columns = [
        Column("name", page.say("experiments.name"), "link"),
        Column("title", page.say("experiments.what")),
        Column("status", page.say("experiments.status")),
        Column("scenarios", page.say("experiments.places")),
        Column("variants", page.say("experiments.variants")),
        Column("started", page.say("experiments.started")),
        Column("stopped", page.say("experiments.stopped")),
        Column("remarks", page.say("experiments.remarks")),
    ]
    rows = [
        {
            "name": each.name,
            "name_to": address(each.name),
            "title": each.title,
            "status": page.say(f"experiments.status.{each.status}"),
            "scenarios": ", ".join(each.scenarios),
            "variants": ", ".join(f"{name} {100 * share:g} %" for name, share in each.variants.items()),
            "started": moment(each.started_at_ms),
            "stopped": moment(each.stopped_at_ms),
            "remarks": " · ".join(map(page.told, each.remarks)),
        }
        for each in sorted(found, key=lambda each: (ORDER.index(each.status), each.name))
    ]
    table(page, "experiments", columns, rows, key="name", title=page.say("experiments.all"))


def address(name: str) -> str:
    """Where the console shows an experiment."""
    return f"/experiments?name={quote(name, safe='')}"
