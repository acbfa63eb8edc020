"""The page: the registry, or one kind of model where the address names it."""

from __future__ import annotations

from urllib.parse import quote

from nicegui import ui

from shopmind.client.models import ModelLine
from shopmind.console.cards import empty, tile, tiles
from shopmind.console.facts import plain
from shopmind.console.figures import count, moment
from shopmind.console.page import Page, PageContext
from shopmind.console.pages.models import one
from shopmind.console.pages.models.naming import meant
from shopmind.console.section import section
from shopmind.console.table import Column, table

LONGEST = 100


async def build(page: PageContext) -> None:
    """The page."""
    kind = page.query.get("kind", "")[:LONGEST]
    if kind:
        await one.build(page, kind)
    else:
        await section(page, page.client.models, lambda found: _registry(page, found))


def _registry(page: PageContext, found: list[ModelLine]) -> None:
    if not found:
        empty(page.say("models.none"), page.say("models.none.text"), icon="model_training")
        return
    stale = [each.kind for each in found if each.current is not None and each.current.stale]
    untrained = [each for each in found if each.untrained]
    behind = max((each.current.behind or 0 for each in found if each.current is not None), default=0)
    with tiles():
        tile(page.say("models.kinds"), count(sum(each.current is not None for each in found)))
        told = page.say("models.stale.some") if stale else page.say("models.stale.no")
        tile(page.say("models.stale"), count(len(stale)), told, state="warn" if stale else "")
        tile(page.say("models.behind"), count(behind), page.say("models.behind.note"))
        tile(page.say("models.untrained"), count(len(untrained)), page.say("models.untrained.note"))
    columns = [
        Column("kind", page.say("models.kind"), "link"),
        Column("about", page.say("models.about")),
        Column("state", page.say("models.state")),
        Column("trained", page.say("models.trained")),
        Column("events", page.say("models.events"), "number"),
        Column("behind", page.say("models.behind"), "number"),
        Column("versions", page.say("models.versions"), "number"),
        Column("figures", page.say("models.figures")),
        Column("needed", page.say("models.needed"), "number"),
    ]
    rows = [_row(page, each) for each in found]
    table(page, "models", columns, rows, key="kind", title=page.say("models.registry"), per_page=50)
    if untrained:
        missing = [Column("kind", page.say("models.kind")), Column("why", page.say("models.why"))]
        table(
            page,
            "untrained",
            missing,
            [{"kind": each.kind, "why": page.told(each.untrained)} for each in untrained],
            title=page.say("models.untrained"),
        )
    ui.label(page.say("models.train")).classes("muted")


def _row(page: PageContext, line: ModelLine) -> dict[str, object]:
    now = line.current
    figures = {} if now is None else dict(list(now.figures.items())[:3])
    return {
        "kind": line.kind,
        "kind_to": f"/models?kind={quote(line.kind, safe='')}",
        "about": meant(page, line.kind, line.about),
        "state": state_of(page, line),
        "trained": None if now is None else moment(now.trained_at_ms),
        "events": None if now is None else now.events,
        "behind": None if now is None else now.behind,
        "versions": line.versions,
        "figures": plain(figures),
        "needed": len(line.needed_by),
    }


def state_of(page: PageContext, line: ModelLine) -> str:
    """How a kind of model stands, in words."""
    if line.current is None:
        return page.say("models.state.none")
    if line.waiting:
        return page.say("models.state.waiting")
    if line.current.damaged:
        return page.say("models.state.damaged")
    return page.say("models.state.stale" if line.current.stale else "models.state.good")


PAGE = Page("models", "model_training", build)
