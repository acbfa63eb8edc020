"""The ledger of offers in SQLite: rows of the table `records`, written only in transactions that have read first."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection

from shopmind.kit.errors import InputError
from shopmind.stores.redemptions import Limits, Redemption, Spent, Status
from shopmind.stores.sqlite.database import SqliteDatabase

SUM = "offer_spent"
MARK = "redeemed"
OF_USER = "redemption"
_PUT = "INSERT OR REPLACE INTO records (kind, key, body, user_id, written_at_ms) VALUES (?, ?, ?, ?, ?)"
_GET = "SELECT body FROM records WHERE kind = ? AND key = ?"
_OF_USER = "SELECT body FROM records WHERE user_id = ? AND kind = ?"
_LAST = "SELECT max(number) FROM records WHERE kind = ?"
_SUMS = "SELECT key, body FROM records WHERE kind = ?"


class SqliteRedemptions:
    """The port Redemptions.

    A sum an offer, which nobody's erasure touches; a mark a redemption, under a hash of its id, so that it is known for
    ever; and, of a known user, a row that goes with the user.
    """

    def __init__(self, database: SqliteDatabase) -> None:
        self._database = database

    def count(self, wanted: Sequence[tuple[Redemption, Limits]]) -> list[Status]:
        """See the port."""
        ids = [each.redemption_id for each, _ in wanted]
        if len(set(ids)) < len(ids) or not all(ids):
            raise InputError("redemptions: an id comes twice, or is empty", field="redemption_id")
        with self._database.writing() as connection:
            sums: dict[str, Spent] = {}
            had: dict[tuple[str, str], int] = {}
            statuses: list[Status] = []
            for each, limits in wanted:
                statuses.append(self._status(connection, each, limits, sums, had))
            if not set(statuses) <= {"counted", "known"}:
                return ["held_back" if status == "counted" else status for status in statuses]
            now_ms = self._database.clock()
            for (each, _), status in zip(wanted, statuses, strict=True):
                if status == "counted":
                    _keep(connection, each, now_ms)
            changed = {each.offer_id for (each, _), status in zip(wanted, statuses, strict=True) if status == "counted"}
            for offer_id in changed:
                _put(connection, SUM, offer_id, _plain(sums[offer_id]), None, now_ms)
        return statuses

    def take_back(self, redemption_id: str) -> bool:
        """See the port."""
        key = _key(redemption_id)
        with self._database.writing() as connection:
            mark = _get(connection, MARK, key)
            if mark is None or mark.get("back"):
                return False
            now_ms = self._database.clock()
            spent = _spent(_get(connection, SUM, mark["offer_id"]))
            less = Spent(spent.uses - 1, spent.amount_minor - int(mark["amount_minor"]))
            _put(connection, SUM, mark["offer_id"], _plain(less), None, now_ms)
            _put(connection, MARK, key, {**mark, "back": True}, None, now_ms)
            connection.exec_driver_sql("DELETE FROM records WHERE kind = ? AND key = ?", (OF_USER, key))
        return True

    def known(self, redemption_ids: Sequence[str]) -> frozenset[str]:
        """See the port."""
        with self._database.reading() as connection:
            return frozenset(each for each in redemption_ids if _get(connection, MARK, _key(each)) is not None)

    def last_change(self) -> int:
        """See the port."""
        with self._database.looking() as driver:
            return driver.execute(_LAST, (SUM,)).fetchone()[0] or 0

    def spent(self, offer_ids: Sequence[str] | None = None) -> Mapping[str, Spent]:
        """See the port."""
        with self._database.reading() as connection:
            if offer_ids is None:
                rows = connection.exec_driver_sql(_SUMS, (SUM,)).all()
                return {key: _spent(orjson.loads(body)) for key, body in rows}
            return {each: _spent(_get(connection, SUM, each)) for each in offer_ids}

    def of_user(self, user_id: str) -> Mapping[str, int]:
        """See the port."""
        with self._database.reading() as connection:
            return _counts(connection, user_id)

    def _status(
        self,
        connection: Connection,
        each: Redemption,
        limits: Limits,
        sums: dict[str, Spent],
        had: dict[tuple[str, str], int],
    ) -> Status:
        """What becomes of one, after those before it; adds it to the sums if it can be counted."""
        mark = _get(connection, MARK, _key(each.redemption_id))
        if mark is not None:
            if (mark["offer_id"], mark["amount_minor"]) != (each.offer_id, each.amount_minor):
                raise InputError(
                    f"redemption {each.redemption_id!r}: was counted for another offer or amount; a new one needs a "
                    "new id",
                    field="redemption_id",
                )
            return "known"
        if each.offer_id not in sums:
            sums[each.offer_id] = _spent(_get(connection, SUM, each.offer_id))
        spent = sums[each.offer_id]
        if limits.uses is not None and spent.uses + 1 > limits.uses:
            return "uses_gone"
        if limits.amount_minor is not None and spent.amount_minor + each.amount_minor > limits.amount_minor:
            return "budget_gone"
        if limits.per_user is not None and each.user_id is not None:
            who = (each.user_id, each.offer_id)
            if who not in had:
                had[who] = _counts(connection, each.user_id).get(each.offer_id, 0)
            if had[who] + 1 > limits.per_user:
                return "user_had_it"
            had[who] += 1
        sums[each.offer_id] = Spent(spent.uses + 1, spent.amount_minor + each.amount_minor)
        return "counted"


def _keep(connection: Connection, each: Redemption, now_ms: int) -> None:
    key = _key(each.redemption_id)
    said = {"offer_id": each.offer_id, "amount_minor": each.amount_minor}
    _put(connection, MARK, key, said, None, now_ms)
    if each.user_id is not None:
        whole = {**said, "at_ms": each.at_ms, "order_id": each.order_id}
        _put(connection, OF_USER, key, whole, each.user_id, now_ms)


def _counts(connection: Connection, user_id: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for (body,) in connection.exec_driver_sql(_OF_USER, (user_id, OF_USER)).all():
        offer_id = str(orjson.loads(body)["offer_id"])
        counts[offer_id] = counts.get(offer_id, 0) + 1
    return counts


def _get(connection: Connection, kind: str, key: str) -> dict[str, Any] | None:
    body = connection.exec_driver_sql(_GET, (kind, key)).scalar()
    return None if body is None else dict(orjson.loads(body))


def _put(
    connection: Connection, kind: str, key: str, body: Mapping[str, Any], user_id: str | None, now_ms: int
) -> None:
    connection.exec_driver_sql(_PUT, (kind, key, orjson.dumps(body).decode(), user_id, now_ms))


def _spent(body: Mapping[str, Any] | None) -> Spent:
    return Spent() if body is None else Spent(int(body["uses"]), int(body["amount_minor"]))


def _plain(spent: Spent) -> dict[str, int]:
    return {"uses": spent.uses, "amount_minor": spent.amount_minor}


def _key(redemption_id: str) -> str:
    """A hash: an order's number may tell who ordered."""
    return hashlib.blake2b(redemption_id.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
