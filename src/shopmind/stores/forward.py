"""The tokens of every document in reading order, by field: what a text index needs to count words itself.

Two files that only grow: `tokens-*.u32`, the 32-bit hashes of all tokens, and `rows-*.bin`, one record a document with
where its tokens start and how many each field has. Of two records of one number the later counts; a start of -1 says
removed. The state, kept in the manifest of the index, says how much of the files is whole; bytes beyond it were left by
a killed process and are cut off by the next writer.
"""

from __future__ import annotations

import os
import secrets
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.errors import StorageError
from shopmind.stores.index_ports import Matches
from shopmind.stores.ports import Numbers

LONGEST_FIELD = 1_000
"""Tokens kept of a field: what stands behind them is found by the index, but not counted."""

_TOKENS, _ROWS = "tokens-{}.u32", "rows-{}.bin"
_GARBAGE = 0.5
_BLOCK = 1 << 24
_REMOVED = -1

State = Mapping[str, Any]


def token_hash(token: str) -> int:
    """32 bits of a token. A document of 100 tokens has one by chance with probability 2e-8."""
    return zlib.crc32(token.encode())


def _record(fields: int) -> np.dtype[Any]:
    return np.dtype([("number", "<i8"), ("start", "<i8"), ("lengths", "<u2", (fields,))])


@dataclass(frozen=True)
class ForwardView:
    """The documents as of one state; never altered.

    Attributes:
        tokens: (T,) uint32 hashes, mapped from the file.
        start: (size,) int64 by item number, -1 where there is no document.
        lengths: (size, F) uint16 by item number.
    """

    state: State
    tokens: NDArray[np.uint32]
    start: NDArray[np.int64]
    lengths: NDArray[np.uint16]

    @staticmethod
    def empty(fields: int) -> ForwardView:
        """Of an index without documents."""
        nothing = np.empty(0, np.uint32)
        return ForwardView({}, nothing, np.empty(0, np.int64), np.empty((0, fields), np.uint16))

    @staticmethod
    def open(folder: Path, state: State, fields: int, before: ForwardView | None = None) -> ForwardView:
        """Maps the files; reads only the new records when they have merely grown since `before`.

        Raises:
            StorageError: they are shorter than the state says, or not as they were written.
        """
        if not state["rows"]:
            return ForwardView.empty(fields)
        tokens_path, rows_path = _paths(folder, state)
        record = _record(fields)
        grown = before is not None and before.state.get("name") == state["name"]
        known = before.state["rows"] if before is not None and grown else 0
        if not grown:
            _verify(tokens_path, 4 * state["tokens"], state["tokens_sum"])
            _verify(rows_path, record.itemsize * state["rows"], state["rows_sum"])
        tokens = np.memmap(tokens_path, np.uint32, "r", shape=(state["tokens"],)) if state["tokens"] else None
        rows = np.fromfile(rows_path, record, state["rows"] - known, offset=known * record.itemsize)
        if len(rows) < state["rows"] - known:
            raise StorageError(f"{rows_path.name} is shorter than it was written")
        old_start = before.start if before is not None and grown else np.empty(0, np.int64)
        size = max(int(rows["number"].max(initial=0)) + 1, len(old_start))
        start = np.full(size, _REMOVED, np.int64)
        lengths = np.zeros((size, fields), np.uint16)
        if before is not None and grown:
            start[: len(old_start)] = old_start
            lengths[: len(old_start)] = before.lengths
        # numpy leaves open which of two equal indices wins, so only the last record of each number is taken
        numbers, last = np.unique(rows["number"][::-1], return_index=True)
        newest = rows[::-1][last]
        start[numbers] = newest["start"]
        lengths[numbers] = np.where(newest["start"][:, None] < 0, 0, newest["lengths"])
        return ForwardView(state, np.empty(0, np.uint32) if tokens is None else tokens, start, lengths)

    def averages(self) -> NDArray[np.float64]:
        """(F,) mean length of each field over the documents that have it; 0 where none has."""
        total = self.lengths.sum(axis=0, dtype=np.float64)
        having = np.count_nonzero(self.lengths, axis=0)
        mean: NDArray[np.float64] = np.divide(total, having, out=np.zeros(len(total)), where=having > 0)
        return mean

    def matches(self, numbers: Numbers, tokens: Sequence[str], fields: int) -> Matches:
        """See TextIndex.matches; of the first `fields` fields."""
        inside = (numbers >= 0) & (numbers < len(self.start))
        rows = np.where(inside, numbers, 0) if len(self.start) else np.zeros(0, np.int64)
        start = np.where(inside, self.start[rows], _REMOVED) if len(self.start) else np.full(len(numbers), _REMOVED)
        lengths = np.zeros((len(numbers), fields), np.int64)
        known = start >= 0
        lengths[known] = self.lengths[numbers[known], :fields]
        ends = lengths.cumsum(axis=1)
        wide = ends[:, -1] if fields else np.zeros(len(numbers), np.int64)
        first = np.cumsum(wide) - wide
        flat = np.asarray(self.tokens)[np.repeat(start - first, wide) + np.arange(int(wide.sum()))]
        spot, which = _places(flat, np.array([token_hash(token) for token in tokens], np.uint32))
        row = np.searchsorted(first, spot, side="right") - 1
        # rows without tokens share their `first` with the next one; searchsorted gives the last of them, which has some
        place = spot - first[row]
        field = (place[:, None] >= ends[row]).sum(axis=1)
        before = np.where(field > 0, ends[row, np.maximum(field - 1, 0)], 0) if len(row) else place
        return Matches(
            rows=row.astype(np.int32),
            tokens=which,
            fields=field.astype(np.int32),
            places=(place - before).astype(np.int32),
            lengths=lengths,
        )


class ForwardWriter:
    """Adds documents behind what a state says; `close` makes them durable and gives the new state."""

    def __init__(self, folder: Path, state: State, fields: int) -> None:
        self._folder = folder
        self._record = _record(fields)
        self._state = dict(state) if state else _fresh()
        tokens, rows = _paths(folder, self._state)
        self._tokens = _cut(tokens, 4 * self._state["tokens"])
        self._rows = _cut(rows, self._record.itemsize * self._state["rows"])
        self._hashes: dict[str, int] = {}

    def put(self, number: int, documents: Sequence[Sequence[str]]) -> None:
        """One document, its fields' tokens in the order of the index's fields."""
        hashes = self._hashes
        kept: list[int] = []
        record = np.zeros(1, self._record)
        for at, tokens in enumerate(documents):
            some = tokens[:LONGEST_FIELD]
            for token in some:
                found = hashes.get(token)
                if found is None:
                    found = hashes[token] = token_hash(token)
                kept.append(found)
            record["lengths"][0, at] = len(some)
        record["number"], record["start"] = number, self._state["tokens"]
        self._append(np.array(kept, np.uint32).tobytes(), record.tobytes())
        self._state["tokens"] += len(kept)

    def remove(self, number: int) -> None:
        """The document of this number, if there is one."""
        record = np.zeros(1, self._record)
        record["number"], record["start"] = number, _REMOVED
        self._append(b"", record.tobytes())

    def _append(self, tokens: bytes, row: bytes) -> None:
        self._tokens.write(tokens)
        self._rows.write(row)
        self._state["tokens_sum"] = zlib.crc32(tokens, self._state["tokens_sum"])
        self._state["rows_sum"] = zlib.crc32(row, self._state["rows_sum"])
        self._state["rows"] += 1

    def close(self) -> State:
        """Durable when it returns; the files are closed."""
        for file in (self._tokens, self._rows):
            file.flush()
            os.fsync(file.fileno())
            file.close()
        return self._state

    def abandon(self) -> None:
        """Closes the files; the old state stays true."""
        self._tokens.close()
        self._rows.close()


def _places(flat: NDArray[np.uint32], wanted: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Where the wanted hashes stand in `flat`, and which of them stands there; of two equal ones the first."""
    few = np.zeros(1 << 16, np.bool_)
    few[wanted & 0xFFFF] = True
    spot = np.flatnonzero(few[flat & 0xFFFF])
    known, first = np.unique(wanted, return_index=True)
    if not len(known):
        return np.empty(0, np.int64), np.empty(0, np.int32)
    at = np.minimum(np.searchsorted(known, flat[spot]), len(known) - 1)
    same = known[at] == flat[spot]
    return spot[same], first[at[same]].astype(np.int32)


def compacted(folder: Path, view: ForwardView, fields: int) -> State:
    """The state of new files without what was replaced or removed, or the same state while most of it is alive."""
    alive = int(view.lengths.sum(dtype=np.int64))
    if not view.state or alive >= _GARBAGE * view.state["tokens"]:
        return view.state
    state = _fresh()
    tokens_path, rows_path = _paths(folder, state)
    numbers = np.flatnonzero(view.start >= 0)
    with tokens_path.open("wb") as tokens, rows_path.open("wb") as rows:
        for number in numbers:
            start, wide = int(view.start[number]), int(view.lengths[number].sum())
            record = np.zeros(1, _record(fields))
            record["number"], record["start"], record["lengths"] = number, state["tokens"], view.lengths[number]
            some = np.asarray(view.tokens[start : start + wide]).tobytes()
            tokens.write(some)
            rows.write(record.tobytes())
            state["tokens_sum"] = zlib.crc32(some, state["tokens_sum"])
            state["rows_sum"] = zlib.crc32(record.tobytes(), state["rows_sum"])
            state["tokens"] += wide
            state["rows"] += 1
        for file in (tokens, rows):
            file.flush()
            os.fsync(file.fileno())
    return state


def drop_old(folder: Path, state: State) -> None:
    """Removes the files of other states."""
    keep = {path.name for path in _paths(folder, state)} if state else set()
    for path in [*folder.glob(_TOKENS.format("*")), *folder.glob(_ROWS.format("*"))]:
        if path.name not in keep:
            path.unlink(missing_ok=True)


def _fresh() -> dict[str, Any]:
    return {"name": secrets.token_hex(4), "tokens": 0, "rows": 0, "tokens_sum": 0, "rows_sum": 0}


def _paths(folder: Path, state: State) -> tuple[Path, Path]:
    return folder / _TOKENS.format(state["name"]), folder / _ROWS.format(state["name"])


def _cut(path: Path, size: int) -> BinaryIO:
    file = path.open("r+b" if path.exists() else "w+b")
    file.truncate(size)
    file.seek(size)
    return file


def _verify(path: Path, size: int, expected: int) -> None:
    """Reads the whole part of a file once."""
    found = left = 0
    with path.open("rb") as file:
        left = size
        while left and (block := file.read(min(_BLOCK, left))):
            found = zlib.crc32(block, found)
            left -= len(block)
    if left or found != expected:
        raise StorageError(f"{path.name} is not as it was written")
