"""What makes a customer's next order hold an item: weights of the evidence, learned from past orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress, track
from shopmind.kit.seeds import generator
from shopmind.training import repeat
from shopmind.training.listwise import Lists
from shopmind.training.purchases import counts, log_shares, of_items, rebuy_rates
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.repeat import Orders, orders_of
from shopmind.training.timeline import Timeline

RECENT_DAYS = 28
COLUMNS = (*repeat.COLUMNS, "repeat_rate", "staple", "share_28")


def columns(
    tables: Mapping[str, NDArray[np.float32]], orders: Orders, items: NDArray[np.int64]
) -> Mapping[str, NDArray[np.float32]]:
    """COLUMNS of the candidates of one user; the same for training and serving.

    Args:
        tables: `rebuy` and `share_28`, by item number.

    repeat_rate and staple are the item's rebuy rate (purchases.rebuy_rates), of an item the user has and of one the
    user has not; share_28 is ln of the item's share of the last 28 days' lines.
    """
    own = repeat.columns(orders, items)
    rebuy = of_items(tables["rebuy"], items)
    return {
        **own,
        "repeat_rate": rebuy * own["repeat_own"],
        "staple": rebuy * (1 - own["repeat_own"]),
        "share_28": of_items(tables["share_28"], items),
    }


class NextBasketRecipe(Recipe):
    """A linear ranker of a customer's own items and the shop's popular ones, fitted on past windows.

    For each window, the history is what came before it and the right answers are the next order; all tables are made
    from what came before, too.
    """

    @dataclass(frozen=True)
    class Options:
        """windows: how many, each of `window_days`, one before the other. customers: of one window, at most.
        at_least: customers with an order to learn from, over all windows. own, popular: candidates from either side.
        negatives, power: see listwise.Lists.
        """

        windows: int = 4
        window_days: float = 28.0
        customers: int = 2_500
        at_least: int = 100
        own: int = 250
        popular: int = 60
        negatives: int = 80
        power: float = 0.7

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """Tables `rebuy` and `share_28`; `weights` in the order of COLUMNS, which the card's figures name.

        Raises:
            NotReadyError: too few customers came back to learn from.
        """
        purchases, size = Timeline(tables.events, ("purchase",)), tables.columns.size
        lists = Lists(COLUMNS, options.negatives, options.power, generator(seed, "next_basket"))
        window_ms = int(options.window_days * DAY_MS)
        for window in track(range(options.windows, 0, -1), progress, "fit next_basket", options.windows):
            _add(lists, purchases, tables.now_ms - window * window_ms, window_ms, size, options)
        if len(lists) < options.at_least:
            raise NotReadyError(
                f"next_basket: {len(lists)} customers came back within {options.window_days:g} days for something they "
                f"or many others had bought; {options.at_least} are needed"
            )
        weights = lists.weights()
        made = item_tables(purchases, tables.now_ms, size)
        return Fitted(
            {**made, "weights": np.array([weights[name] for name in COLUMNS], np.float32)},
            {"weights": weights, "lists": len(lists)},
        )


def item_tables(purchases: Timeline, now_ms: int, size: int) -> dict[str, NDArray[np.float32]]:
    """What `columns` reads, from what was known at `now_ms`."""
    recent = counts(purchases, size, now_ms - RECENT_DAYS * DAY_MS)
    return {"rebuy": rebuy_rates(purchases, size), "share_28": log_shares(recent)}


def _add(lists: Lists, purchases: Timeline, start_ms: int, window_ms: int, size: int, options: Any) -> None:
    """One window's lists."""
    known = purchases.before(start_ms)
    if not len(known):
        return
    made = item_tables(known, start_ms, size)
    popular = np.argsort(-made["share_28"], kind="stable")[: options.popular]
    for case in purchases.cases(start_ms, start_ms + window_ms, options.customers, lists.randomness):
        orders = orders_of(case.history, start_ms)
        own = orders.items[np.argsort(-orders.share(20), kind="stable")[: options.own]]
        items = np.union1d(own, popular)
        evidence = columns(made, orders, items)
        lists.add((evidence[name] for name in COLUMNS), np.isin(items, case.next), len(case.next))
