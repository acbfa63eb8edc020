"""Two versions side by side: what differs in their data, settings and figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from shopmind.client.models import Model, ModelVersion
from shopmind.console.cards import heading
from shopmind.console.facts import plain
from shopmind.console.figures import moment
from shopmind.console.page import PageContext
from shopmind.console.table import Column, table

LONGEST = 200


def compared(page: PageContext, model: Model) -> None:
    """Two choices, and a table of what differs between the two."""
    versions = {each.version: each for each in model.versions}
    names = {
        each.version: f"{each.version} · {moment(each.trained_at_ms)}"
        + (f" · {page.say('models.answers')}" if each.current else "")
        for each in model.versions
    }
    now = model.current or model.versions[0]
    other = next(each for each in model.versions if each.version != now.version)
    with ui.element("section").classes("card"):
        heading(page.say("models.compare"), 2)
        with ui.element("div").classes("form"):
            left = ui.select(names, value=now.version, label=page.say("models.one")).props("dense outlined")
            right = ui.select(names, value=other.version, label=page.say("models.other")).props("dense outlined")
        box = ui.element("div").classes("section")

    def draw() -> None:
        box.clear()
        with box:
            _differences(page, versions[str(left.value)], versions[str(right.value)])

    left.on_value_change(draw)
    right.on_value_change(draw)
    draw()


def _differences(page: PageContext, one: ModelVersion, other: ModelVersion) -> None:
    columns = [
        Column("what", page.say("models.what")),
        Column("one", one.version),
        Column("other", other.version),
        Column("change", page.say("models.change")),
    ]
    before, after = flat(one.card), flat(other.card)
    rows = [
        {"what": name, "one": told(name, before.get(name)), "other": told(name, after.get(name)), "change": change}
        for name in dict.fromkeys((*before, *after))
        if before.get(name) != after.get(name)
        for change in (_change(before.get(name), after.get(name)),)
    ]
    if not rows:
        ui.label(page.say("models.same")).classes("muted")
        return
    table(page, "compared", columns, rows, title=page.say("models.differs"), per_page=50)


def flat(card: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Leaf values by their way, such as figures.recall@10; long lists are left out."""
    found: dict[str, Any] = {}
    for name, value in card.items():
        where = f"{path}.{name}" if path else str(name)
        if isinstance(value, Mapping):
            found |= flat(value, where)
        elif not (isinstance(value, list) and len(plain(value)) > LONGEST):
            found[where] = value
    return found


def told(name: str, value: Any) -> str:
    """A value as people read it: what ends in `_ms` and is a moment as a time."""
    if name.endswith("_ms") and isinstance(value, int) and value > 10**11:
        return moment(value)
    return plain(value)


def _change(one: Any, other: Any) -> str:
    numbers = all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in (one, other))
    if not numbers or not one:
        return ""
    return f"{100 * (other - one) / abs(one):+.2f} %"
