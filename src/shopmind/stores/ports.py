"""Ports: what the rooms above may ask of a store. Contract suites for each are in shopmind.testing."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import Event, EventType, History, Item, Link, LinkType, User
from shopmind.stores.columns import ItemColumns
from shopmind.stores.counters import EchoedEvents, NumberedRecords

Number = int
"""An item's or user's number in this shop: given at first sight, never given again, starts at 1."""

Numbers = NDArray[np.int64]

EVENT_FRAME: dict[str, Any] = {
    "event_id": pl.String,
    "type": pl.String,
    "timestamp_ms": pl.Int64,
    "user_id": pl.String,
    "session_id": pl.String,
    "item_id": pl.String,
    "value_minor": pl.Int64,
    "currency": pl.String,
    "quantity": pl.Float64,
    "order_id": pl.String,
    "query": pl.String,
    "scenario": pl.String,
    "request_id": pl.String,
    "position": pl.Int32,
    "propensity": pl.Float64,
    "variant": pl.String,
    "attributes": pl.String,
}
"""Schema of a frame of events: the fields of domain.Event, pseudonyms already made, attributes a JSON text or null."""

EVENT_TABLE: dict[str, Any] = {
    "number": pl.Int64,
    "type": pl.Int8,
    "timestamp_ms": pl.Int64,
    "user": pl.Int64,
    "session": pl.String,
    "item": pl.Int64,
    "value_minor": pl.Int64,
    "quantity": pl.Float32,
    "order": pl.Int64,
    "query": pl.String,
    "scenario": pl.String,
    "request_id": pl.String,
    "position": pl.Int32,
    "propensity": pl.Float32,
}
"""Schema of what `Events.table` reads: numbers instead of ids (null where there is none), `type` a position in
EVENT_TYPES, `order` as in domain.History."""

EVENT_LOG: dict[str, Any] = {**EVENT_TABLE, "variant": pl.String, "currency": pl.String}
"""Schema of events with all that attribution asks for."""


@dataclass(frozen=True, slots=True)
class Appended:
    """What became of appended events: `status[i]` of the i-th one, `last_number` the newest number in the store."""

    status: tuple[Literal["accepted", "duplicate", "unknown_item"], ...]
    last_number: int


ChangeKind = Literal["item", "item_removed", "user", "user_erased", "links"]


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the change log: something about an item or a user was written or erased at `change`.

    Only the newest line of each item and user is kept, and one of the links (whose number is 0).
    """

    change: int
    what: ChangeKind
    number: Number


class Catalogue(Protocol):
    """Items. Numbers are stable for ever: artifacts speak of items by number."""

    def put(self, items: Sequence[Item]) -> Numbers:
        """Inserts or replaces by `item_id` in one transaction; logs a change only for rows that differ.

        Returns:
            (n,) numbers in the given order.
        """
        ...

    def remove(self, item_ids: Sequence[str]) -> int:
        """Removes items; their numbers stay taken. Returns how many there were."""
        ...

    def numbers(self, item_ids: Sequence[str]) -> Numbers:
        """(n,) numbers; -1 for an unknown id."""
        ...

    def get(self, numbers: Sequence[Number] | Numbers) -> list[Item | None]:
        """The items in the given order; None where there is none."""
        ...

    def titles(self, numbers: Sequence[Number] | Numbers) -> list[str | None]:
        """The titles in the given order, without reading the rest of the items; None where there is no item."""
        ...

    def scan(self, numbers: Sequence[Number] | Numbers | None = None) -> Iterator[tuple[Number, Item]]:
        """All items (or the given ones that exist) by rising number, read in blocks."""
        ...

    def columns(self) -> ItemColumns:
        """A picture at least as new as every write of this process, and at most one second behind other processes."""
        ...

    def last_change(self) -> int:
        """The newest change number; 0 for an empty shop."""
        ...

    def changes(self, after: int, limit: int = 10_000) -> list[Change]:
        """Changes above `after`, oldest first, at most `limit`."""
        ...


class Users(Protocol):
    """Customers by pseudonym."""

    def put(self, users: Sequence[User]) -> Numbers: ...

    def numbers(self, user_ids: Sequence[str], *, create: bool = False) -> Numbers:
        """(n,) numbers; -1 for an unknown pseudonym unless `create`."""
        ...

    def get(self, user_id: str) -> User | None: ...

    def table(self) -> pl.DataFrame:
        """Columns number (Int64), user_id, attributes (JSON text), consent (JSON text), by rising number."""
        ...

    def erase(self, user_id: str) -> Mapping[str, int]:
        """Erases the user, all events, links and records of that pseudonym in one transaction; idempotent.

        Returns:
            table → rows erased.
        """
        ...


class Events(EchoedEvents, Protocol):
    """The log: append-only but for erasure and retention."""

    def append(self, events: Sequence[Event]) -> Appended:
        """Durable when it returns. An event of an unknown item is refused, a known `event_id` changes nothing."""
        ...

    def append_frame(self, frame: pl.DataFrame) -> Appended:
        """The same for a frame of schema EVENT_FRAME."""
        ...

    def history(self, user_id: str | None, session_id: str | None, *, after: int = 0, limit: int = 5_000) -> History:
        """What this user or session did: HISTORY_TYPES only, event numbers above `after`, the newest `limit`."""
        ...

    def table(
        self,
        types: Iterable[EventType] | None = None,
        *,
        since_ms: int | None = None,
        until_ms: int | None = None,
        after: int = 0,
        upto: int | None = None,
        whole: bool = False,
    ) -> pl.DataFrame:
        """EVENT_TABLE (EVENT_LOG if `whole`) by rising number, above `after` up to `upto`; `until_ms` is exclusive."""
        ...

    def last_number(self) -> int:
        """The newest event number; 0 for none."""
        ...

    def count(self) -> int: ...

    def time_range(self) -> tuple[int, int] | None:
        """First and last timestamp in epoch milliseconds; None for an empty log."""
        ...

    def queries(
        self, limit: int = 10_000, *, since_ms: int | None = None, least_visitors: int = 1
    ) -> list[tuple[str, int]]:
        """The most frequent query texts of `search` events with their counts.

        Args:
            least_visitors: how many different visitors must have asked it. A visitor is a user or, of an anonymous
                event, a session; events of nobody count only when this is 1.
        """
        ...

    def asked(self, user_id: str | None, session_id: str | None, limit: int = 50) -> list[str]:
        """What this user, and the session while it was anonymous, searched for: of each the newest `limit` searches,
        newest first, each text once."""
        ...


class Links(Protocol):
    """Typed edges."""

    def put(self, links: Sequence[Link]) -> int:
        """Inserts or replaces; returns how many had both ends known (others are left out)."""
        ...

    def table(self, link_type: LinkType) -> pl.DataFrame:
        """Columns source, target (Int64 numbers), weight (Float32)."""
        ...

    def count(self) -> int: ...


class Records(NumberedRecords, Protocol):
    """Small JSON documents of the engine itself: slates, receipts, keys, state of the indexer."""

    def put(self, kind: str, key: str, body: Mapping[str, Any], *, user_id: str | None = None) -> None: ...

    def put_many(self, kind: str, rows: Sequence[tuple[str, Mapping[str, Any], str | None]]) -> None:
        """Rows of (key, body, user pseudonym or None) in one transaction."""
        ...

    def get(self, kind: str, key: str) -> dict[str, Any] | None: ...

    def delete(self, kind: str, key: str) -> bool: ...

    def scan(self, kind: str, limit: int = 1_000) -> list[tuple[str, dict[str, Any]]]:
        """The newest `limit` rows as (key, body), newest first."""
        ...

    def stream(self, kind: str, limit: int) -> Generator[tuple[str, dict[str, Any]], None, None]:
        """As `scan`, read in blocks: for more rows than are held in memory. Use it up, or close it."""
        ...


@dataclass(frozen=True, slots=True)
class Matches:
    """Where some tokens stand in some documents; one entry for each place.

    Attributes:
        rows: (m,) which of the documents asked about.
        tokens: (m,) which of the tokens asked about.
        fields: (m,) which of the index's fields.
        places: (m,) place in the field, counted from 0 in the order of `text.analyse`.
        lengths: (n, F) tokens of each field of each document; 0 for a document that is not there.
    """

    rows: NDArray[np.int32]
    tokens: NDArray[np.int32]
    fields: NDArray[np.int32]
    places: NDArray[np.int32]
    lengths: NDArray[np.int64]


class TextIndex(Protocol):
    """Words → items. Documents hold tokens already made by `text.analyse`, so any store finds the same words.

    Attributes:
        fields: names of the fields, in their order.
    """

    @property
    def fields(self) -> tuple[str, ...]: ...

    def mark(self) -> int:
        """The change number up to which the index is complete on disk; 0 when new, corrupt or half-built."""
        ...

    def update(
        self, documents: Iterable[tuple[Number, Mapping[str, Sequence[str]]]], removed: Sequence[Number], *, mark: int
    ) -> None:
        """Replaces documents (field → tokens), drops `removed`, and is durable with `mark` when it returns."""
        ...

    def search(
        self, tokens: Mapping[str, float] | Sequence[str], k: int, *, fields: Mapping[str, float] | None = None
    ) -> tuple[Numbers, NDArray[np.float32]]:
        """Likely k items with any of the tokens, (k,) numbers and (k,) scores, best first; `fields` are weights.

        Tokens may have weights too; otherwise each weighs as often as it is said. The scores are the store's own and
        only choose candidates; `matches` gives what to score them by.
        """
        ...

    def having(self, words: Sequence[Sequence[str]], enough: int, most: int, *, without: Sequence[str] = ()) -> Numbers:
        """At most `most` items, in no order, that have `enough` of the words, in any field, and none of `without`.

        Each word is given by the tokens that stand for it; one of them is the word.
        """
        ...

    def matches(self, numbers: Numbers, tokens: Sequence[str], *, fields: int | None = None) -> Matches:
        """Where the tokens stand in these documents, in the first `fields` fields (None: in all)."""
        ...

    def frequencies(self, tokens: Sequence[str]) -> NDArray[np.int64]:
        """(t,) documents with each token: those of the field that has it most often, a lower bound."""
        ...

    def similar(self, token: str) -> Mapping[str, float]:
        """Other tokens of the titles that look like this one → likeness in 0..1; {} for codes, numbers and Chinese.

        May lag behind the index by a minute.
        """
        ...

    def averages(self) -> NDArray[np.float64]:
        """(F,) mean length of each field over the documents that have it; 0 where none has."""
        ...

    def clear(self) -> None:
        """Forgets everything; the mark is 0 again."""
        ...

    def count(self) -> int: ...


class VectorIndex(Protocol):
    """Vectors → items. One space per index: it is made for the encoder version named in its manifest."""

    def mark(self) -> int:
        """As TextIndex.mark; also 0 when the index was made for another encoder."""
        ...

    def update(self, numbers: Numbers, vectors: NDArray[np.float32], removed: Sequence[Number], *, mark: int) -> None:
        """Replaces vectors, (n,) numbers and (n, d) unit vectors, drops `removed`, durable when it returns."""
        ...

    def search(
        self, vector: NDArray[np.float32], k: int, *, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[Numbers, NDArray[np.float32]]:
        """The k items of highest cosine among `allowed` (by item number), (k,) numbers and (k,) cosines, best first."""
        ...

    def vectors(self, numbers: Numbers) -> NDArray[np.float32]:
        """(n, d) vectors of these items; rows of NaN where there is none."""
        ...

    def centre(self) -> NDArray[np.float32]:
        """(d,) mean of the unit vectors (of a sample, where there are many): what an item is like on average.

        Its product with a query is the mean cosine of the query; zeros when the index is empty.
        """
        ...

    def clear(self) -> None: ...

    def count(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Artifact:
    """What a fit made: arrays (memory-mapped where the store can) and a card that says from what.

    The card holds: name, version (digest of arrays and options), recipe, options, seed, made_at, rows, items, users,
    first and last event time, event number, and figures the recipe measured.
    """

    name: str
    version: str
    arrays: Mapping[str, NDArray[Any]]
    card: Mapping[str, Any]


class Artifacts(Protocol):
    """Versions of artifacts; one version of each name is current."""

    def save(
        self, name: str, arrays: Mapping[str, NDArray[Any]], card: Mapping[str, Any], *, promote: bool = True
    ) -> Artifact:
        """A new version, whole or not there; current at once when `promote`."""
        ...

    def load(self, name: str, version: str | None = None) -> Artifact | None:
        """The current (or the given) version; None when there is none."""
        ...

    def promote(self, name: str, version: str) -> None: ...

    def versions(self, name: str) -> list[str]:
        """Versions, oldest first."""
        ...

    def names(self) -> list[str]: ...

    def current(self) -> Mapping[str, str]:
        """name → current version, cheap enough to ask once a second."""
        ...
