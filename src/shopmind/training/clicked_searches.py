"""What the log says of query and item: impressions of searches with what became of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES
from shopmind.training.click_model import Examination, Shown, attraction_of, examination, until_last_click
from shopmind.training.credit import in_time

SHOWN = {
    "request_id": pl.String,
    "query": pl.String,
    "item": pl.Int64,
    "position": pl.Int64,
    "timestamp_ms": pl.Int64,
}
"""Schema of impressions: what stood where in the answer to a search."""

WORTHS = {"click": 1.0, "view": 1.0, "favourite": 2.0, "add_to_cart": 3.0, "purchase": 5.0, "redeem": 5.0}
"""Event type → what it says of the wish behind the search; the strongest of one impression counts."""


@dataclass(frozen=True)
class Wanted:
    """What people wanted, had everybody looked at everything.

    Attributes:
        queries: (m,) text as it was typed, folded to lower case without spaces at the ends.
        items: (m,) numbers.
        gains: (m,) estimated worth, from 0.
        looks: (m,) expected examinations it rests on.
        bias: the position bias that was taken out.
        figures: what is worth a line in the card.
    """

    queries: tuple[str, ...]
    items: NDArray[np.int64]
    gains: NDArray[np.float64]
    looks: NDArray[np.float64]
    bias: Examination
    figures: dict[str, object]


def shown_in(events: pl.DataFrame) -> pl.DataFrame:
    """Impressions of searches that the log itself holds, of schema SHOWN."""
    code = EVENT_TYPES.index("impression")
    rows = events.filter(
        (pl.col("type") == code) & pl.col("query").is_not_null() & pl.col("request_id").is_not_null()
    ).drop_nulls(["item", "position"])
    return rows.select(pl.col(name).cast(kind) for name, kind in SHOWN.items())


def wanted(
    events: pl.DataFrame, shown: pl.DataFrame | None, hidden: frozenset[str] = frozenset(), *, most: int = 2_000_000
) -> Wanted | None:
    """What the clicks, carts and purchases after searches say, cleared of position bias.

    An event belongs to an impression by request and item; without a request by user or session, item and query is not
    tried: it would credit answers that were never seen.

    Args:
        events: schema EVENT_TABLE.
        shown: impressions of schema SHOWN that the log does not hold (answers kept as records).
        hidden: folded query texts that are left out.
        most: newest impressions looked at.

    Returns:
        None when no impression of a search has been clicked.
    """
    rows = [shown_in(events), *([] if shown is None or not shown.height else [shown.select(list(SHOWN))])]
    table = pl.concat(rows).with_columns(query=pl.col("query").str.strip_chars().str.to_lowercase())
    table = table.filter((pl.col("query") != "") & ~pl.col("query").is_in(list(hidden)))
    table = table.unique(["request_id", "item"], keep="first", maintain_order=True).tail(most)
    best = _with_worth(table, events)
    if not best.height or not float(best["worth"].sum()) > 0:
        return None
    named = best.select("query", "item").unique(maintain_order=True).with_row_index("pair")
    best = best.join(named, on=["query", "item"], how="left", maintain_order="left")
    answers = best.select("request_id").unique(maintain_order=True).with_row_index("answer")
    best = best.join(answers, on="request_id", how="left", maintain_order="left")
    worth = best["worth"].to_numpy()
    seen = Shown(
        best["pair"].to_numpy().astype(np.int64),
        best["position"].to_numpy(),
        (worth > 0).astype(np.float64),
        best["answer"].to_numpy().astype(np.int64),
    )
    bias = examination(seen)
    gains, looks = attraction_of(seen, worth, bias)
    return Wanted(
        tuple(named["query"].to_list()),
        named["item"].to_numpy(),
        gains,
        looks,
        bias,
        {
            "impressions": len(seen),
            "clicks": int(seen.clicked.sum()),
            "impressions_of_pairs_that_moved": bias.moved,
            "position_bias": "learned" if bias.learned else "assumed",
            "examination": [round(float(each), 3) for each in bias.share[:10]],
            "agreement_with_cascade": _agreement(seen, gains),
        },
    )


def _with_worth(table: pl.DataFrame, events: pl.DataFrame) -> pl.DataFrame:
    """Impressions with the worth of the strongest event that each led to, 0 where there was none."""
    codes = {EVENT_TYPES.index(kind): worth for kind, worth in WORTHS.items()}
    after = events.filter(pl.col("type").is_in(list(codes)) & pl.col("request_id").is_not_null()).drop_nulls("item")
    after = after.select(
        "request_id",
        "item",
        at="timestamp_ms",
        worth=pl.col("type").replace_strict(codes, default=0.0, return_dtype=pl.Float64),
    )
    joined = table.join(after, on=["request_id", "item"], how="left").with_columns(
        worth=pl.when(in_time(pl.col("at") - pl.col("timestamp_ms")))
        .then(pl.col("worth"))
        .otherwise(0.0)
        .fill_null(0.0)
    )
    return joined.group_by("request_id", "item", maintain_order=True).agg(
        pl.col("query").first(), pl.col("position").first(), pl.col("worth").max()
    )


def _agreement(seen: Shown, gains: NDArray[np.float64]) -> float | None:
    """Correlation of the gains with what reading down to the last click says, over pairs read ten times or more."""
    other, often = until_last_click(seen)
    known = often >= 10
    if np.count_nonzero(known) < 10 or not np.ptp(gains[known]) > 0 or not np.ptp(other[known]) > 0:
        return None
    return round(float(np.corrcoef(gains[known], other[known])[0, 1]), 3)
