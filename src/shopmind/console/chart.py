"""Charts in the colours of the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from shopmind.console.page import PageContext

LIGHT = ("#1d4ed8", "#b45309", "#047857", "#be123c", "#6d28d9", "#0e7490", "#4d7c0f", "#a21caf")
SHORT = {"width": 260, "overflow": "truncate"}
"""Labels of an axis that leave room for the bars."""
DARK = ("#93c5fd", "#fcd34d", "#6ee7b7", "#fda4af", "#c4b5fd", "#67e8f9", "#bef264", "#f0abfc")


def chart(page: PageContext, options: Mapping[str, Any], *, title: str, height_px: int = 280) -> ui.echart:
    """An ECharts chart.

    Args:
        options: as ECharts takes them. Texts in them that come from data stay texts only while tooltips are ECharts'
            own: give no formatter that returns HTML.
        title: said to those who cannot see it; charts stand beside a table of the same figures.
    """
    ink = "#e5e7eb" if page.dark else "#1f2937"
    line = "#4b5563" if page.dark else "#d1d5db"
    axis = {
        "axisLabel": {"color": ink},
        "axisLine": {"lineStyle": {"color": line}},
        "splitLine": {"lineStyle": {"color": line}},
    }
    theme = {
        "color": list(DARK if page.dark else LIGHT),
        "backgroundColor": "transparent",
        "textStyle": {"color": ink},
        "legend": {"textStyle": {"color": ink}},
        "categoryAxis": {**axis, "splitLine": {"show": False}},
        "valueAxis": axis,
        "timeAxis": axis,
        "tooltip": {"backgroundColor": "#111827" if page.dark else "#ffffff", "textStyle": {"color": ink}},
    }
    drawn = ui.echart({"animation": False, **options}, theme=theme).style(f"height: {height_px}px")
    drawn.props('role="img"').props["aria-label"] = title
    return drawn


def lines(
    page: PageContext,
    title: str,
    at: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    *,
    second: Sequence[str] = (),
    height_px: int = 280,
) -> ui.echart:
    """Lines over time or another order.

    Args:
        at: labels of the x axis.
        series: name → a value for each label; None leaves a gap.
        second: series that are measured on the axis on the right.
    """
    return chart(
        page,
        {
            "tooltip": {"trigger": "axis"},
            "legend": {"data": list(series), "top": 0},
            "grid": {"left": 48, "right": 48 if second else 16, "top": 36, "bottom": 28},
            "xAxis": {"type": "category", "data": list(at)},
            "yAxis": [{"type": "value"}, *([{"type": "value", "splitLine": {"show": False}}] if second else [])],
            "series": [
                {"name": name, "type": "line", "data": list(values), "yAxisIndex": int(name in second), "symbolSize": 5}
                for name, values in series.items()
            ],
        },
        title=title,
        height_px=height_px,
    )


def bars(
    page: PageContext,
    title: str,
    at: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    *,
    height_px: int = 280,
) -> ui.echart:
    """Bars side by side for each label, lying so that long labels fit."""
    return chart(
        page,
        {
            "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
            "legend": {"data": list(series), "top": 0},
            "grid": {"left": 8, "right": 24, "top": 36, "bottom": 8, "containLabel": True},
            "xAxis": {"type": "value"},
            "yAxis": {"type": "category", "data": list(at), "inverse": True, "axisLabel": SHORT},
            "series": [{"name": name, "type": "bar", "data": list(values)} for name, values in series.items()],
        },
        title=title,
        height_px=height_px,
    )
