"""What people search for, what they do not find, what they do not click, and how they ask again.

Nothing here names anybody: a query that fewer than a few different visitors asked is withheld and only counted, for
what one person types may say who they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

import polars as pl

from shopmind.kit.clock import MINUTE_MS
from shopmind.kit.errors import InputError
from shopmind.metrics.proportion import wilson
from shopmind.text.analyse import analyse
from shopmind.text.normalise import fold

SAME_SEARCH_MS = 10 * MINUTE_MS
"""A visitor who asks the same again within this time (for the next page, with another filter) still searches once."""

NEXT_QUERY_MS = 5 * MINUTE_MS
ALIKE = 0.7
LONGEST = 200

How = Literal["respelt", "narrowed", "widened", "changed"]


@dataclass(frozen=True, slots=True)
class QueryLine:
    """One query text, in plain letters.

    Attributes:
        visitors: different ones; all that are not known count as one.
        empty: searches that found nothing; None when it is not known of any.
        judged: searches with hits, of which a click would be known.
        clicked: how many of these led to a click, view, cart or purchase.
        low, high: 95 % Wilson interval of the click rate.
    """

    query: str
    searches: int
    visitors: int
    empty: int | None
    judged: int
    clicked: int
    low: float
    high: float

    @property
    def click_rate(self) -> float | None:
        """Share of the judged searches that led to a click; None when there are none."""
        return self.clicked / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A query that was asked again in other words within five minutes, by the same visitor and without a click.

    Attributes:
        how: respelt, narrowed (words added), widened (words dropped) or changed.
        helped: how many times the second query led to a click.
    """

    query: str
    then: str
    how: How
    times: int
    visitors: int
    helped: int


@dataclass(frozen=True, slots=True)
class QueryReport:
    """Four lists over one period.

    Attributes:
        empty_rate: share of the searches that found nothing, of those of which it is known; None when of none.
        click_rate: share of the judged searches that led to a click; None when there are none.
        top: most searches first.
        no_result: most empty searches first.
        low_click: surely below the click rate of all, those of the lowest upper bound first.
        reformulated: most frequent first.
        withheld_queries, withheld_searches: asked by too few visitors to be shown.
    """

    since_ms: int
    until_ms: int
    searches: int
    visitors: int
    empty_rate: float | None
    click_rate: float | None
    top: tuple[QueryLine, ...]
    no_result: tuple[QueryLine, ...]
    low_click: tuple[QueryLine, ...]
    reformulated: tuple[Rewrite, ...]
    withheld_queries: int
    withheld_searches: int


def query_report(
    searches: pl.DataFrame, followed: pl.DataFrame, *, since_ms: int, until_ms: int, min_visitors: int = 2, n: int = 50
) -> QueryReport:
    """The report over a log of searches as `search_log` reads it.

    Args:
        min_visitors: a query, or a rewrite, of fewer different visitors is withheld.
        n: most lines of each list.

    Raises:
        InputError: `min_visitors` or `n` below 1.
    """
    if min_visitors < 1 or n < 1:
        raise InputError(f"query report: min_visitors {min_visitors} and n {n} must be at least 1", field="n")
    each = _searches(searches, followed)
    by_query = each.group_by("query").agg(
        pl.len().alias("searches"),
        pl.col("visitor").fill_null("").n_unique().alias("visitors"),
        pl.col("empty").sum().alias("empty"),
        pl.col("empty").is_not_null().sum().alias("known"),
        pl.col("judged").sum(),
        pl.col("clicked").sum(),
    )
    shown = by_query.filter(pl.col("visitors") >= min_visitors)
    withheld = by_query.filter(pl.col("visitors") < min_visitors)
    lines = [_line(row) for row in shown.sort("searches", "query", descending=[True, False]).iter_rows(named=True)]
    judged, clicked = int(each["judged"].sum()), int(each["clicked"].sum())
    click_rate = clicked / judged if judged else None
    known = each["empty"].drop_nulls()
    poor = [line for line in lines if click_rate is not None and line.judged and line.high < click_rate]
    return QueryReport(
        since_ms=since_ms,
        until_ms=until_ms,
        searches=len(each),
        visitors=each["visitor"].drop_nulls().n_unique(),
        empty_rate=int(known.sum()) / len(known) if len(known) else None,
        click_rate=click_rate,
        top=tuple(lines[:n]),
        no_result=tuple(sorted((line for line in lines if line.empty), key=lambda line: -(line.empty or 0))[:n]),
        low_click=tuple(sorted(poor, key=lambda line: line.high)[:n]),
        reformulated=tuple(_rewrites(each, min_visitors)[:n]),
        withheld_queries=len(withheld),
        withheld_searches=int(withheld["searches"].sum()),
    )


def _searches(log: pl.DataFrame, followed: pl.DataFrame) -> pl.DataFrame:
    """One row a search: visitor, query, at_ms, and empty, judged, clicked as 0 or 1 (empty null where not known)."""
    texts = log.select("text").unique()
    plain = texts.with_columns(pl.Series("query", [_plain(text) for text in texts["text"]], pl.String))
    rows = log.join(plain, on="text", how="left").filter(pl.col("query") != "")
    named = rows.filter(pl.col("request_id").is_not_null()).sort("found", descending=True, nulls_last=True)
    rows = pl.concat([named.unique("request_id", keep="first"), rows.filter(pl.col("request_id").is_null())])
    rows = rows.sort("visitor", "query", "at_ms").with_columns(
        pl.col("request_id").is_in(followed["request_id"].implode()).fill_null(False).alias("followed"),
        (pl.col("at_ms") - pl.col("at_ms").shift(1).over("visitor", "query")).alias("gap"),
    )
    begins = pl.col("gap").is_null() | (pl.col("gap") > SAME_SEARCH_MS) | pl.col("visitor").is_null()
    searches = (
        rows.with_columns(begins.cum_sum().alias("search"))
        .group_by("search", maintain_order=True)
        .agg(
            pl.col("visitor").first(),
            pl.col("query").first(),
            pl.col("at_ms").min(),
            pl.col("found").max(),
            pl.col("request_id").is_not_null().any().alias("traced"),
            pl.col("followed").any(),
        )
    )
    judged = pl.col("traced") & (pl.col("found").fill_null(1) > 0)
    return searches.select(
        "visitor",
        "query",
        "at_ms",
        (pl.col("found") == 0).cast(pl.Int64).alias("empty"),
        judged.cast(pl.Int64).alias("judged"),
        (judged & pl.col("followed")).cast(pl.Int64).alias("clicked"),
    )


def _plain(text: str) -> str:
    return " ".join(fold(text[:LONGEST]).split())


def _line(row: dict[str, int | str]) -> QueryLine:
    judged, clicked = int(row["judged"]), int(row["clicked"])
    low, high = wilson(clicked, judged)
    return QueryLine(
        query=str(row["query"]),
        searches=int(row["searches"]),
        visitors=int(row["visitors"]),
        empty=int(row["empty"]) if row["known"] else None,
        judged=judged,
        clicked=clicked,
        low=low,
        high=high,
    )


def _rewrites(searches: pl.DataFrame, min_visitors: int) -> list[Rewrite]:
    """Pairs of queries that are alike, most frequent first."""
    in_order = searches.filter(pl.col("visitor").is_not_null()).sort("visitor", "at_ms", "query")
    pairs = (
        in_order.with_columns(
            pl.col("query").shift(-1).over("visitor").alias("then"),
            pl.col("clicked").shift(-1).over("visitor").alias("helped"),
            (pl.col("at_ms").shift(-1).over("visitor") - pl.col("at_ms")).alias("gap"),
        )
        .filter((pl.col("gap") <= NEXT_QUERY_MS) & (pl.col("clicked") == 0) & (pl.col("then") != pl.col("query")))
        .group_by("query", "then")
        .agg(pl.len().alias("times"), pl.col("visitor").n_unique().alias("visitors"), pl.col("helped").sum())
        .filter(pl.col("visitors") >= min_visitors)
        .sort("times", "query", "then", descending=[True, False, False])
    )
    found = []
    for row in pairs.iter_rows(named=True):
        how = rewritten(row["query"], row["then"])
        if how is not None:
            found.append(Rewrite(row["query"], row["then"], how, row["times"], row["visitors"], row["helped"]))
    return found


def rewritten(query: str, then: str) -> How | None:
    """How the second query says the first again; None when it asks for something else.

    Alike are two texts that share at least half of the words of the shorter one, or 0.7 of their letters in order.

    Source: Ratcliff, Metzener, Pattern matching: the gestalt approach, Dr. Dobb's Journal (1988): twice the letters
    that match over all letters.
    """
    ours, theirs = set(analyse(query)), set(analyse(then))
    if ours and theirs and ours != theirs:
        if ours < theirs:
            return "narrowed"
        if theirs < ours:
            return "widened"
    if SequenceMatcher(None, query, then, autojunk=False).ratio() >= ALIKE:
        return "respelt"
    shared = len(ours & theirs)
    return "changed" if shared and shared >= min(len(ours), len(theirs)) / 2 else None
