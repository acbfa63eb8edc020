"""Names and values, one a line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nicegui import ui

DASH = "–"


def facts(rows: Iterable[tuple[str, Any]]) -> None:
    """A list of names with their values; what is not known is a dash."""
    with ui.element("dl").classes("facts"):
        for name, value in rows:
            with ui.element("dt"):
                ui.label(name)
            with ui.element("dd"):
                ui.label(plain(value))


def plain(value: Any) -> str:
    """A value in a cell: numbers with few digits, lists with commas between, nothing as a dash."""
    if value is None or value == "":
        return DASH
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1e6 else f"{value:,.0f}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list | tuple):
        return ", ".join(plain(each) for each in value) or DASH
    if isinstance(value, dict):
        return ", ".join(f"{name}: {plain(each)}" for name, each in value.items()) or DASH
    return str(value)
