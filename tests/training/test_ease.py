from __future__ import annotations

import numpy as np
import pytest

from shopmind.domain import History
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import silent
from shopmind.training.ease import EaseRecipe, expected, interest_of
from shopmind.training.recipe import Tables
from shopmind.training.sparse import row


def test_the_weights_are_those_of_ease(shop_of_regulars: Tables) -> None:
    options = EaseRecipe.Options(k=1000)
    arrays = EaseRecipe().fit(shop_of_regulars, options, seed=0, progress=silent).arrays
    size = shop_of_regulars.columns.size
    interest = np.zeros((61, size))
    for user, item, time in shop_of_regulars.events.select("user", "item", "timestamp_ms").iter_rows():
        interest[user, item] += 0.5 ** ((shop_of_regulars.now_ms - time) / DAY_MS / 180)
    had = (interest > 0).sum(axis=0)
    rarity = np.log1p(60 / (1 + had))
    rarity[0] = 0
    np.testing.assert_allclose(arrays["rarity"], rarity, rtol=1e-5)
    held = np.sqrt(interest[:, 1:]) * rarity[1:]
    gram = held.T @ held
    inverse = np.linalg.inv(gram + 5 * np.diag(gram).mean() * np.eye(size - 1))
    wanted = -inverse / np.diag(inverse)
    np.fill_diagonal(wanted, 0)
    for item in (1, 7, 40):
        columns, values = row(arrays, "similar", item)
        dense = np.zeros(size - 1)
        dense[columns - 1] = values
        np.testing.assert_allclose(dense, wanted[item - 1], rtol=1e-3, atol=1e-6)


def test_taste_shows_in_what_is_expected(shop_of_regulars: Tables) -> None:
    arrays = EaseRecipe().fit(shop_of_regulars, EaseRecipe.Options(), seed=0, progress=silent).arrays
    scores = expected(arrays, np.array([1, 2, 3]), np.ones(3), 41)
    assert scores[4:21].mean() > scores[21:].mean()


def test_interest_is_worked_by_hand() -> None:
    arrays = {"rarity": np.array([0, 2.0, 0.0], np.float32), "weights": np.full(14, 0.5, np.float32)}
    now = 1000 * DAY_MS
    history = History(
        np.array([1, 1, 2, 9]),
        np.full(4, 7, np.int8),
        np.array([now - 180 * DAY_MS, now, now, now]),
        np.ones(4, np.float32),
        np.arange(4),
        np.arange(4),
    )
    items, interest = interest_of(arrays, history, now, 180.0)
    assert items.tolist() == [1]
    np.testing.assert_allclose(interest, [2 * np.sqrt(0.25 + 0.5)])


def test_only_the_most_chosen_items_and_the_strongest_weights_are_kept(shop_of_regulars: Tables) -> None:
    options = EaseRecipe.Options(items=10, k=3)
    fitted = EaseRecipe().fit(shop_of_regulars, options, seed=0, progress=silent)
    assert fitted.figures == {"people": 60, "items": 10}
    lengths = np.diff(fitted.arrays["similar_starts"])
    assert set(lengths.tolist()) == {0, 3}


def test_few_people_are_not_enough(three_orders: Tables) -> None:
    with pytest.raises(NotReadyError, match="2 people chose more than one item; 20 are needed"):
        EaseRecipe().fit(three_orders, EaseRecipe.Options(), seed=0, progress=silent)


def test_an_empty_shop_is_not_ready(empty_shop: Tables) -> None:
    with pytest.raises(NotReadyError, match="0 people"):
        EaseRecipe().fit(empty_shop, EaseRecipe.Options(), seed=0, progress=silent)
