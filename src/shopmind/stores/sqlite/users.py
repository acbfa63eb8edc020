"""Customers in SQLite, and their erasure over all tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import orjson
import polars as pl
from sqlalchemy import Connection, delete, select

from shopmind.domain import User
from shopmind.domain.link import USER_LINKS
from shopmind.stores.ports import Numbers
from shopmind.stores.sqlite.changes import log_changes
from shopmind.stores.sqlite.counters import give_to_nobody
from shopmind.stores.sqlite.database import (
    Listed,
    SqliteDatabase,
    among,
    driver_connection,
    insert_sql,
    next_number,
)
from shopmind.stores.sqlite.item_rows import json_text
from shopmind.stores.sqlite.ledger import give_holds_to_nobody
from shopmind.stores.sqlite.schema import events, links, records, users

BLOCK = 5_000
_INSERT = insert_sql(users)
_NUMBERS = Listed(select(users.c.user_id, users.c.number), users.c.user_id)
_WHOLE = Listed(select(users.c.user_id, users.c.created_at_ms, users.c.attributes, users.c.consent), users.c.user_id)
_UPDATE = "UPDATE users SET created_at_ms = ?, attributes = ?, consent = ? WHERE number = ?"


class SqliteUsers:
    """The port Users."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def put(self, users: Sequence[User]) -> Numbers:
        """Inserts or replaces in one transaction; (n,) numbers in the given order."""
        newest = {user.user_id: _fields(user) for user in users}
        with self._database.writing() as connection:
            found = _put(connection, newest)
        return np.fromiter((found[user.user_id] for user in users), np.int64, len(users))

    def numbers(self, user_ids: Sequence[str], *, create: bool = False) -> Numbers:
        """See the port."""
        with self._database.looking() as driver:
            found = user_numbers(driver, user_ids)
        missing = [user_id for user_id in dict.fromkeys(user_ids) if user_id not in found]
        if create and missing:
            with self._database.writing() as connection:
                found |= created_users(connection, missing)
        return np.fromiter((found.get(user_id, -1) for user_id in user_ids), np.int64, len(user_ids))

    def get(self, user_id: str) -> User | None:
        """See the port."""
        return self.some([user_id]).get(user_id)

    def some(self, user_ids: Sequence[str]) -> dict[str, User]:
        """See the port."""
        with self._database.looking() as driver:
            return {row[0]: _user(row) for row in _WHOLE.rows(driver, user_ids)}

    def table(self) -> pl.DataFrame:
        """See the port."""
        columns = (users.c.number, users.c.user_id, users.c.attributes, users.c.consent)
        with self._database.reading() as connection:
            rows = connection.execute(select(*columns).order_by(users.c.number)).all()
        schema = {"number": pl.Int64, "user_id": pl.String, "attributes": pl.String, "consent": pl.String}
        return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")

    def erase(self, user_id: str) -> Mapping[str, int]:
        """See the port. Anonymous events of this user's sessions go with the user's own."""
        with self._database.reading() as connection:
            number = user_numbers(driver_connection(connection), [user_id]).get(user_id)
            known_to = int(connection.exec_driver_sql("SELECT coalesce(max(number), 0) FROM events").scalar_one())
            early = [] if number is None else _events_of(connection, number, 0, known_to)
        erased = dict.fromkeys(("users", "events", "links", "records"), 0)
        with self._database.writing() as connection:
            erased["records"] = connection.execute(delete(records).where(records.c.user_id == user_id)).rowcount
            number = user_numbers(driver_connection(connection), [user_id]).get(user_id)
            give_holds_to_nobody(connection, user_id, number)
            if number is not None:
                late = _events_of(connection, number, known_to, None)
                erased["events"] = connection.execute(
                    delete(events).where(among(events.c.number, early + late))
                ).rowcount
                erased["links"] = connection.execute(
                    delete(links).where(
                        links.c.type.in_(sorted(USER_LINKS)), (links.c.source == number) | (links.c.target == number)
                    )
                ).rowcount
                give_to_nobody(connection, number)
                erased["users"] = connection.execute(delete(users).where(users.c.number == number)).rowcount
                log_changes(connection, "user_erased", [number])
        self._database.wipe_log()
        return erased


def user_numbers(driver: sqlite3.Connection, user_ids: Sequence[str]) -> dict[str, int]:
    """Pseudonym → number of those users that exist."""
    return dict(_NUMBERS.rows(driver, user_ids))


def created_users(connection: Connection, user_ids: Sequence[str]) -> dict[str, int]:
    """Pseudonym → number, made where there was none; to be called inside a write."""
    found = user_numbers(driver_connection(connection), user_ids)
    missing = {user_id: _fields(User(user_id)) for user_id in user_ids if user_id not in found}
    return found | _put(connection, missing) if missing else found


def _user(row: tuple[Any, ...]) -> User:
    user_id, created_at_ms, attributes, consent = row
    return User(user_id, created_at_ms, orjson.loads(attributes), orjson.loads(consent))


def _fields(user: User) -> tuple[Any, ...]:
    return (user.created_at_ms, json_text(dict(user.attributes)), json_text(dict(user.consent)))


def _put(connection: Connection, newest: Mapping[str, tuple[Any, ...]]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    ids = list(newest)
    for start in range(0, len(ids), BLOCK):
        block = ids[start : start + BLOCK]
        held = {row.user_id: row for row in connection.execute(select(users).where(among(users.c.user_id, block)))}
        number = next_number(connection, users)
        fresh: list[tuple[Any, ...]] = []
        altered: list[tuple[Any, ...]] = []
        for user_id in block:
            known = held.get(user_id)
            if known is None:
                numbers[user_id] = number + len(fresh)
                fresh.append((numbers[user_id], user_id, *newest[user_id]))
                continue
            numbers[user_id] = known.number
            if (known.created_at_ms, known.attributes, known.consent) != newest[user_id]:
                altered.append((*newest[user_id], known.number))
        if fresh:
            connection.exec_driver_sql(_INSERT, fresh)
        if altered:
            connection.exec_driver_sql(_UPDATE, altered)
        log_changes(connection, "user", [row[0] for row in fresh] + [row[-1] for row in altered])
    return numbers


def _events_of(connection: Connection, number: int, after: int, upto: int | None) -> list[int]:
    """Numbers of the user's events, and of anonymous events of the user's sessions, in a part of the log."""
    part = events.c.number > after
    if upto is not None:
        part &= events.c.number <= upto
    own = connection.execute(select(events.c.number).where(part, events.c.user == number)).scalars().all()
    sessions = connection.execute(
        select(events.c.session).where(events.c.user == number, events.c.session.is_not(None)).distinct()
    ).scalars()
    known = sessions.all()
    if not known:
        return list(own)
    anonymous = select(events.c.number).where(part, events.c.user.is_(None), among(events.c.session, known))
    return [*own, *connection.execute(anonymous).scalars()]
