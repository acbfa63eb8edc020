"""The money of ads in SQLite."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import Connection, Select, and_, exists, func, or_, select

from shopmind.domain import EVENT_TYPES
from shopmind.kit.clock import DAY_MS
from shopmind.stores.ledger import SHOWN, Account, Hold, Refusal, Settled
from shopmind.stores.sqlite.database import SqliteDatabase, driver_connection, fetched
from shopmind.stores.sqlite.item_rows import json_text
from shopmind.stores.sqlite.schema import ad_accounts, ad_holds, events

WHOLE = -1
"""The day that stands for the whole flight."""
UNSETTLED = 2_000
"""New events that charge nothing are looked through again until there are so many: a write costs more."""

_CLICK, _PURCHASE, _IMPRESSION = (EVENT_TYPES.index(kind) for kind in ("click", "purchase", "impression"))
_HOLD = (
    "INSERT INTO ad_holds (request_id, item, target, charged_on, price, day, at_ms, until_ms, user, session, scenario, "
    "position, state, traits, foreseen_click, foreseen_purchase) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)"
)
_OPEN = "SELECT EXISTS (SELECT 1 FROM ad_holds WHERE state = 0)"
_LAST = "SELECT coalesce(max(number), 0) FROM events"
_MARK = "SELECT coalesce(max(event), 0) FROM ad_settled"
_SET_MARK = "INSERT OR REPLACE INTO ad_settled (one, event) VALUES (1, ?)"
_TAKE = (
    "INSERT INTO ad_accounts (item, day, spent, held) SELECT :item, :day, 0, :price "
    "WHERE :limit IS NULL OR :price <= :limit ON CONFLICT (item, day) DO UPDATE SET held = held + :price "
    "WHERE :limit IS NULL OR spent + held + :price <= :limit RETURNING item"
)
_TIMES = "SELECT count(*) FROM ad_holds WHERE {who} = ? AND at_ms > ? AND item = ?"
_SHOWN_TO = "SELECT item, at_ms FROM ad_holds WHERE {who} = ? AND at_ms > ? ORDER BY at_ms"
_MOVE = "UPDATE ad_accounts SET held = held + ?, spent = spent + ? WHERE item = ? AND day = ?"
_CHARGED = "UPDATE ad_holds SET state = 1, event = ? WHERE number = ?"
_RETURNED = "UPDATE ad_holds SET state = 2 WHERE number = ?"
_DUE = (  # CROSS JOIN keeps the new events outside, however many holds are open
    "SELECT h.number, h.item, h.day, h.price, min(e.number) FROM events e CROSS JOIN ad_holds h "
    "ON h.request_id = e.request_id WHERE e.number > ? AND e.number <= ? AND e.request_id IS NOT NULL AND h.state = 0 "
    f"AND e.type = h.charged_on AND (e.item = h.item OR (h.target > 0 AND e.item = h.target AND e.type = {_PURCHASE} "
    f"AND EXISTS (SELECT 1 FROM events c WHERE c.request_id = h.request_id AND c.item = h.item AND c.type = {_CLICK} "
    "AND c.number < e.number))) GROUP BY h.number"
)
_OVERDUE = "SELECT number, item, day, price FROM ad_holds WHERE state = 0 AND until_ms <= ?"
_OLD = "SELECT 1 FROM ad_holds WHERE at_ms < ? AND state <> 0 LIMIT 1"
_PRUNE = (
    "DELETE FROM ad_holds WHERE number IN "
    "(SELECT number FROM ad_holds WHERE at_ms < ? AND state <> 0 ORDER BY at_ms, number LIMIT ?)"
)


class SqliteLedger:
    """The port Ledger. Every change is one transaction of the one file, so no process sees money that is not there."""

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def reserve(self, holds: Sequence[Hold], *, patience_s: float | None = None) -> list[Refusal]:
        """See the port. Losing a hold to a power failure charges less, never more, so it is not waited for the disk."""
        if not holds:
            return []
        with self._database.noting(patience_s) as connection:
            driver = driver_connection(connection)  # a third of the time, on the way of every answer with an ad
            if not driver.execute(_OPEN).fetchone()[0]:  # what happened before can charge nothing
                driver.execute(_SET_MARK, driver.execute(_LAST).fetchone())
            return [_reserve(driver, hold) for hold in holds]

    def settle(self, now_ms: int) -> Settled:
        """See the port."""
        with self._database.reading() as connection:
            if not connection.exec_driver_sql(_OPEN).scalar():
                return Settled()
            mark, last = (int(connection.exec_driver_sql(sql).scalar_one()) for sql in (_MARK, _LAST))
            due = last > mark and bool(connection.exec_driver_sql(_DUE, (mark, last)).first())
            overdue = bool(connection.exec_driver_sql(_OVERDUE, (now_ms,)).first())
        if not due and not overdue and last - mark < UNSETTLED:
            return Settled()
        with self._database.writing() as connection:
            return _settle(connection, now_ms)

    def accounts(self, day: int) -> Mapping[int, Account]:
        """See the port."""
        chosen = select(ad_accounts).where(ad_accounts.c.day.in_((WHOLE, day)))
        found: dict[int, Account] = {}
        with self._database.reading() as connection:
            rows = fetched(connection, chosen.order_by(ad_accounts.c.item, ad_accounts.c.day))
        for item, of_day, spent, held in rows:
            whole = found.get(item, Account())
            if of_day == WHOLE:
                found[item] = Account(spent, held)
            else:
                found[item] = Account(whole.spent, whole.held, spent, held)
        return found

    def times_shown(self, user_id: str | None, session_id: str | None, since_ms: int) -> Mapping[int, Sequence[int]]:
        """See the port."""
        name, who = ("user", user_id) if user_id is not None else ("session", session_id)
        if who is None:
            return {}
        found: dict[int, list[int]] = {}
        with self._database.looking() as driver:
            for item, at_ms in driver.execute(_SHOWN_TO.format(who=name), (who, since_ms)):
                found.setdefault(item, []).append(at_ms)
        return found

    def prune(self, before_ms: int, most: int = 1_000) -> int:
        """See the port."""
        with self._database.reading() as connection:
            if connection.exec_driver_sql(_OLD, (before_ms,)).first() is None:
                return 0
        with self._database.writing() as connection:
            return connection.exec_driver_sql(_PRUNE, (before_ms, most)).rowcount

    def shown(self, since_ms: int, until_ms: int) -> pl.DataFrame:
        """See the port."""
        with self._database.reading() as connection:
            rows = fetched(connection, _shown(since_ms, until_ms))
        frame = pl.DataFrame(rows, schema=list(SHOWN), orient="row", infer_schema_length=None)
        return frame.select(pl.col(name).cast(kind) for name, kind in SHOWN.items())


def give_holds_to_nobody(connection: Connection, user_id: str, number: int | None) -> None:
    """Money stays on the books without the name; to be called inside the write that erases, before its events go.

    Args:
        number: of the user, whose sessions are found in the events; None for one who did nothing.
    """
    connection.exec_driver_sql(
        "UPDATE ad_holds SET user = NULL, session = NULL, traits = '{}' WHERE user = ?", (user_id,)
    )
    if number is not None:
        connection.exec_driver_sql(
            "UPDATE ad_holds SET user = NULL, session = NULL, traits = '{}' WHERE session IN "
            "(SELECT DISTINCT session FROM events WHERE user = ? AND session IS NOT NULL)",
            (number,),
        )


def _reserve(driver: sqlite3.Connection, hold: Hold) -> Refusal:
    day = hold.at_ms // DAY_MS
    if hold.cap:
        who, name = (hold.user_id, "user") if hold.user_id is not None else (hold.session_id, "session")
        told = (who, hold.cap_since_ms, hold.item)
        if who is not None and driver.execute(_TIMES.format(who=name), told).fetchone()[0] >= hold.cap:
            return "cap"
    for of_day, limit in ((WHOLE, hold.budget), (day, hold.daily)):
        asked = {"item": hold.item, "day": of_day, "price": hold.price, "limit": limit}
        if not driver.execute(_TAKE, asked).fetchall():  # to the end: a statement half read is not done
            if of_day == WHOLE:
                return "budget"
            driver.execute(_MOVE, (-hold.price, 0, hold.item, WHOLE))
            return "daily_budget"
    click, purchase = (None if math.isnan(each) else each for each in hold.foreseen)
    told_of = (hold.request_id, hold.item, hold.target, EVENT_TYPES.index(hold.charged_on), hold.price, day)
    shown_to = (hold.at_ms, hold.until_ms, hold.user_id, hold.session_id, hold.scenario, hold.position)
    driver.execute(_HOLD, (*told_of, *shown_to, json_text(dict(hold.traits)), click, purchase))
    return ""


def _settle(connection: Connection, now_ms: int) -> Settled:
    mark, last = (int(connection.exec_driver_sql(sql).scalar_one()) for sql in (_MARK, _LAST))
    due = connection.exec_driver_sql(_DUE, (mark, last)).all()
    charged = {number for number, *_ in due}
    overdue = [row for row in connection.exec_driver_sql(_OVERDUE, (now_ms,)) if row[0] not in charged]
    moves = [(-price, price, item, of_day) for _, item, day, price, _ in due for of_day in (WHOLE, day)]
    moves += [(-price, 0, item, of_day) for _, item, day, price in overdue for of_day in (WHOLE, day)]
    for sql, rows in (
        (_CHARGED, [(event, number) for number, *_, event in due]),
        (_RETURNED, [(row[0],) for row in overdue]),
        (_MOVE, moves),
    ):
        if rows:
            connection.exec_driver_sql(sql, rows)
    connection.exec_driver_sql(_SET_MARK, (last,))
    return Settled(len(due), len(overdue), sum(row[3] for row in due))


def _shown(since_ms: int, until_ms: int) -> Select[Any]:
    hold = ad_holds.c
    clicked_by = events.alias("clicked_by")

    def came(*types: int) -> Any:
        return exists().where(
            events.c.request_id == hold.request_id, events.c.item == hold.item, events.c.type.in_(types)
        )

    led_to = and_(
        hold.target > 0,
        events.c.item == hold.target,
        exists().where(
            clicked_by.c.request_id == hold.request_id,
            clicked_by.c.item == hold.item,
            clicked_by.c.type == _CLICK,
            clicked_by.c.number < events.c.number,
        ),
    )
    bought = exists().where(
        events.c.request_id == hold.request_id, events.c.type == _PURCHASE, or_(events.c.item == hold.item, led_to)
    )
    names = (name for name in SHOWN if name not in ("seen", "clicked", "bought"))
    flags = [func.coalesce(each, False) for each in (came(_IMPRESSION, _CLICK), came(_CLICK), bought)]
    columns = [*(ad_holds.c[name] for name in names), *flags]
    return select(*columns).where(hold.at_ms >= since_ms, hold.at_ms < until_ms).order_by(hold.number)
