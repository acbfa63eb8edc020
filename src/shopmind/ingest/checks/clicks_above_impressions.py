"""Items that were clicked more often than they were shown."""

from __future__ import annotations

from collections import Counter
from typing import ClassVar

import polars as pl

from shopmind.ingest.checks.check import Finding, Known, Remark, Verdict, none


class ClicksAboveImpressions:
    """Remarks on them: impressions are missing from the log, or clicks come from elsewhere. Click rates would lie."""

    tables: ClassVar = ("events",)
    field: ClassVar = "type"
    words: ClassVar = "items have more clicks than impressions"
    specimen: ClassVar = ({"type": "impression", "item_id": "ad-puer"}, *({"type": "click", "item_id": "ad-puer"},) * 2)
    verdict: Verdict = "remark"

    def __init__(self, known: Known) -> None:
        self._clicks: Counter[str] = Counter()
        self._shown: Counter[str] = Counter()

    def look(self, frame: pl.DataFrame) -> Finding:
        """See Check."""
        for kind, counter in (("click", self._clicks), ("impression", self._shown)):
            items = frame.filter(pl.col("type") == kind)["item_id"].drop_nulls()
            for item_id, count in items.value_counts().iter_rows():
                counter[item_id] += count
        return Finding(none(frame))

    def close(self) -> Remark:
        """Items that were shown at all, and clicked more often."""
        above = [(self._clicks[i] - shown, i) for i, shown in self._shown.items() if self._clicks[i] > shown]
        worst = sorted(above, reverse=True)[:5]
        return Remark(len(above), [f"{i}: {self._clicks[i]} clicks, {self._shown[i]} impressions" for _, i in worst])
