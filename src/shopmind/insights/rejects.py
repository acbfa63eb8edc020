"""The rows that did not get in: counted by reason, paged through, and never with a personal datum."""

from __future__ import annotations

import os
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import orjson
from numpy.typing import NDArray

from shopmind.ingest.rows import ITEM_FIELDS
from shopmind.kit.errors import not_allowed
from shopmind.shop import Shop
from shopmind.shop.folder import REJECTED

PLAIN = frozenset(
    ("type", "item_id", "timestamp", "quantity", "value", "currency", "scenario", "position", "propensity", "variant")
)
"""Fields of rows about people that say nothing about who they are."""

REASONS: Mapping[str, str] = {
    "missing_id": "an id, and none twice within one file",
    "missing_query": "a search names its query",
    "duplicate_id": "every id once in a file",
    "unknown_item": "an item that is in the catalogue: take the items in first",
    "unknown_user": "a user of the users file",
    "unknown_type": "one of the types in the reference of data files",
    "impossible_price": "a number from 0 up, with at most the decimals of its currency",
    "impossible_quantity": "a number above 0, up to 1,000,000",
    "impossible_time": "an RFC 3339 time from 1970 on, at most a day ahead of now",
    "impossible_position": "a whole number from 0 up",
    "impossible_propensity": "a number above 0 and at most 1",
    "wrong_type": "a value of the type that the reference names",
    "wrong_encoding": "text in UTF-8",
    "too_long": "as many characters as the reference of data files allows",
    "wrong_terms": "terms of an ad as the reference has them",
}
"""Reason → what is allowed, in words."""

_ADDRESS = re.compile(r"[^\s@<>\"']{1,64}@[^\s@<>\"']{1,255}")
_PHONE = re.compile(r"(?<![\w.])\+\d[\d ().-]{6,18}\d")
_MASK = "•••"


@dataclass(frozen=True, slots=True)
class Reject:
    """One row.

    Attributes:
        field: at fault; None where the whole line is.
        message: what was wrong; where it would repeat a value that may be personal, in general words.
        allowed: what would get in, in words; "" where the message says it.
        row: the fields that say nothing about people; None where nothing of it could be read.
        withheld: how many fields are not shown.
    """

    file: str
    line: int
    reason: str
    field: str | None
    message: str
    allowed: str
    row: Mapping[str, Any] | None
    withheld: int


@dataclass(frozen=True, slots=True)
class RejectPage:
    """A part of the rejected rows, newest first; `reasons` and `files` count all that there are."""

    rows: tuple[Reject, ...]
    total: int
    reasons: Mapping[str, int]
    files: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Index:
    """Where each line of the file begins, and what it is about."""

    stamp: tuple[int, int, int]
    starts: NDArray[np.int64]
    reason: NDArray[np.int16]
    file: NDArray[np.int16]
    reasons: tuple[str, ...]
    files: tuple[str, ...]


_LOCK = threading.Lock()
_HELD: dict[Path, _Index] = {}


def rejects(shop: Shop, *, reason: str = "", file: str = "", offset: int = 0, n: int = 50) -> RejectPage:
    """The rejected rows, of one reason and one file if named.

    Raises:
        InputError: a reason or a file of which there is no row.
    """
    with _opened(shop.path / REJECTED) as lines:
        return _page(lines, _index(shop.path / REJECTED, lines), reason, file, offset, n)


def _page(lines: BinaryIO, index: _Index, reason: str, file: str, offset: int, n: int) -> RejectPage:
    chosen = np.ones(len(index.starts), np.bool_)
    for name, given, codes, known in (
        ("reason", reason, index.reason, index.reasons),
        ("file", file, index.file, index.files),
    ):
        if given:
            if given not in known:
                raise not_allowed(name, given, known, field=name)
            chosen &= codes == known.index(given)
    places = np.flatnonzero(chosen)[::-1]
    return RejectPage(
        rows=tuple(_rows(lines, index.starts[places[offset : offset + n]])),
        total=len(places),
        reasons=_counted(index.reason, index.reasons),
        files=_counted(index.file, index.files),
    )


def every_reject(shop: Shop) -> Iterator[Reject]:
    """All of them, oldest first, read one by one."""
    with _opened(shop.path / REJECTED) as lines:
        for line in lines:
            told = _told(line)
            if told is not None:
                yield told


def _opened(path: Path) -> BinaryIO:
    """The file as it is now: whoever rewrites it meanwhile puts another one in its place."""
    try:
        return path.open("rb")
    except FileNotFoundError:
        return open(os.devnull, "rb")


def _rows(lines: BinaryIO, starts: NDArray[np.int64]) -> Iterator[Reject]:
    for start in starts.tolist():
        lines.seek(start)
        told = _told(lines.readline())
        if told is not None:
            yield told


def _counted(codes: NDArray[np.int16], names: tuple[str, ...]) -> dict[str, int]:
    counts = np.bincount(codes, minlength=len(names)).tolist()
    return dict(Counter(dict(zip(names, counts, strict=True))).most_common())


def _index(path: Path, lines: BinaryIO) -> _Index:
    """Made anew when the file has changed."""
    found = os.fstat(lines.fileno())
    stamp = found.st_ino, found.st_mtime_ns, found.st_size
    with _LOCK:
        held = _HELD.get(path)
        if held is None or held.stamp != stamp:
            held = _HELD[path] = _read(lines, stamp)
        return held


def _read(lines: BinaryIO, stamp: tuple[int, int, int]) -> _Index:
    starts: list[int] = []
    reason: list[int] = []
    file: list[int] = []
    reasons: dict[str, int] = {}
    files: dict[str, int] = {}
    at = 0
    for line in lines:
        body = _body(line)
        if body is not None:
            starts.append(at)
            reason.append(reasons.setdefault(str(body.get("reason")), len(reasons)))
            file.append(files.setdefault(str(body.get("file")), len(files)))
        at += len(line)
    return _Index(
        stamp,
        np.array(starts, np.int64),
        np.array(reason, np.int16),
        np.array(file, np.int16),
        tuple(reasons),
        tuple(files),
    )


def _body(line: bytes) -> dict[str, Any] | None:
    try:
        body = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None  # cut short by a kill
    return body if isinstance(body, dict) else None


def _told(line: bytes) -> Reject | None:
    body = _body(line)
    if body is None:
        return None
    file, reason, field = str(body.get("file")), str(body.get("reason")), body.get("field")
    allowed = ITEM_FIELDS if _of_items(body) else PLAIN
    given = body.get("row")
    row = given if isinstance(given, dict) else None
    shown = None if row is None else {name: _masked(value) for name, value in row.items() if name in allowed}
    safe = field is not None and field in allowed
    return Reject(
        file=file,
        line=int(body.get("line") or 0),
        reason=reason,
        field=field,
        message=_masked(str(body.get("message"))) if safe else f"{file} line {body.get('line')}: {_words(reason)}",
        allowed=REASONS.get(reason, ""),
        row=shown,
        withheld=0 if row is None else len(row) - len(shown or ()),
    )


def _of_items(body: Mapping[str, Any]) -> bool:
    """Whether the row was to be an item; lines of older versions do not name their table."""
    table = body.get("table")
    return table == "items" if table is not None else str(body.get("file")).endswith((" items", "items.csv"))


def _masked(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return _PHONE.sub(_MASK, _ADDRESS.sub(_MASK, value))


def _words(reason: str) -> str:
    return reason.replace("_", " ")
