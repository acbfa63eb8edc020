"""What an estimate says: every estimator with two intervals, and whether the log can carry it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from shopmind.client.estimates import Estimate
from shopmind.console.cards import empty, heading, tile, tiles
from shopmind.console.chart import chart
from shopmind.console.figures import count, moment, share
from shopmind.console.page import PageContext
from shopmind.console.table import Column, table

Told = Mapping[str, Any]


def show(page: PageContext, found: Estimate) -> None:
    """Draws one estimate."""
    with ui.element("section").classes("card"):
        heading(page.say("estimate.of", place=found.scenario, at=moment(found.started_at_ms)), 2)
        ui.label(page.say(f"estimate.state.{found.state}")).classes("muted")
        if found.why:
            ui.label(page.told(found.why)).classes("warn" if found.state == "refused" else "")
    result = found.result
    if result is None:
        return
    _head(page, result)
    for caution in result.get("cautions", ()):
        ui.label(page.told(caution)).classes("warn")
    answered = {name: each for name, each in result["estimators"].items() if each["value"] is not None}
    if answered:
        _chart(page, result, answered)
        _table(page, result, answered)
    else:
        empty(page.say("estimate.silent"), page.say("estimate.silent.text"), icon="casino")
    _silent(page, result)
    notes = [*result["protocol"].get("notes", ())]
    if notes:
        with ui.element("section").classes("card"):
            heading(page.say("estimate.notes"), 2)
            with ui.element("ul").classes("says"):
                for note in notes:
                    with ui.element("li"):
                        ui.label(page.told(note))


def _head(page: PageContext, result: Told) -> None:
    replay, logged, support = result.get("replay") or {}, result.get("logged") or {}, result.get("support") or {}
    with tiles():
        tile(page.say("estimate.answers"), count(replay.get("answers")))
        if logged.get("value") is not None:
            ends = f"{logged['low']:.3g} – {logged['high']:.3g}" if logged.get("low") is not None else ""
            tile(page.say("estimate.logged"), f"{logged['value']:.4g}", ends)
        if support.get("effective_sample_size") is not None:
            tile(
                page.say("estimate.ess"), count(round(support["effective_sample_size"])), page.say("estimate.ess.note")
            )
        if support.get("mean_weight") is not None:
            good = abs(support["mean_weight"] - 1) < 0.1
            note = page.say("estimate.weight.good" if good else "estimate.weight.bad")
            tile(page.say("estimate.weight"), f"{support['mean_weight']:.3f}", note, state="good" if good else "warn")
        if support.get("max_share") is not None:
            tile(page.say("estimate.largest"), share(support["max_share"]), page.say("estimate.largest.note"))
        if support.get("unseen_share") is not None:
            tile(page.say("estimate.unseen"), share(support["unseen_share"]), page.say("estimate.unseen.note"))
        if replay.get("other_places_alike") is not None:
            tile(page.say("estimate.alike"), share(replay["other_places_alike"]), page.say("estimate.alike.note"))


def _chart(page: PageContext, result: Told, answered: Mapping[str, Told]) -> None:
    with ui.element("section").classes("card"):
        heading(page.say("estimate.chart"), 2)
        ui.label(page.say("estimate.chart.text")).classes("muted")
        chart(page, drawing(result, answered), title=page.say("estimate.chart"), height_px=60 + 30 * len(answered))


def drawing(result: Told, answered: Mapping[str, Told]) -> dict[str, Any]:
    """A point for each estimator with its bootstrap interval as a line, and what the log itself earned.

    The axis is as wide as all of them: a line that ends beyond it would not be drawn at all.
    """
    names = list(answered)
    points = [[each["value"], name] for name, each in answered.items()]
    ends = [
        [{"coord": [each["bootstrap"]["low"], name]}, {"coord": [each["bootstrap"]["high"], name]}]
        for name, each in answered.items()
        if each.get("bootstrap") and each["bootstrap"]["low"] is not None
    ]
    logged = (result.get("logged") or {}).get("value")
    line: dict[str, Any] = {"silent": True, "symbol": ["none", "none"], "data": ends, "lineStyle": {"type": "solid"}}
    marks = [point[0] for point in points] + [end["coord"][0] for pair in ends for end in pair]
    if logged is not None:
        line["data"] = [*ends, {"xAxis": logged, "label": {"show": False}}]
        marks.append(logged)
    beside = 0.05 * (max(marks) - min(marks)) or 0.5
    axis = {"type": "value", "min": _rounded(min(marks) - beside), "max": _rounded(max(marks) + beside)}
    return {
        "tooltip": {"trigger": "item"},
        "grid": {"left": 8, "right": 24, "top": 12, "bottom": 8, "containLabel": True},
        "xAxis": axis,
        "yAxis": {"type": "category", "data": names, "inverse": True},
        "series": [{"type": "scatter", "data": points, "symbolSize": 9, "markLine": line}],
    }


def _rounded(end: float) -> float:
    return float(f"{end:.3g}")


def _table(page: PageContext, result: Told, answered: Mapping[str, Told]) -> None:
    columns = [
        Column("name", page.say("estimate.estimator")),
        Column("value", page.say("report.value"), "score"),
        *(
            Column(f"{how}_{end}", page.say(f"estimate.{how}.{end}"), "score")
            for how in ("asymptotic", "bootstrap")
            for end in ("low", "high")
        ),
        Column("ess", page.say("estimate.ess"), "number"),
        Column("weight", page.say("estimate.weight"), "score"),
        Column("most", page.say("estimate.largest"), "share"),
        Column("trusts", page.say("estimate.trusts")),
    ]
    rows = []
    for name, each in answered.items():
        weights = each.get("diagnostics") or {}
        row = {
            "name": name,
            "value": each["value"],
            "ess": weights.get("effective_sample_size"),
            "weight": weights.get("mean_weight"),
            "most": weights.get("max_share"),
            "trusts": page.say(f"estimate.trusts.{each['trusts']}") if each.get("trusts") else None,
        }
        for how in ("asymptotic", "bootstrap"):
            for end in ("low", "high"):
                row[f"{how}_{end}"] = (each.get(how) or {}).get(end)
        rows.append(row)
    table(page, "estimate", columns, rows, title=page.say("estimate.each"))


def _silent(page: PageContext, result: Told) -> None:
    rows = [
        {"name": name, "why": page.told(each["refused"])}
        for name, each in result["estimators"].items()
        if each["value"] is None and each["refused"] != result.get("refused")
    ]
    if rows:
        columns = [Column("name", page.say("estimate.estimator")), Column("why", page.say("estimate.why"))]
        table(page, "estimate-silent", columns, rows, title=page.say("estimate.say.nothing"), per_page=10)
