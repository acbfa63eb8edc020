"""An answer stage by stage: who brought what, what was taken out, how the order came about, what each item scored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nicegui import ui

from shopmind.client.workbench import AnswerTrace, TracedItem
from shopmind.console.cards import heading, tile, tiles
from shopmind.console.chart import DARK, LIGHT, bars, chart
from shopmind.console.figures import count, milliseconds
from shopmind.console.listed import joined
from shopmind.console.page import PageContext
from shopmind.console.table import Column, table

MOST_DRAWN = 15
MOST_SHARES = 10
LONGEST_NAME = 28
ORDER = ("understand", "filter", "retrieve", "merge", "features", "rank", "rerank")


def stages(page: PageContext, trace: AnswerTrace) -> None:
    """All of it, in the order of the pipeline."""
    _time(page, trace)
    _removed(page, trace)
    _brought(page, trace)
    _moved(page, trace)
    _shares(page, trace)
    _steps(page, trace)


def _time(page: PageContext, trace: AnswerTrace) -> None:
    took = {stage: sum(each.took_ms for each in trace.steps if each.stage == stage) for stage in ORDER}
    with tiles():
        for stage in ORDER:
            last = [each for each in trace.steps if each.stage == stage]
            if last:
                note = (
                    ""
                    if stage in ("understand", "retrieve", "features")
                    else page.say("trace.kept", n=count(last[-1].kept))
                )
                tile(page.say(f"trace.{stage}"), milliseconds(took[stage]), note)


def _removed(page: PageContext, trace: AnswerTrace) -> None:
    rows = [
        {"part": each.part, "items": each.items, "examples": joined(each.examples) or None} for each in trace.removed
    ]
    columns = [
        Column("part", page.say("trace.part")),
        Column("items", page.say("trace.taken_out"), "number"),
        Column("examples", page.say("trace.examples")),
    ]
    table(page, "filters", columns, rows, title=page.say("trace.filters"))


def _brought(page: PageContext, trace: AnswerTrace) -> None:
    """How many each retriever brought, alone and with others, and which of the shown items are its own."""
    with ui.element("div").classes("split"):
        with ui.element("section").classes("card"):
            heading(page.say("trace.brought"), 2)
            shared: list[float | None] = [each.items - each.alone for each in trace.brought]
            series: dict[str, Sequence[float | None]] = {
                page.say("trace.alone"): [each.alone for each in trace.brought],
                page.say("trace.shared"): shared,
                page.say("trace.shown"): [each.shown for each in trace.brought],
            }
            names = [each.part for each in trace.brought]
            bars(page, page.say("trace.brought"), names, series, height_px=90 + 44 * len(names))
        with ui.element("section").classes("card"):
            heading(page.say("trace.flow"), 2)
            _flow(page, trace)


def _flow(page: PageContext, trace: AnswerTrace) -> None:
    """A band from each retriever to each item of the page that it brought."""
    shown = [each for each in trace.items if each.position is not None and each.brought][:MOST_DRAWN]
    if not shown:
        ui.label(page.say("slate.none"))
        return
    parts = [each.part for each in trace.brought if any(each.part in item.brought for item in shown)]
    links = [
        {"source": part, "target": _name(item), "value": 1} for item in shown for part in parts if part in item.brought
    ]
    ink, soft, colours = ("#e5e7eb", "#6b7280", DARK) if page.dark else ("#1f2937", "#9ca3af", LIGHT)
    nodes = [
        {"name": part, "depth": 0, "itemStyle": {"color": colours[at % len(colours)]}} for at, part in enumerate(parts)
    ]
    nodes += [{"name": _name(item), "depth": 1, "itemStyle": {"color": soft}} for item in shown]
    chart(
        page,
        {
            "tooltip": {},
            "series": [
                {
                    "type": "sankey",
                    "data": nodes,
                    "links": links,
                    "nodeGap": 6,
                    "layoutIterations": 0,
                    "left": 4,
                    "right": 220,
                    "top": 8,
                    "bottom": 8,
                    "label": {"color": ink},
                    "lineStyle": {"color": "source", "opacity": 0.35},
                }
            ],
        },
        title=page.say("trace.flow"),
        height_px=60 + 30 * len(shown),
    )


def _moved(page: PageContext, trace: AnswerTrace) -> None:
    """A line for each item through the orders it stood in, the first place on top."""
    drawn = trace.items[:MOST_DRAWN]
    with ui.element("section").classes("card"):
        heading(page.say("trace.moved"), 2)
        ui.label(page.say("trace.moved.text")).classes("muted")
        if drawn and len(trace.stages) > 1:
            _bump(page, trace, drawn)
        columns = [Column("item", page.say("trace.item")), Column("id", page.say("trace.id"))]
        columns += [Column(f"s{at}", _stage(page, each), "number") for at, each in enumerate(trace.stages)]
        rows = [
            {
                "item": each.title,
                "id": each.item_id,
                **{f"s{at}": None if place is None else place + 1 for at, place in enumerate(each.places)},
            }
            for each in trace.items
        ]
        table(page, "places", columns, rows, per_page=10)


def _bump(page: PageContext, trace: AnswerTrace, drawn: Sequence[TracedItem]) -> None:
    deepest = max(len(drawn), *(place + 1 for each in drawn for place in each.places if place is not None))
    series = [
        {
            "name": _name(each),
            "type": "line",
            "data": [None if place is None else place + 1 for place in each.places],
            "symbolSize": 9,
            "endLabel": {"show": True, "formatter": "{a}", "width": 220, "overflow": "truncate"},
        }
        for each in drawn
    ]
    chart(
        page,
        {
            "tooltip": {"trigger": "item"},
            "grid": {"left": 40, "right": 240, "top": 12, "bottom": 28},
            "xAxis": {"type": "category", "data": [_stage(page, each) for each in trace.stages], "boundaryGap": False},
            "yAxis": {"type": "value", "inverse": True, "min": 1, "max": deepest, "minInterval": 1},
            "series": series,
        },
        title=page.say("trace.moved"),
        height_px=120 + 24 * len(drawn),
    )


def _shares(page: PageContext, trace: AnswerTrace) -> None:
    """What each kind of evidence adds to the score of each item of the page."""
    shown = [each for each in trace.items if each.position is not None]
    total: dict[str, float] = {}
    for item in shown:
        for name, value in item.shares.items():
            total[name] = total.get(name, 0.0) + abs(value)
    names = sorted((name for name, value in total.items() if value > 0), key=lambda name: -total[name])[:MOST_SHARES]
    with ui.element("section").classes("card"):
        heading(page.say("trace.shares"), 2)
        ui.label(page.say("trace.shares.text" if names else "trace.shares.none")).classes("muted")
        if names:
            _stack(page, shown[:MOST_DRAWN], names)
        evidence = sorted({name for item in shown for name in (*item.values, *item.shares)})
        columns = [Column("item", page.say("trace.item")), Column("score", page.say("trace.score"), "score")]
        columns += [Column(f"v{at}", name, "score") for at, name in enumerate(evidence)]
        rows: list[dict[str, Any]] = [
            {
                "item": each.title,
                "score": each.score,
                **{f"v{at}": each.values.get(name) for at, name in enumerate(evidence)},
            }
            for each in shown
        ]
        table(page, "evidence", columns, rows, per_page=10)


def _stack(page: PageContext, shown: Sequence[TracedItem], names: Sequence[str]) -> None:
    chart(
        page,
        {
            "tooltip": {"trigger": "item"},
            "legend": {"top": 0, "type": "scroll"},
            "grid": {"left": 8, "right": 24, "top": 36, "bottom": 8, "containLabel": True},
            "xAxis": {"type": "value"},
            "yAxis": {"type": "category", "data": [_name(each) for each in shown], "inverse": True},
            "series": [
                {"name": name, "type": "bar", "stack": "all", "data": [each.shares.get(name) for each in shown]}
                for name in names
            ],
        },
        title=page.say("trace.shares"),
        height_px=80 + 28 * len(shown),
    )


def _steps(page: PageContext, trace: AnswerTrace) -> None:
    columns = [
        Column("stage", page.say("trace.stage")),
        Column("part", page.say("trace.part")),
        Column("saw", page.say("trace.saw"), "number"),
        Column("kept", page.say("trace.went_out"), "number"),
        Column("took", page.say("trace.took"), "milliseconds"),
        Column("note", page.say("trace.note")),
    ]
    rows = [
        {
            "stage": page.say(f"trace.{each.stage}"),
            "part": each.part,
            "saw": each.saw,
            "kept": each.kept,
            "took": each.took_ms,
            "note": page.told(each.note) or None,
        }
        for each in trace.steps
    ]
    table(page, "steps", columns, rows, title=page.say("trace.steps"), per_page=50)


def _stage(page: PageContext, name: str) -> str:
    """An order's name: "rank weighted", a reranker, or the page."""
    return page.say("trace.page") if name == "page" else name


def _name(item: TracedItem) -> str:
    """Place and title, short; the place tells items of one title apart."""
    title = item.title or item.item_id
    short = title if len(title) <= LONGEST_NAME else title[: LONGEST_NAME - 1] + "…"
    return f"{item.position + 1}. {short}" if item.position is not None else f"– {short} ({item.item_id})"
