"""Who was given which offers and what became of them, told from the log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES, History
from shopmind.kit.clock import DAY_MS
from shopmind.training.redemption.evidence import NAMES, PURCHASE, REDEEM, Given, Known, evidence, wanted

PATIENCE_DAYS = 42.0
"""What is redeemed within so many days of being given, or before the offer ends, counts; later is as never."""
IMPRESSION = EVENT_TYPES.index("impression")
DONE = tuple(place for place, kind in enumerate(EVENT_TYPES) if kind not in ("impression", "search"))


@dataclass(frozen=True)
class Cases:
    """Pairs of a person and an offer that the person was given.

    Attributes:
        matrix: (n, m) evidence as of when it was given. redeemed: (n,) 0 or 1. weights: (n,) how many pairs each stands
            for. users, offers, times_ms: (n,) whose, which (item numbers), and when.
    """

    matrix: NDArray[np.float32]
    redeemed: NDArray[np.float64]
    weights: NDArray[np.float64]
    users: NDArray[np.int64]
    offers: NDArray[np.int64]
    times_ms: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.redeemed)


class Log:
    """A log as cases are made from it.

    Args:
        events: schema EVENT_TABLE.
    """

    def __init__(self, events: pl.DataFrame, given: Given) -> None:
        self.given = given
        known = events.filter(pl.col("user").is_not_null() & pl.col("item").is_not_null())
        shown = known.filter(pl.col("type") == IMPRESSION)
        self._shown = _handed_out(shown, given)
        doings = known.filter(pl.col("type").is_in([PURCHASE, REDEEM])).sort("user", "timestamp_ms", "number")
        self._users = doings["user"].to_numpy()
        self._items = doings["item"].to_numpy()
        self._types = doings["type"].to_numpy()
        self._times = doings["timestamp_ms"].to_numpy()
        bought = self._types == PURCHASE
        self._pairs = self._outcomes()
        order = np.argsort(self._times[bought], kind="stable")
        self._bought = self._items[bought][order], self._times[bought][order]

    @property
    def handed_out(self) -> pl.DataFrame:
        """Columns user, moment_ms and place (of an offer): what was given to whom, each pair once."""
        return self._shown

    def history(self, user: int) -> History:
        """Purchases and redemptions of one user, oldest first."""
        part = slice(*np.searchsorted(self._users, [user, user + 1]))
        items, types, times = self._items[part], self._types[part], self._times[part]
        ones = np.ones(len(items), np.float32)
        return History(items, types.astype(np.int8), times, ones, times, times)

    def known(self, moment_ms: int) -> Known:
        """What is known of all offers at a moment; rates are of what was given long enough before."""
        items, times = self._bought
        pairs = self._pairs.filter(pl.col("due_ms") <= moment_ms)
        groups = self.given.groups[pairs["place"].to_numpy()]
        size = len(self.given.categories) + 1  # the last is of offers without a category
        return Known(
            wanted(self.given, np.bincount(items[: np.searchsorted(times, moment_ms)])),
            np.bincount(groups % size, minlength=size).astype(np.float64),
            np.bincount(groups % size, pairs["redeemed"].to_numpy(), minlength=size).astype(np.float64),
        )

    def bought(self) -> NDArray[np.float32]:
        """How often each item was bought, by number."""
        return np.bincount(self._bought[0]).astype(np.float32)

    def cases(self, since_ms: int, until_ms: int, seen_ms: int, *, few: int, seed: int) -> Cases:
        """Pairs given from the first time up to before the second of which it was known by `seen_ms` what became.

        Args:
            few: of those that were not redeemed so many for each that was, and weights that make up for it; 0 takes
                all.
        """
        pairs = self._pairs.filter(
            pl.col("moment_ms").is_between(since_ms, until_ms, closed="left") & (pl.col("due_ms") <= seen_ms)
        )
        pairs = _thinned(pairs, few, seed).sort("moment_ms", "user", "place")
        parts = list(self._parts(pairs))
        matrix = np.concatenate(parts) if parts else np.zeros((0, len(NAMES)), np.float32)
        return Cases(
            matrix,
            pairs["redeemed"].cast(pl.Float64).to_numpy(),
            pairs["weight"].to_numpy(),
            pairs["user"].to_numpy(),
            self.given.offers[pairs["place"].to_numpy()],
            pairs["moment_ms"].to_numpy(),
        )

    def _parts(self, pairs: pl.DataFrame) -> Iterator[NDArray[np.float32]]:
        """Evidence of pairs that are sorted by moment and user."""
        columns = (pairs[name].to_numpy() for name in ("moment_ms", "user", "place", "beside"))
        moments, users, places, beside = columns
        changes = (np.diff(moments) != 0) | (np.diff(users) != 0)
        bounds = [0, *(np.flatnonzero(changes) + 1).tolist(), len(moments)] if len(moments) else [0]
        moment, known = -1, None
        for first, last in pairwise(bounds):
            if known is None or moments[first] != moment:
                moment = int(moments[first])
                known = self.known(moment)
            history = self.history(int(users[first]))
            yield evidence(history, self.given, known, places[first:last], moment, beside=int(beside[first]))

    def _outcomes(self) -> pl.DataFrame:
        """`handed_out` with due_ms, when it is known what became of it, and whether it was redeemed before that."""
        used = self._types == REDEEM
        places = self.given.places(self._items[used])
        redeemed = pl.DataFrame(
            {"user": self._users[used], "place": places, "used_ms": self._times[used]},
            schema={"user": pl.Int64, "place": pl.Int64, "used_ms": pl.Int64},
        ).filter(pl.col("place") >= 0)
        ends = np.nan_to_num(self.given.ends_ms, nan=np.inf)[self._shown["place"].to_numpy()]
        due = np.minimum(ends, self._shown["moment_ms"].to_numpy() + PATIENCE_DAYS * DAY_MS).astype(np.int64)
        told = self._shown.with_columns(due_ms=pl.Series(due, dtype=pl.Int64))
        in_time = pl.col("used_ms").is_between("moment_ms", "due_ms", closed="left")
        came = told.join(redeemed, ["user", "place"]).filter(in_time).select("user", "place", redeemed=True).unique()
        return told.join(came, ["user", "place"], "left", maintain_order="left").with_columns(
            pl.col("redeemed").fill_null(False)
        )


def _handed_out(shown: pl.DataFrame, given: Given) -> pl.DataFrame:
    """Pairs of impressions: of an offer itself, or of the campaign that it is of, at the first of them."""
    own = shown.select("user", "timestamp_ms", "item").with_columns(
        place=pl.Series(given.places(shown["item"].to_numpy()), dtype=pl.Int64)
    )
    of_campaign = pl.DataFrame(
        {"item": given.campaigns, "offer": np.arange(len(given.offers))}, schema={"item": pl.Int64, "offer": pl.Int64}
    ).filter(pl.col("item") > 0)
    campaigns = own.join(of_campaign, "item").select("user", "timestamp_ms", place="offer")
    named = set(of_campaign["item"].to_list())
    alone = own.filter((pl.col("place") >= 0) & ~pl.col("item").is_in(named)).select("user", "timestamp_ms", "place")
    pairs = pl.concat([campaigns, alone]).group_by("user", "place").agg(pl.col("timestamp_ms").min().alias("moment_ms"))
    beside = pl.len().over("user", "moment_ms").alias("beside")
    return pairs.with_columns(beside).sort("moment_ms", "user", "place")


def _thinned(pairs: pl.DataFrame, few: int, seed: int) -> pl.DataFrame:
    taken, left = pairs.filter(pl.col("redeemed")), pairs.filter(~pl.col("redeemed"))
    most = few * max(taken.height, 1)
    weight = 1.0
    if few and left.height > most:
        weight = left.height / most
        left = left.sample(most, seed=seed)
    return pl.concat([taken.with_columns(weight=pl.lit(1.0)), left.with_columns(weight=pl.lit(weight))])
