"""What is known of one person, and out of which doings their interests are read."""

from __future__ import annotations

from nicegui import ui

from shopmind.client.customers import Interest, Profile
from shopmind.console.cards import empty, heading, tile, tiles
from shopmind.console.chart import bars
from shopmind.console.facts import facts, plain
from shopmind.console.figures import count, moment
from shopmind.console.page import PageContext
from shopmind.console.table import Column, table

SHOWN = ("purchase", "add_to_cart", "click", "view")


def show(page: PageContext, found: Profile) -> None:
    """Draws it."""
    ui.label(page.say("customers.pseudonym", id=found.user_id)).classes("muted")
    with tiles():
        for name in SHOWN:
            tile(page.say(f"event.{name}"), count(found.events.get(name, 0)))
        tile(page.say("customers.first"), moment(found.first_ms)[:10])
        tile(page.say("customers.last"), moment(found.last_ms)[:10])
    with ui.element("div").classes("split"):
        _known(page, found)
        _agreed(page, found)
    heading(page.say("customers.interests"), 2)
    if not found.personalise:
        empty(page.say("customers.refused"), page.say("customers.refused.text"), icon="visibility_off")
    elif not found.interests:
        empty(page.say("customers.interests.none"), page.say("customers.interests.none.text"))
    else:
        _interests(page, found)


def _known(page: PageContext, found: Profile) -> None:
    with ui.element("section").classes("card"):
        heading(page.say("customers.known"), 2)
        if not found.known:
            ui.label(page.say("customers.known.not")).classes("muted")
            return
        created = (page.say("customers.created"), moment(found.created_at_ms))
        facts([created, *((name, plain(value)) for name, value in found.attributes.items())])


def _agreed(page: PageContext, found: Profile) -> None:
    with ui.element("section").classes("card"):
        heading(page.say("customers.consent"), 2)
        if found.consent:
            facts(
                (name, page.say("customers.agreed" if given else "customers.declined"))
                for name, given in found.consent.items()
            )
        else:
            ui.label(page.say("customers.consent.none")).classes("muted")
        heading(page.say("customers.circle"), 2)
        if found.circle:
            facts((page.say(f"customers.circle.{name}"), count(many)) for name, many in found.circle.items())
        else:
            ui.label(page.say("customers.circle.none")).classes("muted")


def _interests(page: PageContext, found: Profile) -> None:
    with ui.element("section").classes("card"):
        names = [each.name for each in found.interests]
        series: dict[str, list[float | None]] = {
            page.say("customers.share"): [round(100 * each.share, 2) for each in found.interests]
        }
        bars(page, page.say("customers.interests.chart"), names, series, height_px=60 + 26 * len(names))
    columns = [
        Column("of", page.say("customers.of")),
        Column("name", page.say("customers.name")),
        Column("share", page.say("customers.share"), "share"),
        Column("last", page.say("customers.last")),
        Column("events", page.say("customers.events")),
        Column("because", page.say("customers.because")),
    ]
    rows = [
        {
            "of": page.say(f"customers.of.{each.of}"),
            "name": each.name,
            "share": each.share,
            "last": moment(each.last_ms),
            "events": _counted(page, each),
            "because": _because(page, each),
        }
        for each in found.interests
    ]
    table(page, "interests", columns, rows)
    ui.label(page.say("customers.share.note")).classes("muted")


def _counted(page: PageContext, interest: Interest) -> str:
    return ", ".join(f"{page.say(f'event.{name}')} {count(many)}" for name, many in interest.events.items())


def _because(page: PageContext, interest: Interest) -> str:
    told = (
        f"{page.say(f'event.{each.type}')} {each.times} × {each.title or each.item_id} ({moment(each.last_ms)[:10]})"
        for each in interest.because
    )
    return " · ".join(told)
