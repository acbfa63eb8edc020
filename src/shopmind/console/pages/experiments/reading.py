"""The report of an experiment: what to do and why, whether the split is whole, what each variant adds, day by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from shopmind.client.experiments import ExperimentDay
from shopmind.console.cards import empty, heading, tile, tiles
from shopmind.console.chart import DARK, LIGHT, chart
from shopmind.console.figures import count, share
from shopmind.console.page import PageContext
from shopmind.console.table import Column, table

Report = Mapping[str, Any]

STATES = {"ship": "good", "stop": "bad", "broken": "bad", "keep": "", "wait": ""}


def show(page: PageContext, report: Report, days: Sequence[ExperimentDay]) -> None:
    """Draws it."""
    if "units" not in report:
        _plan(page, report)
        return
    _decision(page, report)
    _figures(page, report)
    if report.get("split") and report["split"]["broken"]:
        with ui.element("section").classes("card fault").props('role="alert"'):
            heading(page.say("report.broken"), 2)
            ui.label(page.say("report.broken.text"))
    _days(page, report, days)
    if report.get("metrics"):
        _comparisons(page, report)
        _arms(page, report)
    if report.get("votes"):
        _votes(page, report)


def _plan(page: PageContext, report: Report) -> None:
    plan = report["plan"]
    heading(page.say("report.plan"), 2)
    with tiles():
        tile(page.say("plan.effect"), share(plan.get("effect")))
        tile(page.say("plan.needed"), count(plan.get("units_needed")))
        tile(page.say("plan.daily"), count(plan.get("units_a_day")))
        tile(page.say("plan.days"), count(plan.get("days")))
    if plan.get("units_needed") is None:
        empty(page.say("plan.silent"), page.say("plan.silent.text"), icon="hourglass_empty")


def _decision(page: PageContext, report: Report) -> None:
    decision = report.get("decision")
    if not decision:
        return
    state = STATES.get(decision["action"], "")
    with ui.element("section").classes(f"card decision {state}"):
        heading(page.say(f"decision.{decision['action']}"), 2)
        ui.label(decision["chinese" if page.language == "zh" else "english"])


def _figures(page: PageContext, report: Report) -> None:
    plan, split = report.get("plan") or {}, report.get("split")
    with tiles():
        for name, many in report["units"].items():
            tile(page.say("report.units", name=name), count(many))
        if plan.get("units_needed") is not None:
            missing = page.say("report.missing", n=count(plan.get("units_missing")))
            tile(page.say("plan.needed"), count(plan.get("units_needed")), missing)
        if plan.get("finds") is not None:
            tile(page.say("report.finds"), share(plan["finds"]), page.say("report.finds.note"))
        if split:
            word = page.say("report.split.broken" if split["broken"] else "report.split.whole")
            tile(page.say("report.split"), f"p = {split['p']:.2g}", word, state="bad" if split["broken"] else "good")
        if report.get("held_out"):
            tile(page.say("report.held"), count(report["held_out"]))


def _days(page: PageContext, report: Report, days: Sequence[ExperimentDay]) -> None:
    with ui.element("section").classes("card"):
        heading(page.say("report.days"), 2)
        told = [day for day in days if any(each["value"] is not None for each in day.changes.values())]
        if not told:
            ui.label(page.say("report.days.none")).classes("muted")
            return
        metric = str(report.get("metric"))
        name = page.say(f"metric.{metric}")
        ui.label(page.say("report.days.text", metric=name)).classes("muted")
        _band(page, page.say("report.days.text", metric=name), days)


def _band(page: PageContext, title: str, days: Sequence[ExperimentDay]) -> None:
    """A line for each variant with the two ends of its interval, dashed, and zero."""
    variants = list(dict.fromkeys(name for day in days for name in day.changes))
    colours = DARK if page.dark else LIGHT
    series: list[dict[str, Any]] = []
    for place, variant in enumerate(variants):
        colour = colours[place % len(colours)]
        for part, width, kind in (("value", 2, "solid"), ("low", 1, "dashed"), ("high", 1, "dashed")):
            values = [_percent(day.changes.get(variant, {}).get(part)) for day in days]
            label = variant if part == "value" else page.say(f"report.{part}", name=variant)
            style = {"width": width, "type": kind, "color": colour}
            one = {"name": label, "type": "line", "data": values, "lineStyle": style, "itemStyle": {"color": colour}}
            series.append({**one, "symbolSize": 7 if part == "value" else 3})
    if series:
        series[0]["markLine"] = {"silent": True, "symbol": "none", "label": {"show": False}, "data": [{"yAxis": 0}]}
    options = {
        "tooltip": {"trigger": "axis"},
        "legend": {"data": [each["name"] for each in series], "top": 0},
        "grid": {"left": 56, "right": 16, "top": 36, "bottom": 28},
        "xAxis": {"type": "category", "data": [day.day for day in days]},
        "yAxis": {"type": "value", "axisLabel": {"formatter": "{value} %"}},
        "series": series,
    }
    chart(page, options, title=title)


def _percent(value: float | None) -> float | None:
    return None if value is None else round(100 * value, 3)


def _comparisons(page: PageContext, report: Report) -> None:
    columns = [
        Column("metric", page.say("experiments.metric")),
        Column("variant", page.say("report.variant")),
        Column("lift", page.say("report.lift"), "share"),
        Column("low", page.say("report.from"), "share"),
        Column("high", page.say("report.to"), "share"),
        Column("difference", page.say("report.difference"), "score"),
        Column("p", page.say("report.p"), "score"),
        Column("sure", page.say("report.sure")),
        Column("kept", page.say("report.kept"), "share"),
    ]
    level = report.get("level") or 0.05
    rows = [
        {
            "metric": page.say(f"metric.{metric}")
            + ("" if metric != report["metric"] else f" ({page.say('report.main')})"),
            "variant": variant,
            "lift": row["lift"],
            "low": row["lift_low"],
            "high": row["lift_high"],
            "difference": row["difference"],
            "p": row.get("p_adjusted"),
            "sure": _sure(page, row, level),
            "kept": row.get("variance_kept"),
        }
        for metric, told in report["metrics"].items()
        for variant, row in told["comparisons"].items()
    ]
    title = page.say("report.comparisons", level=f"{100 * (1 - level):g}")
    table(page, "comparisons", columns, rows, title=title)
    if report.get("test"):
        ui.label(page.say(f"report.{report['test']}")).classes("muted")


def _sure(page: PageContext, row: Mapping[str, Any], level: float) -> str:
    if not row["enough"] or row.get("p_adjusted") is None:
        return page.say("report.sure.early")
    if row["p_adjusted"] >= level:
        return page.say("report.sure.no")
    return page.say("report.sure.more" if row["difference"] > 0 else "report.sure.less")


def _arms(page: PageContext, report: Report) -> None:
    columns = [
        Column("metric", page.say("experiments.metric")),
        Column("variant", page.say("report.variant")),
        Column("units", page.say("report.units.short"), "number"),
        Column("value", page.say("report.value"), "score"),
        Column("low", page.say("report.from"), "score"),
        Column("high", page.say("report.to"), "score"),
    ]
    rows = [
        {
            "metric": page.say(f"metric.{metric}"),
            "variant": variant,
            **{key: arm[key] for key in ("units", "value", "low", "high")},
        }
        for metric, told in report["metrics"].items()
        for variant, arm in told["arms"].items()
    ]
    table(page, "arms", columns, rows, title=page.say("report.arms"))


def _votes(page: PageContext, report: Report) -> None:
    columns = [Column("team", page.say("report.variant")), Column("votes", page.say("report.votes"), "number")]
    rows = [{"team": name, "votes": many} for name, many in report["votes"].items()]
    table(page, "votes", columns, rows, title=page.say("report.votes"))
    found = report.get("preference") or {}
    if found.get("value") is not None:
        ends = f"{share(found.get('low'))} – {share(found.get('high'))}"
        ui.label(page.say("report.preference", value=share(found["value"]), ends=ends))
