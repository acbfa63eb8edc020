"""Judgements that people gave in the workbench: how well an item answers a query, 0 to 3.

Rows live in `Records` under the kind "judgement". Nobody is named in them: neither who judged nor who searched. Each
keeps what it was before, so that a change of mind can be followed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shopmind.ingest.rows import RowStatus
from shopmind.kit.errors import InputError, NotFoundError, not_allowed
from shopmind.stores.ports import Catalogue, Records

KIND = "judgement"
GRADES = {0: "not at all", 1: "a little", 2: "well", 3: "exactly"}
MOST = 20_000
MOST_VERSIONS = 20
LONGEST_QUERY = 1_000
LONGEST_SET = 60
LONGEST_ID = 500
MAIN = "main"

Row = Mapping[str, Any]
_FIELDS = ("query", "item_id", "grade", "set")


@dataclass(frozen=True, slots=True)
class Judgement:
    """How well an item answers a query.

    Attributes:
        key: names it; made from set, query (however its letters are cased and spaced) and item.
        set_name: the saved query set it belongs to.
        grade: 0 not at all, 1 a little, 2 well, 3 exactly.
        version: counted from 1. history: (grade, epoch milliseconds) it was before, oldest first.
    """

    key: str
    set_name: str
    query: str
    item_id: str
    grade: int
    version: int
    at_ms: int
    history: tuple[tuple[int, int], ...] = ()

    @property
    def query_id(self) -> str:
        """Names the query in its set."""
        return _digest(self.set_name, _plain(self.query))


@dataclass(frozen=True, slots=True)
class JudgementSet:
    """A saved set of queries and how much of it was judged; changed_ms: its newest judgement."""

    name: str
    queries: int
    judgements: int
    changed_ms: int


class JudgementBook:
    """The judgements of one shop; at most MOST."""

    def __init__(self, records: Records, catalogue: Catalogue, clock: Callable[[], int]) -> None:
        self._records = records
        self._catalogue = catalogue
        self._clock = clock

    def all(self, *, set_name: str | None = None, query: str | None = None) -> list[Judgement]:
        """Those of a set and a query, or of all; newest first."""
        wanted = None if query is None else _plain(query)
        return [
            each
            for each in self._every()
            if (set_name is None or each.set_name == set_name) and (wanted is None or _plain(each.query) == wanted)
        ]

    def sets(self) -> list[JudgementSet]:
        """The saved query sets by name."""
        held: dict[str, list[Judgement]] = {}
        for each in self._every():
            held.setdefault(each.set_name, []).append(each)
        return [
            JudgementSet(name, len({each.query_id for each in those}), len(those), max(each.at_ms for each in those))
            for name, those in sorted(held.items())
        ]

    def put(self, rows: Row | Sequence[Row]) -> list[RowStatus]:
        """Writes judgements of query, item_id, grade and set ("main" when left out); each row stands alone. One that
        says what stands there already is a duplicate."""
        given = [rows] if isinstance(rows, Mapping) else list(rows)
        room = MOST - sum(1 for _ in self._every())
        statuses: list[RowStatus] = []
        new: dict[str, Judgement] = {}
        for at, row in enumerate(given):
            try:
                read = self._read(row, f"row {at + 1}")
                old = new.get(read.key) or self._get(read.key)
                if old is None and room <= 0:
                    raise InputError(f"row {at + 1}: {MOST:,} judgements are kept already; export and remove some")
            except InputError as error:
                statuses.append(RowStatus(at, None, "rejected", error.message, error.field))
                continue
            same = old is not None and old.grade == read.grade
            room -= old is None
            if not same:
                new[read.key] = _after(old, read)
            statuses.append(RowStatus(at, read.key, "duplicate" if same else "accepted", None, None))
        self._records.put_many(KIND, [(key, _body(each), None) for key, each in new.items()])
        return statuses

    def remove(self, key: str) -> None:
        """Takes one out with all it was; raises NotFoundError."""
        if not self._records.delete(KIND, key):
            raise NotFoundError(f"judgements: there is no judgement {key!r}", field="key")

    def remove_set(self, set_name: str) -> int:
        """Takes a whole set out; returns how many judgements it had. Raises NotFoundError."""
        keys = [each.key for each in self.all(set_name=set_name)]
        if not keys:
            raise NotFoundError(f"judgements: there is no set {set_name!r}", field="set")
        return sum(self._records.delete(KIND, key) for key in keys)

    def _read(self, row: Row, where: str) -> Judgement:
        if not isinstance(row, Mapping):
            raise InputError(f"{where}: {row!r} is not an object")
        for name in row:
            if name not in _FIELDS:
                raise not_allowed(f"{where}: unknown key", str(name), _FIELDS, field=str(name))
        query = _text(row.get("query"), "query", LONGEST_QUERY, where)
        item_id = _text(row.get("item_id"), "item_id", LONGEST_ID, where)
        set_name = _text(row.get("set", MAIN), "set", LONGEST_SET, where)
        if "/" in set_name:
            raise InputError(f"{where}: set {_short(set_name)} has a '/', which no name of a set may have", field="set")
        grade = row.get("grade")
        if isinstance(grade, bool) or not isinstance(grade, int | float) or grade not in GRADES:
            raise InputError(f"{where}: grade is {_short(grade)}; allowed: 0, 1, 2 and 3", field="grade")
        if self._catalogue.numbers([item_id])[0] < 1:
            raise InputError(f"{where}: item {_short(item_id)} is not in the catalogue", field="item_id")
        key = _digest(set_name, _plain(query), item_id)
        return Judgement(key, set_name, query, item_id, int(grade), 1, self._clock())

    def _get(self, key: str) -> Judgement | None:
        body = self._records.get(KIND, key)
        return None if body is None else _judgement(key, body)

    def _every(self) -> Iterator[Judgement]:
        for key, body in self._records.stream(KIND, MOST):
            found = _judgement(key, body)
            if found is not None:
                yield found


def _after(old: Judgement | None, new: Judgement) -> Judgement:
    if old is None:
        return new
    history = (*old.history, (old.grade, old.at_ms))[-MOST_VERSIONS:]
    return Judgement(new.key, new.set_name, new.query, new.item_id, new.grade, old.version + 1, new.at_ms, history)


def _body(each: Judgement) -> dict[str, Any]:
    return {
        "set": each.set_name,
        "query": each.query,
        "item_id": each.item_id,
        "grade": each.grade,
        "version": each.version,
        "at_ms": each.at_ms,
        "history": [list(was) for was in each.history],
    }


def _judgement(key: str, body: Mapping[str, Any]) -> Judgement | None:
    """None of a row that cannot be read; it counts for nothing."""
    try:
        history = tuple((int(grade), int(at_ms)) for grade, at_ms in body["history"])
        texts = (str(body["set"]), str(body["query"]), str(body["item_id"]))
        return Judgement(key, *texts, int(body["grade"]), int(body["version"]), int(body["at_ms"]), history)
    except (KeyError, TypeError, ValueError):
        return None


def _text(value: Any, name: str, longest: int, where: str) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text:
        raise InputError(f"{where}: {name} is {_short(value)}; a text is expected", field=name)
    if len(text) > longest:
        raise InputError(f"{where}: {name} has {len(text):,} characters; at most {longest:,} are allowed", field=name)
    return text


def _short(value: Any) -> str:
    told = repr(value)
    return told if len(told) <= 40 else told[:40] + "…"


def _plain(query: str) -> str:
    return " ".join(query.casefold().split())


def _digest(*texts: str) -> str:
    return hashlib.blake2b("\x1f".join(texts).encode(), digest_size=8).hexdigest()
