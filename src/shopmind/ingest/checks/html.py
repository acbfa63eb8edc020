"""Mark-up and entities in texts."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from shopmind.ingest.checks.check import Finding, RowCheck, Verdict
from shopmind.ingest.checks.wrong_encoding import TEXTS
from shopmind.text.normalise import clean


class Html(RowCheck):
    """Mends it: tags go, entities become characters."""

    tables: ClassVar = ("items",)
    field: ClassVar = "description"
    words: ClassVar = "text held HTML"
    specimen: ClassVar = ({"item_id": "markup", "title": "<b>bold</b>"},)
    verdict: Verdict = "mend"

    def look(self, frame: pl.DataFrame) -> Finding:
        """See Check."""
        rows = pl.repeat(False, frame.height, eager=True)
        mended = []
        for name in TEXTS:
            column = frame[name]
            likely = column.str.contains(r"<[a-zA-Z/!]|&[#a-zA-Z]").fill_null(False).to_list()
            if not any(likely):
                continue
            texts = column.to_list()
            found = [clean(text) if there else None for text, there in zip(texts, likely, strict=True)]
            held = [each is not None and bool({"html", "entities"} & set(each.mended)) for each in found]
            if any(held):
                rows |= pl.Series(held, dtype=pl.Boolean)
                plain = [each.text if each is not None else text for text, each in zip(texts, found, strict=True)]
                mended.append(pl.Series(name, plain, dtype=pl.String))
        return Finding(rows, mended)
