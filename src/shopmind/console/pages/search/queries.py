"""What people look for, do not find, do not click, and ask again; and the short way to mend it."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from nicegui import ui

from shopmind.client.reports import Queries, QueryLine
from shopmind.console.cards import empty, heading, tile, tiles
from shopmind.console.chart import bars
from shopmind.console.figures import count, share
from shopmind.console.page import PageContext
from shopmind.console.pages.search.words import word_dialog
from shopmind.console.section import section
from shopmind.console.table import Action, Column, table

DAYS = (7, 30, 90, 365)
MOST_BARS = 12
LINES = 200


async def build(page: PageContext) -> None:
    """The part of the page."""
    kept = page.kept
    days = ui.select(
        {each: page.say("search.days", n=each) for each in DAYS},
        value=kept.get("days", 30),
        label=page.say("search.period"),
    ).props("dense outlined")

    async def choose() -> None:
        kept["days"] = days.value
        await shown.refresh()

    days.on_value_change(choose)
    shown = await section(
        page, lambda: page.client.query_report(days=float(days.value), n=LINES), lambda report: _show(page, report)
    )


def _show(page: PageContext, report: Queries) -> None:
    if not report.searches:
        empty(page.say("search.none"), page.say("search.none.text"), action=page.say("shop.open"), target=page.api)
        return
    with tiles():
        tile(page.say("search.searches"), count(report.searches))
        tile(page.say("search.visitors"), count(report.visitors))
        tile(page.say("search.empty_rate"), share(report.empty_rate))
        tile(page.say("search.click_rate"), share(report.click_rate))
        tile(page.say("search.withheld"), count(report.withheld.queries), page.say("search.withheld.text"))
    _charts(page, report)
    judge = [_go(page, "judge", "search.judge", "rule", "workbench", "text")]
    for name, lines, actions in (
        ("top", report.top, judge),
        ("no_result", report.no_result, _mending(page, report)),
        ("low_click", report.low_click, judge),
    ):
        title = page.say(f"search.{name}")
        if lines:
            table(page, f"{name}-queries", _columns(page), _rows(lines), title=title, actions=actions)
        else:
            _nothing(page, title)
    _rewrites(page, report)


def _charts(page: PageContext, report: Queries) -> None:
    with ui.element("div").classes("split"):
        for name, lines in (("search.top", report.top), ("search.no_result", report.no_result)):
            with ui.element("section").classes("card"):
                heading(page.say(name), 2)
                first = lines[:MOST_BARS]
                if not first:
                    ui.label(page.say("search.list.none")).classes("muted")
                    continue
                series: dict[str, list[float | None]] = {
                    page.say("search.searches"): [each.searches for each in first],
                    page.say("search.empty"): [each.empty for each in first],
                    page.say("search.clicked"): [each.clicked for each in first],
                }
                bars(
                    page,
                    page.say(name),
                    [each.query for each in first],
                    series,
                    height_px=90 + 34 * len(first),
                )


def _columns(page: PageContext) -> list[Column]:
    return [
        Column("query", page.say("search.query")),
        Column("searches", page.say("search.searches"), "number"),
        Column("visitors", page.say("search.visitors"), "number"),
        Column("empty", page.say("search.empty"), "number"),
        Column("clicked", page.say("search.clicked"), "number"),
        Column("click_rate", page.say("search.click_rate"), "share"),
    ]


def _rows(lines: tuple[QueryLine, ...]) -> list[dict[str, Any]]:
    names = ("query", "searches", "visitors", "empty", "clicked", "click_rate")
    return [{name: getattr(each, name) for name in names} for each in lines]


def _mending(page: PageContext, report: Queries) -> list[Action]:
    """For a query that finds nothing: a synonym, prefilled with what people asked next, or a rule."""
    if not page.may("merchandise"):
        return []
    then = {each.query: each.then for each in reversed(report.reformulated)}

    def synonym(row: dict[str, Any]) -> None:
        word_dialog(page, {"kind": "one_way", "words": [row["query"]], "to": [then.get(row["query"], "")]})

    rule = _go(page, "rule", "search.rule.add", "gavel", "rules", "query")
    return [Action("synonym", page.say("search.synonym.add"), "swap_horiz", synonym), rule]


def _rewrites(page: PageContext, report: Queries) -> None:
    def synonym(row: dict[str, Any]) -> None:
        kind = "correction" if row["how_"] == "respelt" else "two_way"
        given = (
            {"kind": kind, "words": [row["query"]], "to": [row["then"]]}
            if kind == "correction"
            else {"kind": kind, "words": [row["query"], row["then"]]}
        )
        word_dialog(page, given)

    add = Action("synonym", page.say("search.synonym.add"), "swap_horiz", synonym)
    columns = [
        Column("query", page.say("search.query")),
        Column("then", page.say("search.then")),
        Column("how", page.say("search.how")),
        Column("times", page.say("search.times"), "number"),
        Column("visitors", page.say("search.visitors"), "number"),
        Column("helped", page.say("search.helped"), "number"),
    ]
    rows = [
        {
            "query": each.query,
            "then": each.then,
            "how": page.say(f"search.how.{each.how}"),
            "how_": each.how,
            "times": each.times,
            "visitors": each.visitors,
            "helped": each.helped,
        }
        for each in report.reformulated
    ]
    actions = [add] if page.may("merchandise") else []
    if not rows:
        _nothing(page, page.say("search.reformulated"))
        return
    table(page, "reformulated-queries", columns, rows, title=page.say("search.reformulated"), actions=actions)


def _nothing(page: PageContext, title: str) -> None:
    heading(title, 2)
    ui.label(page.say("search.list.none")).classes("muted")


def _go(page: PageContext, name: str, word: str, icon: str, tab: str, parameter: str) -> Action:
    """An action that opens another part of the page with the query of the row."""

    def go(row: dict[str, Any]) -> None:
        ui.navigate.to(f"/search?tab={tab}&{parameter}={quote(row['query'], safe='')}")

    return Action(name, page.say(word), icon, go)
