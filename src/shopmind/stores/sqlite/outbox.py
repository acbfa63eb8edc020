"""Contacts, stops and messages in one SQLite file of their own, readable by its owner alone.

It is not the shop's database: addresses stay out of whatever is copied for analysis, and a sender that waits for the
disk once a message does not stand in the way of the event log.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, Select, delete, func, select, update

from shopmind.kit.errors import InputError
from shopmind.kit.files import storage_faults
from shopmind.stores.outbox import COUNTED, STATES, Cap, Contact, Count, Message, Outcome, Planned, State, breaks
from shopmind.stores.sqlite.database import SqliteDatabase, among, fetched
from shopmind.stores.sqlite.item_rows import json_text
from shopmind.stores.sqlite.outbox_schema import bring_up, contacts, messages, runs, stops

_CODES = {state: code for code, state in enumerate(STATES)}
_DONE = [_CODES[state] for state in ("sent", "failed", "skipped")]
_COUNTED = [_CODES[state] for state in COUNTED]
_FIELDS = [column for column in messages.c if column.name != "number"]
_PUT_CONTACT = "INSERT OR REPLACE INTO contacts (channel, user_id, address, digest) VALUES (?, ?, ?, ?)"
_PUT_STOP = "INSERT OR IGNORE INTO stops (subject, channel, why, at_ms) VALUES (?, ?, ?, ?)"
_PUT_MESSAGE = (
    "INSERT OR IGNORE INTO messages "
    "(message_id, campaign, run, user_id, channel, send_at_ms, expires_ms, body, state, attempts, why) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, '')"
)
_PUT_RUN = "INSERT OR REPLACE INTO runs (campaign, run, report) VALUES (?, ?, ?)"
_SETTLE = (
    "UPDATE messages SET state = ?, why = ?, send_at_ms = coalesce(?, send_at_ms), attempts = attempts - ? "
    "WHERE message_id = ? AND (state = 1 OR (state = 4 AND ? = 2))"
)


def open_outbox(url: str) -> SqliteOutbox:
    """The outbox in the file of `sqlite:///relative/path` or `sqlite:////absolute/path`, made when there is none.

    Raises:
        InputError: the address names no file.
        StorageError: the file cannot be opened as a shop's messages.
    """
    path = url.removeprefix("sqlite:///")
    if path == url or not path:
        raise InputError(f"outbox {url!r}: the form is sqlite:///PATH")
    with storage_faults(Path(path)):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    return SqliteOutbox(SqliteDatabase(Path(path), bring_up=bring_up))


class SqliteOutbox:
    """The port Outbox."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database
        self.backup, self.check, self.close = database.backup, database.check, database.close

    def put_contacts(self, given: Sequence[Contact]) -> None:
        """See the port."""
        with self._database.writing() as connection:
            rows = [(each.channel, each.user_id, each.address, each.digest) for each in given if each.address]
            if rows:
                connection.exec_driver_sql(_PUT_CONTACT, rows)
            for each in given:
                if not each.address:
                    where = (contacts.c.channel == each.channel, contacts.c.user_id == each.user_id)
                    connection.execute(delete(contacts).where(*where))

    def contacts(self, user_ids: Sequence[str], channel: str) -> dict[str, Contact]:
        """See the port."""
        columns = (contacts.c.user_id, contacts.c.channel, contacts.c.address, contacts.c.digest)
        asked = select(*columns).where(contacts.c.channel == channel, among(contacts.c.user_id, user_ids))
        with self._database.reading() as connection:
            return {row[0]: Contact(*row) for row in fetched(connection, asked)}

    def reachable(self, channel: str, after: str, limit: int) -> list[str]:
        """See the port."""
        asked = select(contacts.c.user_id).where(contacts.c.channel == channel, contacts.c.user_id > after)
        with self._database.reading() as connection:
            return [row[0] for row in fetched(connection, asked.order_by(contacts.c.user_id).limit(limit))]

    def stop(self, given: Sequence[tuple[str, str, str]], now_ms: int, *, of: str = "") -> None:
        """See the port."""
        if not given:
            return
        with self._database.writing() as connection:
            if not of or _is_there(connection, of):
                connection.exec_driver_sql(_PUT_STOP, [(*each, now_ms) for each in given])

    def allow(self, subject: str, channel: str) -> bool:
        """See the port."""
        with self._database.writing() as connection:
            gone = delete(stops).where(stops.c.subject == subject, stops.c.channel == channel)
            return connection.execute(gone).rowcount > 0

    def stopped(self, subjects: Sequence[str], channel: str) -> dict[str, str]:
        """See the port."""
        asked = select(stops.c.subject, stops.c.why).where(
            among(stops.c.subject, subjects), stops.c.channel.in_(["", channel])
        )
        with self._database.reading() as connection:
            return dict(fetched(connection, asked))

    def plan(self, given: Sequence[Message], caps: Sequence[Cap]) -> list[Planned]:
        """See the port."""
        if not given:
            return []
        told: list[Planned] = []
        rows = []
        with self._database.writing() as connection:
            known = _known(connection, [each.message_id for each in given])
            people = list({each.user_id for each in given})
            reached = {
                (row[0], row[1])
                for row in fetched(
                    connection,
                    select(contacts.c.user_id, contacts.c.channel).where(
                        contacts.c.channel.in_({each.channel for each in given}), among(contacts.c.user_id, people)
                    ),
                )
            }
            since = min(each.send_at_ms for each in given) - max((cap.window_ms for cap in caps), default=0)
            held = _times(connection, people, since, tried=False) if caps else {}
            for each in given:
                there = held.setdefault(each.user_id, [])
                what = _fate(each, known, reached, there, caps)
                told.append(what)
                if what == "planned":
                    known.add(each.message_id)
                    there.append((each.channel, each.send_at_ms))
                    rows.append(_row(each))
            if rows:
                connection.exec_driver_sql(_PUT_MESSAGE, rows)
        return told

    def known(self, message_ids: Sequence[str]) -> set[str]:
        """See the port."""
        with self._database.reading() as connection:
            return _known(connection, message_ids)

    def exchange(
        self, outcomes: Sequence[Outcome], n: int, now_ms: int, channels: Sequence[str] | None = None
    ) -> list[Message]:
        """See the port."""
        due = select(messages.c.number).where(messages.c.state == 0, messages.c.send_at_ms <= now_ms)
        if channels is not None:
            due = due.where(messages.c.channel.in_(list(channels)))
        with self._database.writing() as connection:
            _settle(connection, outcomes)
            if n < 1:
                return []
            numbers = [row[0] for row in fetched(connection, due.order_by(messages.c.send_at_ms).limit(n))]
            if not numbers:
                return []
            taken = among(messages.c.number, numbers)
            connection.execute(
                update(messages).where(taken).values(state=1, attempts=messages.c.attempts + 1, tried_ms=now_ms)
            )
            return _read(connection, select(*_FIELDS).where(taken).order_by(messages.c.send_at_ms))

    def taken(self) -> list[Message]:
        """See the port."""
        with self._database.reading() as connection:
            return _read(connection, select(*_FIELDS).where(messages.c.state == 1).order_by(messages.c.number))

    def times(self, user_ids: Sequence[str], since_ms: int, *, tried: bool) -> dict[str, list[tuple[str, int]]]:
        """See the port."""
        with self._database.reading() as connection:
            return _times(connection, user_ids, since_ms, tried=tried)

    def get(self, message_id: str) -> Message | None:
        """See the port."""
        with self._database.reading() as connection:
            found = _read(connection, select(*_FIELDS).where(messages.c.message_id == message_id))
        return found[0] if found else None

    def counts(self, campaign: str | None = None, run: str | None = None) -> list[Count]:
        """See the port."""
        keys = (messages.c.campaign, messages.c.run, messages.c.channel, messages.c.state, messages.c.why)
        asked = select(*keys, func.count()).group_by(*keys).order_by(*keys)
        for column, wanted in ((messages.c.campaign, campaign), (messages.c.run, run)):
            asked = asked if wanted is None else asked.where(column == wanted)
        with self._database.reading() as connection:
            rows = fetched(connection, asked)
        return [(name, at, channel, STATES[state], why, n) for name, at, channel, state, why, n in rows]

    def listed(self, campaign: str, run: str, state: State, limit: int = 1_000) -> list[Message]:
        """See the port."""
        asked = select(*_FIELDS).where(*_of(campaign, run, state)).order_by(messages.c.send_at_ms).limit(limit)
        with self._database.reading() as connection:
            return _read(connection, asked)

    def resolve(self, campaign: str, run: str, state: Literal["sent", "planned"], now_ms: int) -> int:
        """See the port."""
        done = update(messages).where(*_of(campaign, run, "unknown"))
        with self._database.writing() as connection:
            return connection.execute(done.values(state=_CODES[state], why="resolved")).rowcount

    def cancel(self, campaign: str, run: str) -> int:
        """See the port."""
        done = update(messages).where(*_of(campaign, run, "planned"))
        with self._database.writing() as connection:
            return connection.execute(done.values(state=_CODES["skipped"], why="cancelled")).rowcount

    def put_run(self, campaign: str, run: str, report: Mapping[str, Any]) -> None:
        """See the port."""
        with self._database.writing() as connection:
            connection.exec_driver_sql(_PUT_RUN, (campaign, run, json_text(dict(report))))

    def runs(self) -> list[tuple[str, str, dict[str, Any]]]:
        """See the port."""
        asked = select(runs.c.campaign, runs.c.run, runs.c.report).order_by(runs.c.number.desc())
        with self._database.reading() as connection:
            return [(campaign, run, orjson.loads(report)) for campaign, run, report in fetched(connection, asked)]

    def erase(self, user_id: str) -> dict[str, int]:
        """See the port."""
        erased = {}
        with self._database.writing() as connection:
            for table, column in (
                (contacts, contacts.c.user_id),
                (messages, messages.c.user_id),
                (stops, stops.c.subject),
            ):
                erased[str(table.name)] = connection.execute(delete(table).where(column == user_id)).rowcount
        if any(erased.values()):
            self._database.wipe_log()
        return erased

    def ids_of(self, user_id: str) -> list[str]:
        """See the port."""
        with self._database.reading() as connection:
            return [row[0] for row in fetched(connection, select(messages.c.message_id).where(_whose(user_id)))]

    def prune(self, before_ms: int) -> int:
        """See the port."""
        old = delete(messages).where(messages.c.state.in_(_DONE), messages.c.send_at_ms < before_ms)
        with self._database.writing() as connection:
            return connection.execute(old).rowcount


def _settle(connection: Connection, outcomes: Sequence[Outcome]) -> None:
    rows = [
        (_CODES[each.state], each.why, each.send_at_ms, not each.begun, each.message_id, _CODES[each.state])
        for each in outcomes
    ]
    if rows:
        connection.exec_driver_sql(_SETTLE, rows)


def _fate(
    each: Message,
    known: set[str],
    reached: set[tuple[str, str]],
    there: Sequence[tuple[str, int]],
    caps: Sequence[Cap],
) -> Planned:
    if each.message_id in known:
        return "there"
    if (each.user_id, each.channel) not in reached:
        return "unreachable"
    for cap in caps:
        if cap.channel in ("", each.channel):
            times = [at for channel, at in there if cap.channel in ("", channel)]
            if breaks(times, each.send_at_ms, cap):
                return "capped"
    return "planned"


def _times(
    connection: Connection, user_ids: Sequence[str], since_ms: int, *, tried: bool
) -> dict[str, list[tuple[str, int]]]:
    moment = messages.c.tried_ms if tried else messages.c.send_at_ms
    states = _COUNTED[1:] if tried else _COUNTED
    asked = select(messages.c.user_id, messages.c.channel, moment).where(
        among(messages.c.user_id, user_ids), moment > since_ms, messages.c.state.in_(states)
    )
    found: dict[str, list[tuple[str, int]]] = {}
    for user_id, channel, at_ms in fetched(connection, asked):
        found.setdefault(user_id, []).append((channel, at_ms))
    return found


def _known(connection: Connection, message_ids: Sequence[str]) -> set[str]:
    asked = select(messages.c.message_id).where(among(messages.c.message_id, message_ids))
    return {row[0] for row in fetched(connection, asked)}


def _is_there(connection: Connection, user_id: str) -> bool:
    either = (
        select(contacts.c.user_id).where(contacts.c.user_id == user_id),
        select(messages.c.number).where(_whose(user_id)),
    )
    return any(fetched(connection, asked.limit(1)) for asked in either)


def _whose(user_id: str) -> Any:
    return messages.c.user_id == user_id


def _of(campaign: str, run: str, state: State) -> tuple[Any, ...]:
    return messages.c.campaign == campaign, messages.c.run == run, messages.c.state == _CODES[state]


def _row(each: Message) -> tuple[Any, ...]:
    return (
        each.message_id,
        each.campaign,
        each.run,
        each.user_id,
        each.channel,
        each.send_at_ms,
        each.expires_ms,
        json_text(dict(each.body)),
    )


def _read(connection: Connection, asked: Select[Any]) -> list[Message]:
    names = [column.name for column in _FIELDS]
    found = []
    for row in fetched(connection, asked):
        values = dict(zip(names, row, strict=True))
        found.append(Message(**{**values, "body": orjson.loads(values["body"]), "state": STATES[values["state"]]}))
    return found
