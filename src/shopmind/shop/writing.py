"""Raw rows into the stores: each row stands alone, a bad one never loses a good one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from shopmind.domain import Event
from shopmind.ingest import rows
from shopmind.ingest.aliases import recognise
from shopmind.ingest.rows import RowStatus
from shopmind.kit.errors import InputError
from shopmind.shop.folder import Folder

T = TypeVar("T")
Row = Mapping[str, Any]


def put_items(folder: Folder, given: Sequence[Row]) -> list[RowStatus]:
    """Items by id, new or replaced."""
    currency = folder.settings.currency
    statuses, items = _parsed(given, lambda row, where: rows.item(row, where=where, default_currency=currency))
    folder.catalogue.put(list(items.values()))
    return _named(statuses, {at: item.item_id for at, item in items.items()})


def put_users(folder: Folder, given: Sequence[Row]) -> list[RowStatus]:
    """Users by their own id, which stays outside."""
    statuses, users = _parsed(given, lambda row, where: rows.user(row, folder.pseudonyms, where=where))
    folder.users.put(list(users.values()))
    return _named(statuses, {at: str(given[at].get("user_id")) for at in users})


def put_links(folder: Folder, given: Sequence[Row]) -> list[RowStatus]:
    """Links; both ends must be known."""
    statuses, links = _parsed(given, lambda row, where: rows.link(row, folder.pseudonyms, where=where))
    for at, link in links.items():
        if not folder.links.put([link]):
            reason = f"links row {at + 1}: {link.type} joins {link.source_id!r} and {link.target_id!r}, one is unknown"
            statuses[at] = RowStatus(at, None, "rejected", reason, "target_id")
    return statuses


def track(folder: Folder, given: Sequence[Row]) -> list[RowStatus]:
    """Events, durable when this returns; shapes of other systems (ingest/aliases.py) are taken as they come.

    A foreign row that holds several events has the status of the first one that was not accepted; one that holds none
    about goods (a page view) is accepted, and its reason says that nothing was kept.
    """
    now_ms = folder.clock()
    statuses, events = _parsed(given, lambda row, where: _events(folder, row, where, now_ms))
    for at in [at for at, several in events.items() if not several]:
        statuses[at] = RowStatus(at, None, "accepted", f"events row {at + 1}: nothing in it is about goods", None)
    flat = [(at, event) for at, several in events.items() for event in several]
    appended = folder.events.append([event for _, event in flat])
    seen: set[int] = set()
    for (at, event), status in zip(flat, appended.status, strict=True):
        if at in seen and status == "accepted":
            continue
        if status == "unknown_item":
            reason = f"events row {at + 1}: item_id {event.item_id!r} is not in the catalogue"
            statuses[at] = RowStatus(at, event.event_id, "rejected", reason, "item_id")
        elif at not in seen:
            statuses[at] = RowStatus(at, event.event_id, status, None, None)
        seen.add(at)
    return statuses


def _events(folder: Folder, row: Row, where: str, now_ms: int) -> list[Event]:
    return [
        rows.event(
            each,
            pseudonyms=folder.pseudonyms,
            where=where,
            now_ms=now_ms,
            default_currency=folder.settings.currency,
        )
        for each in recognise(row)
    ]


def _parsed(given: Sequence[Row], parse: Callable[[Row, str], T]) -> tuple[list[RowStatus], dict[int, T]]:
    """Statuses of all rows, and position → thing for the rows that can be read."""
    statuses, good = [], {}
    for at, row in enumerate(given):
        try:
            if not isinstance(row, Mapping):
                raise InputError(f"row {at + 1}: {type(row).__name__} is not an object")
            good[at] = parse(row, f"row {at + 1}")
            statuses.append(RowStatus(at, None, "accepted", None, None))
        except InputError as error:
            statuses.append(RowStatus(at, None, "rejected", error.message, error.field))
    return statuses, good


def _named(statuses: list[RowStatus], ids: Mapping[int, str]) -> list[RowStatus]:
    return [RowStatus(s.row, ids.get(s.row), s.status, s.reason, s.field) for s in statuses]
