"""Today: what is shown, clicked, bought and earned, how fast, how fresh, and what needs a look."""

from __future__ import annotations

from nicegui import ui

from shopmind.client.administering import Hour, Today
from shopmind.client.reports import TrafficLine
from shopmind.console.cards import empty, heading, tile, tiles
from shopmind.console.chart import lines
from shopmind.console.figures import count, milliseconds, moment, money, share
from shopmind.console.page import Page, PageContext
from shopmind.console.section import Section, section
from shopmind.console.table import Column, table
from shopmind.kit.clock import DAY_MS

DAYS = 14
COUNT_AGAIN_S = 3.0
CHARTED = ("impressions", "clicks", "purchases")
FRESH = ("events", "traffic", "text_index", "vector_index")


async def build(page: PageContext) -> None:
    """The page."""
    made: list[Section[Today]] = []

    async def again() -> None:
        await made[0].refresh()

    def show(seen: Today) -> None:
        _head(page, seen, again)
        _figures(page, seen)
        _chart(page, seen)
        if seen.lines:
            _places(page, seen.lines)
        else:
            none, text = page.say("today.none"), page.say("today.none.text")
            empty(none, text, action=page.say("shop.open"), target=page.api)
        _alerts(page, seen)
        _freshness(page, seen)

    made.append(await section(page, lambda: page.client.today(days=DAYS), show))


def _head(page: PageContext, seen: Today, again: object) -> None:
    behind = next((each.behind for each in seen.freshness if each.what == "traffic"), 0)
    with ui.row().classes("tools"):
        ui.label(page.say("today.as.of", at=moment(seen.now_ms))).classes("muted")
        ui.space()
        ui.button(page.say("refresh"), icon="refresh", on_click=again).props("flat dense no-caps")  # type: ignore[arg-type]
    if behind:
        ui.label(page.say("today.behind", count=count(behind))).classes("warn").props('role="status"')
        ui.timer(COUNT_AGAIN_S, again, once=True)  # type: ignore[arg-type]


def _figures(page: PageContext, seen: Today) -> None:
    now, before, asked = seen.today, seen.yesterday, seen.requests

    def told(name: str, value: str, former: str) -> None:
        tile(page.say(f"today.{name}"), value, page.say("today.yesterday", value=former))

    with tiles():
        told("impressions", count(now.impressions), count(before.impressions))
        told("clicks", count(now.clicks), count(before.clicks))
        told("ctr", share(now.ctr), share(before.ctr))
        told("purchases", count(now.purchases), count(before.purchases))
        told("conversion", share(now.conversion), share(before.conversion))
        told("revenue", money(now.revenue), money(before.revenue))
        total = asked.answered + asked.refused + asked.failed
        since = page.say("today.requests.note", at=moment(asked.since_ms))
        tile(page.say("today.requests"), count(total), since)
        failed = page.say("today.failed.note", failed=count(asked.failed), refused=count(asked.refused))
        rate = (asked.failed + asked.refused) / total if total else None
        tile(page.say("today.failed"), share(rate), failed, state="bad" if asked.failed else "")
        half = page.say("today.latency.note", p50=milliseconds(asked.p50_ms))
        tile(page.say("today.latency"), milliseconds(asked.p99_ms), half)


def _chart(page: PageContext, seen: Today) -> None:
    """Over days or hours, as the visitor chose last."""
    words = {"days": page.say("today.days"), "hours": page.say("today.hours")}
    box = ui.element("section").classes("card")

    def draw(over: str) -> None:
        page.kept["over"] = over
        held.clear()
        with held:
            title, at = _axis(page, seen, over)
            series = {page.say(f"today.{name}"): [getattr(each, name, 0) for each in at.values()] for name in CHARTED}
            lines(page, title, list(at), series)

    with box:
        with ui.row().classes("tools"):
            heading(page.say("today.period"), 2)
            ui.space()
            toggle = ui.toggle(words, value=page.kept.get("over", "days"), on_change=lambda event: draw(event.value))
            toggle.props("no-caps dense unelevated toggle-color=primary")
            toggle.props["aria-label"] = page.say("today.period")
        held = ui.element("div").classes("section")
    draw(page.kept.get("over", "days"))


def _axis(page: PageContext, seen: Today, over: str) -> tuple[str, dict[str, TrafficLine | Hour | None]]:
    """The title, and label → what is charted there; None on a day without anything."""
    if over == "hours":
        return page.say("today.by.hour"), {moment(each.since_ms)[11:]: each for each in seen.hours}
    told = {each.day: each for each in seen.days}
    days = [moment(seen.now_ms - ago * DAY_MS)[:10] for ago in range(DAYS - 1, -1, -1)]
    return page.say("today.by.day", days=DAYS), {day: told.get(day) for day in days}


def _places(page: PageContext, found: tuple[TrafficLine, ...]) -> None:
    columns = [Column("scenario", page.say("today.scenario")), Column("variant", page.say("today.variant"))]
    columns += [
        Column(name, page.say(f"today.{name}"), "number")
        for name in ("answers", "empty", "degraded", "impressions", "clicks")
    ]
    columns += [
        Column("ctr", page.say("today.ctr"), "share"),
        Column("purchases", page.say("today.purchases"), "number"),
    ]
    columns += [
        Column("conversion", page.say("today.conversion"), "share"),
        Column("revenue", page.say("today.revenue")),
    ]
    columns += [Column("p99", page.say("today.p99"), "milliseconds")]
    rows = [
        {
            "scenario": each.scenario or page.say("today.nowhere"),
            "variant": each.variant or page.say("today.plain"),
            **{column.name: getattr(each, column.name) for column in columns[2:-2]},
            "revenue": money(each.revenue),
            "p99": (each.latency_ms or {}).get("p99"),
        }
        for each in found
    ]
    table(page, "today", columns, rows, title=page.say("today.by.place"))


def _alerts(page: PageContext, seen: Today) -> None:
    if not seen.alerts:
        with ui.element("section").classes("card"):
            heading(page.say("today.alerts"), 2)
            ui.label(page.say("today.alerts.none")).classes("good")
        return
    columns = [Column(name, page.say(f"today.alert.{name}")) for name in ("name", "state", "text", "advice")]
    rows = [
        {
            "name": page.told(each.name),
            "state": page.say(f"today.state.{each.state}"),
            "text": page.told(each.text),
            "advice": page.told(each.advice),
        }
        for each in sorted(seen.alerts, key=lambda each: each.state != "fail")
    ]
    table(page, "alerts", columns, rows, title=page.say("today.alerts"), per_page=10)


def _freshness(page: PageContext, seen: Today) -> None:
    columns = [
        Column("what", page.say("today.fresh.what")),
        Column("at", page.say("today.fresh.at")),
        Column("behind", page.say("today.fresh.behind"), "number"),
    ]
    rows = [
        {
            "what": page.say(f"today.fresh.{each.what}") if each.what in FRESH else each.what,
            "at": moment(each.at_ms),
            "behind": each.behind,
        }
        for each in seen.freshness
    ]
    table(page, "freshness", columns, rows, title=page.say("today.fresh"), per_page=10)


PAGE = Page("today", "today", build)
