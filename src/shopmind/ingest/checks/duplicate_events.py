"""Equal events under different ids."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from shopmind.ingest.checks.check import Finding, Known, Remark, Verdict

MOST_REMEMBERED = 5_000_000


class DuplicateEvents:
    """Remarks on them, and rejects the later ones where the mapping says `duplicates = "drop"`.

    A till may well sell the same thing twice in one second, so nobody but the shop can tell.
    Remembers five million events; in a longer file duplicates further apart than that are not found.
    """

    tables: ClassVar = ("events",)
    field: ClassVar = "event_id"
    words: ClassVar = "equal to an earlier event in all but its id"
    specimen: ClassVar = tuple(
        {"event_id": each, "type": "view", "item_id": "tea-01", "timestamp": "2026-01-31T12:00:00Z"} for each in "ab"
    )

    def __init__(self, known: Known) -> None:
        self._drop = known.drop_duplicates
        self._seen: set[int] = set()

    @property
    def verdict(self) -> Verdict:
        """As the mapping says."""
        return "reject" if self._drop else "remark"

    def look(self, frame: pl.DataFrame) -> Finding:
        """See Check."""
        compared = frame.drop("event_id", "index", strict=False)
        hashes = compared.hash_rows(seed=1)
        first = hashes.is_first_distinct()
        if self._seen:
            values = hashes.to_list()
            seen = self._seen
            first &= pl.Series([value not in seen for value in values], dtype=pl.Boolean)
        if len(self._seen) > MOST_REMEMBERED:
            self._seen.clear()
        self._seen.update(hashes.to_list())
        return Finding(~first)

    def close(self) -> Remark:
        """Nothing more."""
        return Remark()
