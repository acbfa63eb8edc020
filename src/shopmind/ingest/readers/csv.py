"""CSV as people export it: a bad line costs itself and no other.

A quoted field may run over several lines; a quote that is never closed must not swallow the rest of the file, so when
no end is found within 50 lines only the first of them is bad.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from shopmind.ingest.readers.batch import BATCH_ROWS, BadLine, Batch, text_columns, unreadable
from shopmind.ingest.readers.lines import decoded, encoding_of, numbered_lines

_DELIMITERS = ",;\t|"
_LONGEST_FIELD_LINES = 50
_SHOWN = 200
csv.field_size_limit(1 << 24)


class CsvReader:
    """Reads a CSV with a header; the delimiter is a comma, semicolon, tab or bar, whichever the header has most of."""

    def read(self, path: Path, *, batch_rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """See Reader. All columns are texts; empty fields are null."""
        encoding = encoding_of(path)
        records = _Records(path, encoding)
        header = records.header()
        if header is None:
            return
        rows = records.rows(len(header))
        while chunk := list(islice(rows, batch_rows)):
            good = [(line, fields) for line, fields in chunk if not isinstance(fields, BadLine)]
            bad = [fields for _, fields in chunk if isinstance(fields, BadLine)]
            columns = list(zip(*(fields for _, fields in good), strict=True)) or [()] * len(header)
            frame = text_columns(header, [[value or None for value in column] for column in columns])
            mended = (("encoding", records.take_mended()),)
            yield Batch(frame, [line for line, _ in good], bad, mended if mended[0][1] else ())


class _Records:
    """Logical records of one file."""

    def __init__(self, path: Path, encoding: str) -> None:
        self._path = path
        self._encoding = encoding
        self._lines = numbered_lines(path)
        self._ahead: list[tuple[int, bytes | None]] = []
        self._delimiter = ","
        self._mended = 0

    def header(self) -> list[str] | None:
        """The names of the columns; None for an empty file."""
        for _, line in self._lines:
            if line is None:
                raise unreadable(self._path, "the header is too long to be one")
            if not line.strip():
                continue
            text = decoded(line, self._encoding)[0]
            self._delimiter = max(_DELIMITERS, key=text.count)
            names = [name.strip() for name in next(csv.reader([text], delimiter=self._delimiter))]
            names = [name or f"column_{place}" for place, name in enumerate(names, start=1)]
            if len(set(names)) < len(names):
                twice = sorted({name for name in names if names.count(name) > 1})
                raise unreadable(self._path, f"the header names {', '.join(twice)} twice")
            return names
        return None

    def rows(self, width: int) -> Iterator[tuple[int, list[str] | BadLine]]:
        """(line, fields) of each record, or (line, what is wrong with it)."""
        while (numbered := self._next()) is not None:
            number, line = numbered
            if line is None:
                yield number, BadLine(number, "too_long", "the line is longer than a row may be (1 MB)", "")
                continue
            if not line:
                continue
            text = self._text(line)
            if "\0" in text:
                yield number, _bad(number, "nul_byte", "the line holds NUL bytes", text)
            elif '"' not in text:
                yield number, self._counted(number, text.split(self._delimiter), width, text)
            else:
                yield number, self._quoted(number, text, width)

    def take_mended(self) -> int:
        """Lines since the last call that were in another encoding than the file."""
        mended, self._mended = self._mended, 0
        return mended

    def _next(self) -> tuple[int, bytes | None] | None:
        return self._ahead.pop(0) if self._ahead else next(self._lines, None)

    def _text(self, line: bytes) -> str:
        if line.isascii():
            return line.decode("ascii")
        text, encoding = decoded(line, self._encoding)
        self._mended += encoding != self._encoding
        return text

    def _quoted(self, number: int, text: str, width: int) -> list[str] | BadLine:
        record, taken = text, 0
        while record.count('"') % 2 and taken < _LONGEST_FIELD_LINES:
            if len(self._ahead) <= taken:
                following = next(self._lines, None)
                if following is None:
                    break
                self._ahead.append(following)
            line = self._ahead[taken][1]
            if line is None:
                break
            record += "\n" + decoded(line, self._encoding)[0]
            taken += 1
        fields = self._parsed(record) if record.count('"') % 2 == 0 else None
        if fields is None or (taken and len(fields) != width):
            return _bad(number, "unclosed_quote", "a quoted field is not closed, or goes on after its end", text)
        del self._ahead[:taken]
        return self._counted(number, fields, width, text)

    def _parsed(self, record: str) -> list[str] | None:
        try:
            return next(csv.reader([record], delimiter=self._delimiter, strict=True))
        except (csv.Error, StopIteration):
            return None

    def _counted(self, number: int, fields: list[str], width: int, text: str) -> list[str] | BadLine:
        if len(fields) == width:
            return fields
        few = "few" if len(fields) < width else "many"
        return _bad(number, f"too_{few}_fields", f"{len(fields)} fields, the header has {width}", text)


def _bad(number: int, reason: str, message: str, text: str) -> BadLine:
    return BadLine(number, reason, message, text[:_SHOWN])
