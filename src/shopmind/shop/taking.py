"""What is kept of each run of ingest: its figures, and nothing of any row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shopmind.ingest.report import Report
from shopmind.kit.clock import format_time
from shopmind.stores.ports import Records

KIND = "ingest"
KEPT = 100


def keep(records: Records, report: Report, now_ms: int) -> None:
    """Keeps a run; the oldest of more than KEPT is let go. Examples stay out: they may speak of people."""
    told = report.as_json()
    tables = {
        name: {key: value for key, value in table.items() if key != "examples"}
        for name, table in told["tables"].items()
    }
    body = {
        "at": format_time(now_ms),
        "source": Path(report.source).name,
        "tables": {name: {**each, "file": Path(each["file"]).name} for name, each in tables.items()},
        "rejected": told["rejected"],
        "time_shift_weeks": told["time_shift_weeks"],
        "notes": list(told["notes"]),
        "seconds": told["seconds"],
    }
    records.put(KIND, f"{now_ms:015d}", body)
    for key, _ in records.scan(KIND, KEPT + 100)[KEPT:]:
        records.delete(KIND, key)


def kept(records: Records) -> list[dict[str, Any]]:
    """The runs, newest first."""
    return [body for _, body in records.scan(KIND, KEPT)]
