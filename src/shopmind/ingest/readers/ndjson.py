"""NDJSON: one JSON object a line; a line that is none is bad, the others get in."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from shopmind.ingest.readers.batch import BATCH_ROWS, BadLine, Batch, any_column
from shopmind.ingest.readers.lines import decoded, encoding_of, numbered_lines

_SHOWN = 200


class NdjsonReader:
    """Reads NDJSON and JSON Lines."""

    def read(self, path: Path, *, batch_rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """See Reader."""
        encoding = encoding_of(path)
        numbered = ((number, line) for number, line in numbered_lines(path) if line is None or line.strip())
        while chunk := list(islice(numbered, batch_rows)):
            rows: list[dict[str, Any]] = []
            lines: list[int] = []
            bad: list[BadLine] = []
            mended = 0
            for number, line in chunk:
                row, other_encoding = _parsed(number, line, encoding)
                if isinstance(row, BadLine):
                    bad.append(row)
                    continue
                mended += other_encoding
                rows.append(row)
                lines.append(number)
            yield Batch(frame_of(rows), lines, bad, (("encoding", mended),) if mended else ())


def frame_of(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """A frame with a column for every key that occurs."""
    names = dict.fromkeys(name for row in rows for name in row)
    if not names:
        return pl.DataFrame({"": pl.Series([None] * len(rows), dtype=pl.String)}) if rows else pl.DataFrame()
    return pl.DataFrame([any_column(name, [row.get(name) for row in rows]) for name in names])


def _parsed(number: int, line: bytes | None, encoding: str) -> tuple[dict[str, Any] | BadLine, bool]:
    if line is None:
        return BadLine(number, "too_long", "the line is longer than a row may be (1 MB)", ""), False
    other_encoding = False
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        text, found = decoded(line, encoding)
        if found == "utf-8":
            return BadLine(number, "not_json", f"not JSON: {error}", text[:_SHOWN]), False
        try:
            row, other_encoding = orjson.loads(text), True
        except orjson.JSONDecodeError:
            return BadLine(number, "not_json", f"not JSON: {error}", text[:_SHOWN]), False
    if not isinstance(row, dict):
        kind = type(row).__name__
        return BadLine(number, "not_json", f"a JSON object is expected, not {kind}", str(row)[:_SHOWN]), False
    return row, other_encoding
