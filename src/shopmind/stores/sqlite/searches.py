"""What was searched for: by everybody, and by one user or session."""

from __future__ import annotations

from sqlalchemy import String, cast, func, literal, select, text

from shopmind.stores.sqlite.database import SqliteDatabase
from shopmind.stores.sqlite.schema import SEARCH, events

_OWN = (
    "SELECT query FROM events WHERE type = 1 AND user IS NOT NULL AND user = ? AND query IS NOT NULL "
    "ORDER BY number DESC LIMIT ?"
)
_OF_SESSION = (
    "SELECT query FROM events WHERE type = 1 AND session IS NOT NULL AND session = ? AND user IS NULL "
    "AND query IS NOT NULL ORDER BY number DESC LIMIT ?"
)


def most_asked(
    database: SqliteDatabase, limit: int, since_ms: int | None, least_visitors: int
) -> list[tuple[str, int]]:
    """As Events.queries."""
    times = func.count().label("times")
    chosen = select(events.c.query, times).where(text(SEARCH), events.c.query.is_not(None))
    if since_ms is not None:
        chosen = chosen.where(events.c.timestamp_ms >= since_ms)
    grouped = chosen.group_by(events.c.query)
    if least_visitors > 1:
        visitor = func.coalesce(literal("u") + cast(events.c.user, String), literal("s") + events.c.session)
        grouped = grouped.having(func.count(visitor.distinct()) >= least_visitors)
    with database.reading() as connection:
        rows = connection.execute(grouped.order_by(times.desc(), events.c.query).limit(limit)).all()
    return [(query, count) for query, count in rows]


def asked_by(database: SqliteDatabase, user_id: str | None, session_id: str | None, limit: int) -> list[str]:
    """As Events.asked."""
    with database.reading() as connection:
        rows: list[str] = []
        if user_id is not None:
            user = connection.exec_driver_sql("SELECT number FROM users WHERE user_id = ?", (user_id,)).scalar()
            if user is not None:
                rows += connection.exec_driver_sql(_OWN, (user, limit)).scalars().all()
        if session_id is not None:
            rows += connection.exec_driver_sql(_OF_SESSION, (session_id, limit)).scalars().all()
    return list(dict.fromkeys(rows))
