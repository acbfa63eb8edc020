"""Text that was decoded with the wrong table on its way here."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from shopmind.ingest.checks.check import Finding, Known, Remark, Verdict
from shopmind.text.mojibake import damaged, repair

TEXTS = ("title", "description", "brand")


class WrongEncoding:
    """Mends what is certain ("cafÃ©" is "café"); remarks on what was lost for good."""

    tables: ClassVar = ("items",)
    field: ClassVar = "title"
    words: ClassVar = "text was in the wrong encoding"
    specimen: ClassVar = ({"item_id": "mojibake", "title": "cafÃ©"},)
    verdict: Verdict = "mend"

    def __init__(self, known: Known) -> None:
        self._lost = 0
        self._examples: list[str] = []

    def look(self, frame: pl.DataFrame) -> Finding:
        """See Check."""
        rows = pl.repeat(False, frame.height, eager=True)
        mended = []
        for name in TEXTS:
            column = frame[name]
            foreign = column.str.contains(r"[^\x00-\x7f]").fill_null(False)
            if not foreign.any():
                continue
            texts = column.to_list()
            repaired = [repair(t) if f and t is not None else t for t, f in zip(texts, foreign.to_list(), strict=True)]
            differs = pl.Series([a != b for a, b in zip(texts, repaired, strict=True)], dtype=pl.Boolean)
            lost = [i for i in foreign.arg_true().to_list() if damaged(str(repaired[i]))]
            self._lost += len(lost)
            self._examples += [str(frame["item_id"][i]) for i in lost[: 5 - len(self._examples)]]
            if differs.any():
                rows |= differs
                mended.append(pl.Series(name, repaired, dtype=pl.String))
        return Finding(rows, mended)

    def close(self) -> Remark:
        """Texts with characters that cannot be told any more."""
        return Remark(self._lost, [f"{item_id}: characters are lost" for item_id in self._examples])
