"""Saved query sets: how well configurations order what was judged, the judgements themselves, and their export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from nicegui import ui

from shopmind.client.workbench import Figure, Judgement, JudgementReport, JudgementSet
from shopmind.console.act import attempt, confirmed
from shopmind.console.cards import empty, fault, heading, tile, tiles
from shopmind.console.chart import SHORT, chart
from shopmind.console.figures import DASH, count, moment, share
from shopmind.console.page import PageContext
from shopmind.console.pages.search.configuration import Configured, named, searching
from shopmind.console.section import section
from shopmind.console.table import Action, Column, table
from shopmind.kit.clock import format_time
from shopmind.kit.errors import ShopmindError

MOST_BARS = 30
Given = Sequence[Mapping[str, Any]]


async def build(page: PageContext) -> None:
    """The part of the page."""
    await section(page, lambda: page.client.judgement_sets(), lambda found: _sets(page, found))


async def _sets(page: PageContext, found: list[JudgementSet]) -> None:
    if not found:
        empty(
            page.say("measure.none"),
            page.say("measure.none.text"),
            icon="gavel",
            action=page.say("measure.judge"),
            target="/search?tab=workbench",
        )
        return
    try:
        names = await searching(page)
    except ShopmindError as error:
        fault(page, error)
        return
    kept = page.kept
    options = {
        each.name: page.say("measure.set.of", name=each.name, queries=each.queries, judgements=each.judgements)
        for each in found
    }
    with ui.element("section").classes("card"):
        chosen = kept.get("measured") if kept.get("measured") in options else found[0].name
        which = ui.select(options, value=chosen, label=page.say("bench.set")).props("dense outlined")
        with ui.element("div").classes("split"):
            one = Configured(page, page.say("bench.one"), names, kept.get("one"))
            other = Configured(page, page.say("bench.other"), names, kept.get("other"), optional=True)
        go = ui.button(page.say("measure.do"), icon="straighten").props("no-caps").classes("do")
    report = ui.element("div").classes("section")
    listed = ui.element("div").classes("section")

    async def measure() -> None:
        given = [each for each in (one.value, other.value) if each is not None]
        kept.update(measured=which.value, one=one.value, other=other.value)
        report.clear()
        with report:
            await section(
                page,
                lambda: page.client.judgement_report(which.value, given),
                lambda made: _report(page, made, given),
            )

    async def judgements() -> None:
        listed.clear()
        with listed:
            await section(
                page,
                lambda: page.client.judgements(set_name=which.value),
                lambda held: _listed(page, which.value, held),
            )

    async def choose() -> None:
        report.clear()
        await judgements()

    which.on_value_change(choose)
    go.on_click(measure)
    await measure()
    await judgements()


def _report(page: PageContext, made: JudgementReport, given: Given) -> None:
    titles = [named(page, each) for each in given]
    with tiles():
        for title, system in zip(titles, made.systems, strict=True):
            tile(page.say("measure.ndcg", name=title), _value(system["ndcg@10"]), _interval(page, system["ndcg@10"]))
        if made.difference is not None:
            gap = made.difference["ndcg@10"]
            clear = gap.low is not None and gap.high is not None and (gap.low > 0 or gap.high < 0)
            state = "" if not clear else ("good" if (gap.value or 0) > 0 else "bad")
            note = page.say("measure.clear" if clear else "measure.unclear")
            tile(page.say("measure.difference"), _value(gap, sign=True), f"{_interval(page, gap)} {note}", state=state)
        judged = made.systems[0]["judged@10"]
        tile(page.say("measure.judged"), share(judged.value), page.say("measure.judged.text"))
        tile(
            page.say("measure.queries"),
            count(made.asked),
            page.say("measure.of", queries=made.queries, left_out=made.left_out),
        )
    _chart(page, made, titles)
    _lines(page, made, titles)


def _chart(page: PageContext, made: JudgementReport, titles: list[str]) -> None:
    first = made.lines[:MOST_BARS]
    names = titles if len(set(titles)) == len(titles) else [f"{at + 1}. {title}" for at, title in enumerate(titles)]
    with ui.element("section").classes("card"):
        heading(page.say("measure.by_query"), 2)
        chart(
            page,
            {
                "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
                "legend": {"data": names, "top": 0},
                "grid": {"left": 8, "right": 24, "top": 36, "bottom": 8, "containLabel": True},
                "xAxis": {"type": "value", "min": 0, "max": 1},
                "yAxis": {
                    "type": "category",
                    "data": [each.query for each in first],
                    "inverse": True,
                    "axisLabel": SHORT,
                },
                "series": [
                    {"name": name, "type": "bar", "data": [each.ndcg[at] for each in first]}
                    for at, name in enumerate(names)
                ],
            },
            title=page.say("measure.by_query"),
            height_px=80 + (22 + 14 * len(names)) * len(first),
        )


def _lines(page: PageContext, made: JudgementReport, titles: list[str]) -> None:
    columns = [
        Column("query", page.say("search.query"), "link"),
        Column("judged", page.say("measure.judgements"), "number"),
    ]
    columns += [Column(f"ndcg_{at}", page.say("measure.ndcg", name=title), "score") for at, title in enumerate(titles)]
    columns += [Column("gap", page.say("measure.difference"), "score")] if len(titles) > 1 else []
    rows = []
    for line in made.lines:
        values = {f"ndcg_{at}": value for at, value in enumerate(line.ndcg)}
        known = [each for each in line.ndcg if each is not None]
        gap = known[-1] - known[0] if len(known) > 1 else None
        to = f"/search?tab=workbench&text={quote(line.query, safe='')}"
        rows.append({"query": line.query, "query_to": to, "judged": line.judged, **values, "gap": gap})
    table(page, "measured-queries", columns, rows, title=page.say("measure.queries"))


def _listed(page: PageContext, set_name: str, held: list[Judgement]) -> None:
    async def remove(row: dict[str, Any]) -> None:
        if await attempt(page, lambda: page.client.remove_judgement(row["key"]), done=page.say("measure.removed")):
            ui.navigate.reload()

    async def remove_all() -> None:
        text = page.say("measure.remove_set.text", name=set_name, judgements=len(held))
        sure = await confirmed(page, page.say("measure.remove_set"), text, dangerous=True)
        if sure and await attempt(page, lambda: page.client.remove_judgement_set(set_name)):
            ui.navigate.reload()

    async def export(form: Any) -> None:
        found = await attempt(page, lambda: page.client.export_judgements(set_name=set_name, form=form))
        if found is not None:
            for name, text in zip(("queries", "judgments"), found.value, strict=True):
                ui.download.content(text, f"{name}.{form}")

    columns = [
        Column("query", page.say("search.query")),
        Column("item", page.say("measure.item")),
        Column("grade", page.say("measure.grade"), "number"),
        Column("was", page.say("measure.was")),
        Column("at", page.say("words.changed"), "time"),
    ]
    rows = [
        {
            "query": each.query,
            "item": each.item_id,
            "grade": each.grade,
            "was": ", ".join(f"{was.grade} ({moment(was.at_ms)})" for was in each.history) or None,
            "at": format_time(each.at_ms),
            "key": each.key,
        }
        for each in held
    ]
    may = page.may("merchandise")
    acts = [Action("remove", page.say("words.remove"), "delete", remove)] if may else []
    table(page, "judgements", columns, rows, key="key", title=page.say("measure.judgements"), actions=acts)
    with ui.row():
        for form in ("csv", "ndjson"):
            word = page.say("measure.export", form=form.upper())
            ui.button(word, icon="download", on_click=lambda form=form: export(form)).props("flat no-caps")
        if may:
            ui.button(page.say("measure.remove_set"), icon="delete", on_click=remove_all).props(
                "flat no-caps color=negative"
            )


def _value(figure: Figure, *, sign: bool = False) -> str:
    return DASH if figure.value is None else f"{figure.value:{'+' if sign else ''}.3f}"


def _interval(page: PageContext, figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return page.say("measure.no_interval")
    return page.say("measure.interval", low=f"{figure.low:.3f}", high=f"{figure.high:.3f}")
