"""The ports of counting: sums that are kept while events come, how far they have come, and what they read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import polars as pl

from shopmind.domain import EventType

COUNTS: dict[str, Any] = {
    "day": pl.Int32,
    "scenario": pl.String,
    "variant": pl.String,
    "subject": pl.Int64,
    "figure": pl.String,
    "value": pl.Int64,
}
"""Schema of counters: UTC days since 1970, "" for no scenario or variant, `subject` a user's or an item's number or 0
for nobody's, and how much of what."""

DAYS: dict[str, Any] = {
    "subject": pl.Int64,
    "first_day": pl.Int32,
    "last_day": pl.Int32,
    "days": pl.Int64,
    "value": pl.Int64,
}
"""Schema of `Counters.days`."""


class Counters(Protocol):
    """Sums by name and the keys of COUNTS. Erasing a user gives the counts that bear the user's number to nobody."""

    def mark(self) -> dict[str, Any] | None:
        """How far is counted, as last committed with the counts; None for nothing yet."""
        ...

    def add(
        self, changes: Mapping[str, pl.DataFrame], before: Mapping[str, Any] | None, mark: Mapping[str, Any]
    ) -> bool:
        """Adds changes (name → schema COUNTS) and sets the mark, in one transaction.

        Returns:
            False, and nothing is changed, when the mark is no longer `before`: another process has counted.
        """
        ...

    def table(self, name: str, since_day: int | None = None, until_day: int | None = None) -> pl.DataFrame:
        """Counts of schema COUNTS that are not 0, of days from the first up to before the second, by their keys."""
        ...

    def sums(
        self, name: str, by: Sequence[str], since_day: int | None = None, until_day: int | None = None
    ) -> pl.DataFrame:
        """The same added up over all keys but `by` (names of COUNTS), with figure and value."""
        ...

    def days(
        self, name: str, figures: Sequence[str], since_day: int | None = None, until_day: int | None = None
    ) -> pl.DataFrame:
        """On which days each subject but 0 has any of these figures: subject, first_day, last_day, days (how many) and
        value (the sum), by subject."""
        ...

    def clear(self) -> None:
        """Forgets all counts and the mark."""
        ...


class EchoedEvents(Protocol):
    """The part of Events that finds what may have led to something; schemas and numbers as in stores.ports."""

    def between(self, types: Iterable[EventType], since_ms: int, until_ms: int, *, upto: int) -> pl.DataFrame:
        """Events of these types at times from the first up to before the second, numbered up to `upto`: schema
        EVENT_LOG by rising number, found by their times without reading the rest of the log."""
        ...

    def touches(
        self, users: Sequence[tuple[int, int]], sessions: Sequence[tuple[str, int]], *, upto: int
    ) -> pl.DataFrame:
        """Impressions and events that echo an answer, numbered up to `upto`, of pairs of a user's number and an item's
        or of a session and an item's number: schema EVENT_LOG by rising number, each once."""
        ...

    def of_requests(
        self, request_ids: Sequence[str], *, upto: int, types: Iterable[EventType] | None = None
    ) -> pl.DataFrame:
        """Events about an item that echo these answers, numbered up to `upto`, of these types or of all: schema
        EVENT_LOG by rising number."""
        ...


class NumberedRecords(Protocol):
    """The part of Records that reads them in the order they were written in."""

    def last_number(self, kind: str) -> int:
        """The number of the newest row of a kind; 0 for none. Every write of a key gives it a new one."""
        ...

    def numbered(self, kind: str, after: int, upto: int) -> list[tuple[int, str, dict[str, Any]]]:
        """Rows numbered above `after` up to `upto` as (number, key, body), by rising number."""
        ...

    def named(self, kind: str, keys: Sequence[str], *, upto: int) -> list[tuple[int, str, dict[str, Any]]]:
        """Those of these keys that are there, numbered up to `upto`, as (number, key, body) by rising number."""
        ...
