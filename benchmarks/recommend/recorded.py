"""The record of recommendation: one row for each set, protocol, fit, peer and seed; a run touches none but its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

KEY = ("data", "protocol", "fit", "peer", "seed")
"""What makes a row."""


def merged(rows: list[dict[str, Any]], sets: Mapping[str, Any], before: Path) -> dict[str, Any]:
    """`rows` and `sets` with those of the file `before` that they have no others for; the file need not exist."""
    old = json.loads(before.read_text(encoding="utf-8")) if before.is_file() else {"rows": [], "sets": {}}
    kept = {key_of(row): row for row in old["rows"]} | {key_of(row): row for row in rows}
    return {"sets": {**old["sets"], **sets}, "rows": [kept[key] for key in sorted(kept)]}


def key_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Its KEY as texts."""
    return tuple(str(row[name]) for name in KEY)


def write(result: Mapping[str, Any], out: Path) -> None:
    """The file, one row a line."""
    out.parent.mkdir(parents=True, exist_ok=True)
    rows = [json.dumps(row, ensure_ascii=False) for row in result["rows"]]
    rest = json.dumps({**result, "rows": []}, indent=1, ensure_ascii=False)
    out.write_text(rest.replace('"rows": []', '"rows": [\n' + ",\n".join(rows) + "\n]") + "\n", encoding="utf-8")
