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

    def some(self, user_ids: Sequence[str]) -> dict[str, User]:
        """Those of these pseudonyms that are known."""
        ...

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

    def ever(self, user_id: str | None, session_id: str | None, event_type: EventType) -> bool:
        """Whether an event of that type, one of HISTORY_TYPES, is among all that this user or session did."""
        ...

    def happened(self, types: Iterable[EventType]) -> bool:
        """Whether anybody did any such thing to an item; what was looked through once is not looked through again."""
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

    def put_instead(self, gone: tuple[str, str], kind: str, key: str, body: Mapping[str, Any]) -> None:
        """As `put`; in the same transaction the record (kind, key) of `gone` is deleted, if it is there."""
        ...

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

    def wipe(self, number: Number) -> int:
        """Blanks the row of a user in every version's matrices that the card calls `personal`; returns how many had
        one. Their values become 0 of item 0, which is no item."""
        ...
