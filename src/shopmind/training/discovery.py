"""What makes a customer buy something for the first time: weights of the evidence, learned from past orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress, track
from shopmind.kit.seeds import generator
from shopmind.training import taste
from shopmind.training.ease import EaseRecipe, expected, fit_ease, interest_of
from shopmind.training.listwise import Lists
from shopmind.training.purchases import counts, log_shares, of_items, rebuy_rates
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.repeat import Orders, orders_of
from shopmind.training.taste import Groups
from shopmind.training.timeline import Timeline

SEASON_DAYS = 112
GOODS = 20_000
COLUMNS = ("share_7", "share_28", "share_all", "staple", *taste.COLUMNS, "near")


def columns(
    tables: Mapping[str, NDArray[np.float32]],
    groups: Groups,
    orders: Orders,
    near: NDArray[np.float32],
    items: NDArray[np.int64],
) -> Mapping[str, NDArray[np.float32]]:
    """COLUMNS of the candidates of one user; the same for training and serving.

    Args:
        tables: `share_7`, `share_28`, `share_all` and `rebuy`, by item number.
        near: what ease.expected says, by item number.

    share_D: ln of the item's share of the lines of the last D days; staple: its rebuy rate; taste_…: taste.columns_of;
    near: what the model of the artifact `ease` expects, below 0 where it expects less than of anyone.
    """
    return {
        "share_7": of_items(tables["share_7"], items),
        "share_28": of_items(tables["share_28"], items),
        "share_all": of_items(tables["share_all"], items),
        "staple": of_items(tables["rebuy"], items),
        **taste.columns_of(groups, orders, items),
        "near": of_items(near, items),
    }


class DiscoveryRecipe(Recipe):
    """A linear ranker of what a customer has not bought yet, fitted on past windows.

    For each window, the history is what came before it and the right answers are the new items of the next order; all
    tables, and the model behind `near`, are made from what came before, too.
    """

    @dataclass(frozen=True)
    class Options:
        """windows: how many, each of `window_days`, one before the other. customers: of one window, at most.
        at_least: customers with something new to learn from, over all windows. popular, near: candidates from either.
        negatives, power: see listwise.Lists.
        """

        windows: int = 2
        window_days: float = 28.0
        customers: int = 2_500
        at_least: int = 100
        popular: int = 200
        near: int = 100
        negatives: int = 80
        power: float = 0.5

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """Item tables, and `weights` in the order of COLUMNS, which the card's figures name.

        Raises:
            NotReadyError: too few customers came back for something new to learn from.
        """
        purchases = Timeline(tables.events, ("purchase",))
        lists = Lists(COLUMNS, options.negatives, options.power, generator(seed, "discovery"))
        window_ms = int(options.window_days * DAY_MS)
        for window in track(range(options.windows, 0, -1), progress, "fit discovery", options.windows):
            start_ms = tables.now_ms - window * window_ms
            _Window(tables, purchases, start_ms, options).add(lists, start_ms + window_ms)
        if len(lists) < options.at_least:
            raise NotReadyError(
                f"discovery: {len(lists)} customers came back within {options.window_days:g} days for something new; "
                f"{options.at_least} are needed"
            )
        weights = lists.weights()
        made = item_tables(purchases, tables.now_ms, tables.columns.size)
        return Fitted(
            {**made, "weights": np.array([weights[name] for name in COLUMNS], np.float32)},
            {"weights": weights, "lists": len(lists)},
        )


def item_tables(purchases: Timeline, now_ms: int, size: int) -> dict[str, NDArray[Any]]:
    """What `columns` and taste.groups read, from what was known at `now_ms`."""
    season = counts(purchases, size, now_ms - SEASON_DAYS * DAY_MS)
    goods = np.argsort(-season, kind="stable")[: min(GOODS, int(np.count_nonzero(season)))]
    return {
        "share_7": log_shares(counts(purchases, size, now_ms - 7 * DAY_MS)),
        "share_28": log_shares(counts(purchases, size, now_ms - 28 * DAY_MS)),
        "share_all": log_shares(counts(purchases, size)),
        "rebuy": rebuy_rates(purchases, size),
        "season": season.astype(np.float32),
        "goods": goods.astype(np.int32),
    }


class _Window:
    """What was known at the start of one window."""

    def __init__(self, tables: Tables, purchases: Timeline, start_ms: int, options: Any) -> None:
        self._options = options
        self._start_ms = start_ms
        self._size = tables.columns.size
        self._purchases = purchases
        known = purchases.before(start_ms)
        events = tables.events.filter(pl.col("timestamp_ms") < start_ms)
        self._all = Timeline(events)
        self._ease_options = EaseRecipe.Options()
        try:
            self._ease, _ = fit_ease(events, start_ms, self._size, self._ease_options)
        except NotReadyError:
            self._ease = {}
        self._tables = item_tables(known, start_ms, self._size)
        self._groups = taste.groups(tables.columns, self._tables["season"], self._tables["goods"])
        self._popular = np.argsort(-self._tables["share_28"], kind="stable")[: options.popular]

    def add(self, lists: Lists, end_ms: int) -> None:
        """The window's lists."""
        if not self._ease:
            return
        for case in self._purchases.cases(self._start_ms, end_ms, self._options.customers, lists.randomness):
            orders = orders_of(case.history, self._start_ms)
            new = np.ones(self._size, np.bool_)
            new[orders.items] = False
            near = expected(
                self._ease,
                *interest_of(self._ease, self._all.of(case.user), self._start_ms, self._ease_options.half_life_days),
                self._size,
            )
            likely = np.flatnonzero(near > 0)
            likely = likely[new[likely]]
            nearest = likely[np.argsort(-near[likely], kind="stable")[: self._options.near]]
            typical, _ = taste.candidates(self._groups, orders, new)
            items = np.unique(np.concatenate([self._popular, nearest, typical]))
            items = items[new[items]]
            evidence = columns(self._tables, self._groups, orders, near, items)
            answers = case.next[new[case.next]]
            lists.add((evidence[name] for name in COLUMNS), np.isin(items, answers), len(answers))
