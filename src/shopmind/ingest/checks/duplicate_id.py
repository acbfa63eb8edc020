"""One item id twice in a file."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from shopmind.ingest.checks.check import Finding, Known, Remark, Verdict


class DuplicateId:
    """Remarks on it; the later row stands, as it would if it came tomorrow."""

    tables: ClassVar = ("items",)
    field: ClassVar = "item_id"
    words: ClassVar = "item_id was in the file before; the later row stands"
    specimen: ClassVar = ({"item_id": "tea-01", "title": "Dragon Well again"},)
    verdict: Verdict = "remark"

    def __init__(self, known: Known) -> None:
        self._seen: set[str] = set()

    def look(self, frame: pl.DataFrame) -> Finding:
        """See Check."""
        again = []
        for item_id in frame["item_id"].to_list():
            again.append(item_id is not None and item_id in self._seen)
            self._seen.add(item_id)
        return Finding(pl.Series(again, dtype=pl.Boolean))

    def close(self) -> Remark:
        """Nothing more."""
        return Remark()
