"""What the API tells of the catalogue, its gaps, and what was taken in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shopmind.domain import Item


@dataclass(frozen=True, slots=True)
class Listed:
    """One item of the list; `gaps` are named as in the report of quality, `price` is in major units.

    Of a large catalogue gaps are None until somebody asks for that report.
    """

    item: Item
    gaps: tuple[str, ...] | None
    price: float | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A part of the catalogue; `next_cursor` continues it."""

    items: tuple[Listed, ...]
    total: int
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Example:
    """An item with a gap."""

    item_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap: how many items have it of those it is asked of, and what to do about it."""

    gap: str
    english: str
    chinese: str
    mend_english: str
    mend_chinese: str
    items: int
    asked: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class CategoryGaps:
    """One category, and the gap that most of its items have."""

    category: str
    items: int
    with_gaps: int
    most: str


@dataclass(frozen=True, slots=True)
class Quality:
    """What the data of active items lack; `sound` have no gap."""

    at_ms: int
    items: int
    sound: int
    gaps: tuple[Gap, ...]
    categories: tuple[CategoryGaps, ...]


@dataclass(frozen=True, slots=True)
class ItemDay:
    """One UTC day: event type → how often."""

    day: str
    events: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """What became of an item; `places` are scenario → impressions."""

    item_id: str
    since_ms: int
    until_ms: int
    events: Mapping[str, int]
    customers: int
    revenue: float
    currency: str
    days: tuple[ItemDay, ...]
    places: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class IngestTable:
    """What came of one file."""

    file: str
    read: int
    accepted: int
    duplicate: int
    rejected: Mapping[str, int]
    mended: Mapping[str, int]
    remarks: Mapping[str, int]
    seconds: float
    rows_per_second: int


@dataclass(frozen=True, slots=True)
class Ingest:
    """One run of ingest."""

    at_ms: int
    source: str
    tables: Mapping[str, IngestTable]
    rejected: int
    time_shift_weeks: int
    notes: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that did not get in; `row` holds what can be shown of it, `withheld` counts the rest."""

    file: str
    line: int
    reason: str
    field: str | None
    message: str
    allowed: str
    row: Mapping[str, Any] | None
    withheld: int


@dataclass(frozen=True, slots=True)
class RejectedPage:
    """Rows that did not get in, newest first; `reasons` and `files` count all there are."""

    rows: tuple[Rejected, ...]
    total: int
    reasons: Mapping[str, int]
    files: Mapping[str, int]
    next_cursor: str | None
