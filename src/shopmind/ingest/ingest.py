"""read ─ map ─ check ─ clean ─ pseudonymise ─ store.

May be killed at any moment and run again: rows have ids of their own, stores take each once, and rejected rows are on
disk before the batch they were in counts as done.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from shopmind.ingest.mapping import Mapping, read_mapping
from shopmind.ingest.readers import SOURCES
from shopmind.ingest.readers.batch import Batch, Source
from shopmind.ingest.rejected import RejectedFile
from shopmind.ingest.report import Report, TableReport
from shopmind.ingest.run import Run
from shopmind.ingest.take_events import latest_time, take_events
from shopmind.ingest.take_items import take_items
from shopmind.ingest.take_people import take_links, take_users
from shopmind.kit.clock import DAY_MS, WEEK_MS, Clock, format_time, system_clock
from shopmind.kit.errors import not_allowed
from shopmind.kit.progress import Progress, silent
from shopmind.privacy.pseudonym import Pseudonyms
from shopmind.stores.database import ShopDatabase

REJECTED_FILE = "rejected.ndjson"
_SHIFT = "ingest_shift"
_TAKE: dict[str, Callable[[Run, Iterable[Batch]], None]] = {
    "items": take_items,
    "users": take_users,
    "links": take_links,
    "events": take_events,
}


def ingest(
    source: str | Path,
    database: ShopDatabase,
    folder: Path,
    pseudonyms: Pseudonyms,
    *,
    mapping: Mapping | None = None,
    clock: Clock = system_clock,
    default_currency: str | None = None,
    progress: Progress = silent,
) -> Report:
    """Takes everything a source has into a shop.

    Args:
        source: a data folder, or the name of a known export ("complete_journey").
        folder: the shop's folder; rejected rows go to rejected.ndjson in it.
        mapping: how the files become ours; by default `mapping.toml` in the data folder, if there is one.
        default_currency: of amounts where neither row nor mapping names one.

    Raises:
        InputError: the source or its mapping is not allowed; single bad rows never raise.
        StorageError: the disk is full or the database fails; what was stored before stays.
    """
    started = time.monotonic()
    now_ms = clock()
    opened = open_source(source, database, now_ms)
    if mapping is None:
        beside = Path(source) / "mapping.toml"
        mapping = read_mapping(beside) if beside.is_file() else Mapping()
    rejected = RejectedFile(folder / REJECTED_FILE)
    reports = []
    shift_ms = opened.time_shift_ms
    for table in opened.tables():
        began = time.monotonic()
        file_mapping = mapping.of(table)
        run = Run(
            table=table,
            database=database,
            pseudonyms=pseudonyms,
            mapping=file_mapping,
            rejected=rejected,
            report=TableReport(table, opened.file(table)),
            digest=opened.digest(table),
            now_ms=now_ms,
            currency=file_mapping.currency or default_currency,
            progress=progress,
            expected=opened.rows(table),
            has_users_table="users" in opened.tables(),
        )
        if table == "events" and file_mapping.time_shift == "weeks":
            shift_ms = _shift_of(run, opened)
            run = replace(run, shift_ms=shift_ms)
        _TAKE[table](run, opened.read(table))
        run.report.seconds = time.monotonic() - began
        reports.append(run.report)
    return Report(
        source=str(source),
        tables=reports,
        seconds=time.monotonic() - started,
        time_shift_weeks=shift_ms // WEEK_MS,
        notes=opened.notes(),
        rejected_file=str(rejected.path) if rejected.path.is_file() else None,
    )


def open_source(source: str | Path, database: ShopDatabase, now_ms: int) -> Source:
    """The source behind a name or a folder; an export keeps the time shift it was first taken in with.

    Raises:
        InputError: neither a folder nor a known name.
    """
    name = str(source)
    if name in SOURCES and name != "folder":
        made: Source = SOURCES.load(name)(now_ms=_first_time(database, name, now_ms))
        return made
    if not Path(source).is_dir():
        raise not_allowed(f"source {name!r} is not a folder; source", name, [n for n in SOURCES if n != "folder"])
    opened: Source = SOURCES.load("folder")(Path(source))
    return opened


def weeks_to(latest_ms: int, now_ms: int) -> int:
    """By how many whole weeks a log that ends at `latest_ms` is moved to end within the last seven days."""
    return (now_ms - latest_ms) // WEEK_MS


def _first_time(database: ShopDatabase, key: str, now_ms: int) -> int:
    """The moment of the first run: later runs shift alike, or events would be moved but those already stored not."""
    held = database.records.get(_SHIFT, key)
    if held is not None:
        return int(held["now_ms"])
    database.records.put(_SHIFT, key, {"now_ms": now_ms, "at": format_time(now_ms)})
    return now_ms


def _shift_of(run: Run, source: Source) -> int:
    latest_ms = latest_time(run, source.read(run.table))
    if latest_ms is None:
        return 0
    first_ms = _first_time(run.database, f"{source.file(run.table)} {run.digest[:24]}", run.now_ms)
    return weeks_to(min(latest_ms, first_ms + 100 * 365 * DAY_MS), first_ms) * WEEK_MS
