"""Reading events: one history at once, or the whole log as a table."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import orjson
import polars as pl
from sqlalchemy import ColumnElement, Connection, select

from shopmind.domain import EVENT_TYPES, History
from shopmind.stores.ports import EVENT_LOG, EVENT_TABLE
from shopmind.stores.sqlite.database import blocks
from shopmind.stores.sqlite.schema import HISTORY, TOUCH, events

TABLE_ROWS = 50_000
_FIELDS = "number, item, type, timestamp_ms, quantity, order_number"
_OF_USER = (
    f"SELECT {_FIELDS} FROM events WHERE {HISTORY} AND user IS NOT NULL "
    "AND user = (SELECT number FROM users WHERE user_id = ?) AND number > ? "
    "ORDER BY number DESC LIMIT ?"
)
_OF_SESSION = (
    f"SELECT {_FIELDS} FROM events WHERE {HISTORY} AND session IS NOT NULL AND session = ? AND number > ? "
    "AND user IS NULL ORDER BY number DESC LIMIT ?"
)
_OF_BOTH = f"SELECT * FROM ({_OF_USER}) UNION ALL SELECT * FROM ({_OF_SESSION})"
"""One statement, for each sees a moment of its own: who reads on from the newest number must not have missed others."""
_AS_COLUMNS = (
    "SELECT json_group_array(number), json_group_array(item), json_group_array(type), json_group_array(timestamp_ms), "
    "json_group_array(iif(quantity < 9e999, quantity, 1)), json_group_array(order_number) FROM ({})"
)
"""One row of six lists in place of hundreds of rows, each of which would give the interpreter away.

JSON has no number without end (9e999), so such a quantity counts as an unknown one, 1.
"""

_EVER_OF_USER = (
    f"SELECT 1 FROM events {{by}} WHERE {HISTORY} AND type = {{code}} AND user IS NOT NULL "
    "AND user = (SELECT number FROM users WHERE user_id = ?) LIMIT 1"
)
_EVER_OF_SESSION = (
    f"SELECT 1 FROM events {{by}} WHERE {HISTORY} AND type = {{code}} AND session IS NOT NULL AND session = ? "
    "AND user IS NULL LIMIT 1"
)
_FIRST = (  # by number alone: a partial index would have to be read whole
    "SELECT (SELECT number FROM events NOT INDEXED WHERE number > ? AND item IS NOT NULL "
    "AND type IN (SELECT value FROM json_each(?)) ORDER BY number LIMIT 1), (SELECT max(number) FROM events)"
)
_DISLIKE = EVENT_TYPES.index("dislike")
_COLUMNS = {
    "number": events.c.number,
    "type": events.c.type,
    "timestamp_ms": events.c.timestamp_ms,
    "user": events.c.user,
    "session": events.c.session,
    "item": events.c.item,
    "value_minor": events.c.value_minor,
    "quantity": events.c.quantity,
    "order": events.c.order_number,
    "query": events.c.query,
    "scenario": events.c.scenario,
    "request_id": events.c.request_id,
    "position": events.c.position,
    "propensity": events.c.propensity,
    "variant": events.c.variant,
    "currency": events.c.currency,
}
_LOG = ", ".join(f"e.{column.name}" for column in _COLUMNS.values())
_TOUCH = TOUCH.replace("item IS", "e.item IS").replace("request_id IS", "e.request_id IS").replace("type =", "e.type =")
_OF_PAIRS = (
    f"SELECT {_LOG} FROM json_each(?) AS pair CROSS JOIN events AS e "
    "ON e.{who} = json_extract(pair.value, '$[0]') AND e.item = json_extract(pair.value, '$[1]') "
    f"WHERE {_TOUCH} AND e.{{who}} IS NOT NULL AND e.number <= ?"
)
_BETWEEN = (
    f"SELECT {_LOG} FROM events AS e INDEXED BY events_time WHERE e.timestamp_ms >= ? AND e.timestamp_ms < ? "
    "AND e.number <= ? AND e.type IN (SELECT value FROM json_each(?))"
)
_OF_REQUESTS = (
    f"SELECT {_LOG} FROM json_each(?) AS asked CROSS JOIN events AS e ON e.request_id = asked.value "
    "WHERE e.request_id IS NOT NULL AND e.item IS NOT NULL AND e.number <= ? "
    "AND e.type IN (SELECT value FROM json_each(?)) ORDER BY e.number"
)


def read_history(
    driver: sqlite3.Connection, user_id: str | None, session_id: str | None, after: int, limit: int
) -> History:
    """The newest `limit` events of the user and of the session while it was anonymous, in time order."""
    of_user, of_session = (user_id, after, limit), (session_id, after, limit)
    if user_id is not None and session_id is not None:
        found = driver.execute(_AS_COLUMNS.format(_OF_BOTH), (*of_user, *of_session)).fetchone()
    elif user_id is not None:
        found = driver.execute(_AS_COLUMNS.format(_OF_USER), of_user).fetchone()
    elif session_id is not None:
        found = driver.execute(_AS_COLUMNS.format(_OF_SESSION), of_session).fetchone()
    else:
        return History.empty()
    numbers, items, types, times, quantities, orders = map(orjson.loads, found)
    history = History(
        items=np.array(items, np.int64),
        types=np.array(types, np.int8),
        times_ms=np.array(times, np.int64),
        quantities=np.array(quantities, np.float32),
        orders=np.array(orders, np.int64),
        numbers=np.array(numbers, np.int64),
    )
    if len(history) > limit:
        history = history.take(np.argsort(history.numbers)[-limit:])
    return history.take(np.lexsort((history.numbers, history.times_ms)))


def did_ever(driver: sqlite3.Connection, user_id: str | None, session_id: str | None, code: int) -> bool:
    """Whether the user, or the session while it was anonymous, has an event of that type about an item."""
    asked = zip(ever_sql(code), (user_id, session_id), strict=True)
    return any(who is not None and driver.execute(sql, (who,)).fetchone() for sql, who in asked)


def read_first(driver: sqlite3.Connection, codes: Sequence[int], after: int) -> tuple[int | None, int]:
    """Above `after` the number of the first event of these types about an item, and the newest number of all."""
    first, newest = driver.execute(_FIRST, (after, _json(codes))).fetchone()
    return first, newest or 0


@cache
def ever_sql(code: int) -> tuple[str, str]:
    """What asks about a user, and about a session. Dislikes, about which every answer asks, have indexes of their own;
    left alone, SQLite would look through all of a user's events, whose index holds every column."""
    by = ("INDEXED BY events_disliked", "INDEXED BY events_disliked_in") if code == _DISLIKE else ("", "")
    return _EVER_OF_USER.format(by=by[0], code=code), _EVER_OF_SESSION.format(by=by[1], code=code)


def _rows(connection: Connection, sql: str, parameters: tuple[Any, ...]) -> list[Any]:
    driver = connection.connection.driver_connection
    if driver is None:
        raise RuntimeError("the connection is closed")
    found: list[Any] = driver.execute(sql, parameters).fetchall()
    return found


def read_table(
    connection: Connection, chosen: ColumnElement[bool], schema: Mapping[str, Any] = EVENT_TABLE
) -> pl.DataFrame:
    """The chosen events by rising number as a frame of the schema (or EVENT_LOG), read block by block."""
    statement = select(*(_COLUMNS[name].label(name) for name in schema)).where(chosen)
    frames = [_frame(rows, schema) for rows in blocks(connection, statement.order_by(events.c.number), TABLE_ROWS)]
    return pl.concat(frames) if frames else pl.DataFrame(schema=schema)


def read_between(connection: Connection, types: Sequence[int], since_ms: int, until_ms: int, upto: int) -> pl.DataFrame:
    """See Events.between."""
    rows = _rows(connection, _BETWEEN, (since_ms, until_ms, upto, _json(types)))
    return _frame(rows, EVENT_LOG).sort("number") if rows else pl.DataFrame(schema=EVENT_LOG)


def read_touches(
    connection: Connection, users: Sequence[tuple[int, int]], sessions: Sequence[tuple[str, int]], upto: int
) -> pl.DataFrame:
    """See Events.touches."""
    found = [
        _frame(rows, EVENT_LOG)
        for who, pairs in (("user", users), ("session", sessions))
        if pairs and (rows := _rows(connection, _OF_PAIRS.format(who=who), (_json(pairs), upto)))
    ]
    return pl.concat([pl.DataFrame(schema=EVENT_LOG), *found]).unique("number").sort("number")


def read_of_requests(
    connection: Connection, request_ids: Sequence[str], upto: int, types: Sequence[int]
) -> pl.DataFrame:
    """See Events.of_requests."""
    rows = _rows(connection, _OF_REQUESTS, (_json(request_ids), upto, _json(types))) if request_ids else []
    return _frame(rows, EVENT_LOG) if rows else pl.DataFrame(schema=EVENT_LOG)


def _json(values: Sequence[Any]) -> str:
    return orjson.dumps(list(values)).decode()


def _frame(rows: Sequence[Any], schema: Mapping[str, Any]) -> pl.DataFrame:
    columns = zip(schema.items(), zip(*rows, strict=True), strict=True)
    return pl.DataFrame([pl.Series(name, values, dtype=kind) for (name, kind), values in columns])
