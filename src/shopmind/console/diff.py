"""A difference of two texts, line by line."""

from __future__ import annotations

from collections.abc import Iterable

from nicegui import ui

SIGNS = {"+": "added", "-": "taken", "@": "place"}


def difference(lines: Iterable[str]) -> None:
    """Lines of a unified difference; the sign at the beginning says what the colour says."""
    with ui.element("pre").classes("diff").props('tabindex="0"'):
        for line in lines:
            if not line.startswith(("+++", "---")):
                ui.label(line).classes(SIGNS.get(line[:1], ""))
