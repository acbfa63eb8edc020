"""Tables that page, sort, are searched, and go out as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from nicegui import ui

from shopmind.console.page import PageContext
from shopmind.kit.errors import InputError

Kind = Literal["text", "number", "score", "share", "milliseconds", "time", "link"]

FORMATS: dict[Kind, str] = {
    "number": 'v => v == null ? "–" : v.toLocaleString("en", {maximumFractionDigits: 2})',
    "score": 'v => v == null ? "–" : v.toLocaleString("en", {maximumSignificantDigits: 3})',
    "share": 'v => v == null ? "–" : (100 * v).toLocaleString("en", {maximumFractionDigits: 2}) + " %"',
    "milliseconds": 'v => v == null ? "–" : v.toLocaleString("en", {maximumFractionDigits: 1}) + " ms"',
    "time": 'v => v == null ? "–" : v.slice(0, 19).replace("T", " ")',
    "text": 'v => v == null ? "–" : v',
    "link": 'v => v == null ? "–" : v',
}
"""How the browser writes a value; it keeps the value itself, so that columns sort by it."""
LINK = (
    '<q-td :props="props"><a v-if="props.row.{0}_to" :href="props.row.{0}_to">{{{{ props.value }}}}</a>'
    "<span v-else>{{{{ props.value }}}}</span></q-td>"
)
ACT = '<q-td :props="props" class="acts">{0}</q-td>'
BUTTON = (
    '<q-btn flat dense no-caps icon="{icon}" label="{label}" @click="$parent.$emit(\'{event}\', props.row)"'
    " :aria-label=\"'{label} ' + props.row[props.cols[0].field]\"/>"
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        name: the key of its values in the rows; letters, digits and `_`.
        kind: how values are written; of a link the row holds the address under `NAME_to`: a path of this console.
    """

    name: str
    label: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Action:
    """A button in every row; `do` is given the row."""

    name: str
    label: str
    icon: str
    do: Callable[[dict[str, Any]], Awaitable[None] | None]


def table(
    page: PageContext,
    name: str,
    columns: Sequence[Column],
    rows: Sequence[Mapping[str, Any]],
    *,
    key: str = "",
    title: str = "",
    actions: Sequence[Action] = (),
    per_page: int = 20,
) -> ui.table:
    """A table of values; every value is shown as text.

    Args:
        name: of the file it is exported as.
        rows: texts, numbers, booleans and None, by column name.
        key: the column that tells rows apart; without one they are numbered.
    """
    held = [{**row, "_row": at} for at, row in enumerate(rows)]
    _check(columns, held)
    spec = [
        {
            "name": each.name,
            "label": each.label,
            "field": each.name,
            "sortable": True,
            "align": "left" if each.kind in ("text", "link", "time") else "right",
            ":format": FORMATS[each.kind],
        }
        for each in columns
    ]
    spec += [{"name": "_acts", "label": "", "field": "_row", "align": "right"}] if actions else []
    with ui.element("div").classes("table"):
        with ui.row().classes("tools"):
            if title:
                with ui.element("h2"):
                    ui.label(title).style("display: contents")
            ui.space()
            find = ui.input(placeholder=page.say("table.find")).props("dense outlined clearable type=search")
            find.props["aria-label"] = page.say("table.find")
            ui.button(
                page.say("table.csv"),
                icon="download",
                on_click=lambda: ui.download.content(as_csv(columns, rows), f"{name}.csv", "text/csv"),
            ).props("flat dense no-caps")
        shown = ui.table(columns=spec, rows=held, row_key=key or "_row", pagination={"rowsPerPage": per_page})
        shown.props("flat bordered dense wrap-cells").props["no-data-label"] = page.say("table.none")
        shown.props["no-results-label"] = page.say("table.none")
        shown.props["rows-per-page-label"] = page.say("table.rows")
        shown.props["hide-pagination"] = len(rows) <= per_page
    find.bind_value_to(shown, "filter", lambda text: text or "")
    for column in columns:
        if column.kind == "link":
            shown.add_slot(f"body-cell-{column.name}", LINK.format(column.name))
    if actions:
        _act(shown, actions)
    return shown


def as_csv(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """UTF-8 with a mark, as spreadsheets want it; a text that one would take for a formula is quoted with `'`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([each.label for each in columns])
    for row in rows:
        writer.writerow([_cell(row.get(each.name)) for each in columns])
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _check(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]]) -> None:
    for column in columns:
        if column.kind != "link":
            continue
        for row in rows:
            to = row.get(f"{column.name}_to")
            if to is not None and (not str(to).startswith("/") or str(to).startswith("//")):
                raise InputError(f"{column.name}_to: {to!r} is not a path of this console, such as /catalogue")


def _act(shown: ui.table, actions: Sequence[Action]) -> None:
    buttons = "".join(
        BUTTON.format(icon=each.icon, label=_quoted(each.label), event=f"act_{each.name}") for each in actions
    )
    shown.add_slot("body-cell-_acts", ACT.format(buttons))
    for each in actions:
        shown.on(f"act_{each.name}", lambda event, do=each.do: do(event.args))


def _quoted(text: str) -> str:
    """For a word of ours inside an attribute of a template."""
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("'", "&#39;").replace("<", "&lt;")
