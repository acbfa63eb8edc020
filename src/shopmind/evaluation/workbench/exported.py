"""Judgements as the files `queries` and `judgments` that `shopmind evaluate search FOLDER` reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import polars as pl

from shopmind.evaluation.workbench.book import Judgement
from shopmind.text.language import detect

Format = Literal["csv", "ndjson"]


def exported(judgements: Sequence[Judgement], form: Format) -> tuple[str, str]:
    """The text of the file `queries` (query_id, query, language) and of `judgments` (query_id, item_id, grade)."""
    first = {each.query_id: each.query for each in reversed(judgements)}
    queries = pl.DataFrame(
        [(name, query, detect(query)) for name, query in sorted(first.items())],
        schema={"query_id": pl.String, "query": pl.String, "language": pl.String},
        orient="row",
    )
    graded = sorted((each.query_id, each.item_id, each.grade) for each in judgements)
    judgments = pl.DataFrame(
        graded, schema={"query_id": pl.String, "item_id": pl.String, "grade": pl.Int64}, orient="row"
    )
    if form == "csv":
        return queries.write_csv(), judgments.write_csv()
    return queries.write_ndjson(), judgments.write_ndjson()
