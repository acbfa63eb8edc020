"""What became of the rows, in numbers and in plain words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass
class TableReport:
    """One file.

    Attributes:
        read: rows and bad lines seen.
        accepted: rows that are in the store now because of this run.
        duplicate: rows that were there already.
        rejected: reason → rows.
        mended: what was put right → rows.
        remarks: what to know → rows or things; examples by the same name.
    """

    table: str
    file: str
    read: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    mended: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)
    examples: dict[str, Sequence[str]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "file": self.file,
            "read": self.read,
            "accepted": self.accepted,
            "duplicate": self.duplicate,
            "rejected": dict(self.rejected),
            "mended": dict(self.mended),
            "remarks": dict(self.remarks),
            "examples": {name: list(examples) for name, examples in self.examples.items()},
            "seconds": round(self.seconds, 3),
            "rows_per_second": self.rows_per_second,
        }

    @property
    def rows_per_second(self) -> int:
        """Through everything, the database included; 0 for a file without rows."""
        return round(self.read / self.seconds) if self.read and self.seconds > 0 else 0


@dataclass(frozen=True)
class Report:
    """One run of ingest.

    Attributes:
        time_shift_weeks: by how many weeks event times were moved; 0 when they are as in the files.
        rejected_file: where the rejected rows are; None when there are none.
        notes: what the source made up or left out, in sentences.
    """

    source: str
    tables: Sequence[TableReport]
    seconds: float
    time_shift_weeks: int = 0
    rejected_file: str | None = None
    notes: Sequence[str] = ()

    @property
    def rejected(self) -> int:
        """Rejected rows over all files."""
        return sum(table.rejected.total() for table in self.tables)

    def as_json(self) -> dict[str, Any]:
        """Plain values, for `--json`."""
        return {
            "source": self.source,
            "tables": {table.table: table.as_json() for table in self.tables},
            "rejected": self.rejected,
            "rejected_file": self.rejected_file,
            "time_shift_weeks": self.time_shift_weeks,
            "notes": list(self.notes),
            "seconds": round(self.seconds, 3),
        }

    def as_text(self) -> str:
        """A few lines for people."""
        lines = [f"{self.source}: {self.seconds:.1f} s"]
        for table in self.tables:
            lines += _table_lines(table)
        lines += self.notes
        if self.time_shift_weeks:
            later = "later" if self.time_shift_weeks > 0 else "earlier"
            weeks = f"{abs(self.time_shift_weeks)} weeks {later}"
            lines.append(f"Times were moved {weeks}, so that the log ends within the last week.")
        if self.rejected and self.rejected_file is not None:
            lines.append(f"Rejected rows, each with its line and reason: {self.rejected_file}")
        return "\n".join(lines)


def _table_lines(table: TableReport) -> list[str]:
    counts = [f"{table.accepted:,} accepted"]
    if table.duplicate:
        counts.append(f"{table.duplicate:,} known already")
    if table.rejected:
        counts.append(f"{table.rejected.total():,} rejected")
    lines = [f"{table.file}: {table.read:,} rows read, {', '.join(counts)} ({table.rows_per_second:,} rows/s)"]
    for verb, found in (("rejected", table.rejected), ("mended", table.mended), ("note", table.remarks)):
        for name, count in found.most_common():
            if not count:
                continue
            words = table.words.get(name, name.replace("_", " "))
            lines.append(f"  {verb}: {count:,} × {words}")
            lines += [f"    {example}" for example in table.examples.get(name, ())]
    return lines
