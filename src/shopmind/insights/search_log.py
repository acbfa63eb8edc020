"""The searches of a period, from the slates the shop answered and the `search` events that clients reported."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import polars as pl

from shopmind.domain import EventType
from shopmind.shop import Shop

SEARCHES: dict[str, Any] = {
    "request_id": pl.String,
    "at_ms": pl.Int64,
    "visitor": pl.String,
    "text": pl.String,
    "found": pl.Int64,
}
FOLLOWED: tuple[EventType, ...] = ("click", "view", "favourite", "add_to_cart", "purchase")
"""Events that say, by their request_id, that a searcher took up a hit."""

MOST_SLATES = 200_000

LATE_MS = 60_000
"""Slates are written newest first up to this: several processes write theirs a moment after they answered."""


@dataclass(frozen=True)
class SearchLog:
    """The log of searches.

    Attributes:
        searches: schema SEARCHES. visitor: a pseudonym of the session, else of the user, null when neither is known.
            found: hits on the page, null where only the client reported the search. One request may be there twice.
        followed: column request_id: answers of which a hit was taken up.
        since_ms, until_ms: the period that is covered; it begins later than asked when there are too many slates.
    """

    searches: pl.DataFrame
    followed: pl.DataFrame
    since_ms: int
    until_ms: int


def search_log(shop: Shop, since_ms: int, until_ms: int, *, most: int = MOST_SLATES) -> SearchLog:
    """Reads the log from `since_ms` up to before `until_ms`; at most the newest `most` slates of all scenarios."""
    answered, since_ms = _answered(shop, since_ms, until_ms, most)
    upto = shop.events.last_number()
    searches = pl.concat([answered, _reported(shop, since_ms, until_ms, upto)])
    asked = searches["request_id"].drop_nulls().unique().to_list()
    taken_up = shop.events.of_requests(asked, upto=upto, types=FOLLOWED)
    return SearchLog(searches, taken_up.select("request_id").unique(), since_ms, until_ms)


def _answered(shop: Shop, since_ms: int, until_ms: int, most: int) -> tuple[pl.DataFrame, int]:
    """The slates of texts, and since when they are all read."""
    rows: list[tuple[str, int, str | None, str, int]] = []
    seen, oldest_ms = 0, until_ms
    with contextlib.closing(shop.records.stream("slate", most)) as slates:
        for key, body in slates:
            seen, oldest_ms = seen + 1, int(body.get("at_ms", 0))
            if oldest_ms < since_ms - LATE_MS:
                break
            if since_ms <= oldest_ms < until_ms and str(body.get("text") or "").strip():
                visitor = body.get("session_id") or body.get("user_id")
                rows.append((key, oldest_ms, visitor, body["text"], len(body["items"])))
    frame = pl.DataFrame(rows, schema=SEARCHES, orient="row")
    return frame, max(since_ms, oldest_ms) if seen == most else since_ms


def _reported(shop: Shop, since_ms: int, until_ms: int, upto: int) -> pl.DataFrame:
    events = shop.events.between(("search",), since_ms, until_ms, upto=upto).filter(
        pl.col("query").str.strip_chars() != ""
    )
    users = shop.users.table().select("number", "user_id")
    return events.join(users, left_on="user", right_on="number", how="left").select(
        "request_id",
        pl.col("timestamp_ms").alias("at_ms"),
        pl.coalesce("session", "user_id").alias("visitor"),
        pl.col("query").alias("text"),
        pl.lit(None, pl.Int64).alias("found"),
    )
