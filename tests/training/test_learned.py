"""The recipes that learn weights from past orders: next_basket and discovery."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from shopmind.domain import History
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import silent
from shopmind.training import taste
from shopmind.training.discovery import DiscoveryRecipe
from shopmind.training.next_basket import NextBasketRecipe, columns
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.repeat import orders_of
from shopmind.training.timeline import Timeline

RECIPES = pytest.mark.parametrize("recipe", [NextBasketRecipe, DiscoveryRecipe])


def fit(recipe: type[Recipe], tables: Tables, seed: int = 0, **options: object) -> Fitted:
    return recipe().fit(tables, recipe.Options(**{"at_least": 20, **options}), seed=seed, progress=silent)


@RECIPES
def test_equal_seeds_make_equal_fits(recipe: type[Recipe], shop_of_regulars: Tables) -> None:
    first, second = fit(recipe, shop_of_regulars), fit(recipe, shop_of_regulars)
    assert first.figures == second.figures
    for name, array in first.arrays.items():
        np.testing.assert_array_equal(array, second.arrays[name])


@RECIPES
def test_other_numbers_for_the_users_change_no_table(recipe: type[Recipe], shop_of_regulars: Tables) -> None:
    renamed = replace(
        shop_of_regulars, events=shop_of_regulars.events.with_columns(user=1000 - pl.col("user").cast(pl.Int64))
    )
    first, second = fit(recipe, shop_of_regulars, negatives=10**6), fit(recipe, renamed, negatives=10**6)
    for name, array in first.arrays.items():
        np.testing.assert_allclose(array, second.arrays[name], rtol=2e-2, atol=2e-3)


@RECIPES
def test_what_came_after_a_window_is_not_in_it(recipe: type[Recipe], shop_of_regulars: Tables) -> None:
    """Whatever happens in the future, tables of the past and the weights learned on it stay as they are."""
    now = shop_of_regulars.now_ms - 30 * DAY_MS
    past = replace(shop_of_regulars, events=shop_of_regulars.events.filter(pl.col("timestamp_ms") < now), now_ms=now)
    fitted = fit(recipe, past)
    assert fitted.figures["lists"] >= 20
    with_rumours = pl.concat([past.events, past.events.head(50).with_columns(type=pl.lit(0, pl.Int8))])
    assert fit(recipe, replace(past, events=with_rumours)).figures == fitted.figures


@RECIPES
def test_an_empty_shop_says_what_is_missing(recipe: type[Recipe], empty_shop: Tables) -> None:
    with pytest.raises(NotReadyError, match="0 customers came back"):
        fit(recipe, empty_shop)


@RECIPES
def test_a_shop_without_purchases_is_not_ready(recipe: type[Recipe], shop_of_regulars: Tables) -> None:
    plays = shop_of_regulars.events.with_columns(type=pl.lit(13, pl.Int8))
    with pytest.raises(NotReadyError, match="0 customers came back"):
        fit(recipe, replace(shop_of_regulars, events=plays))


@RECIPES
def test_one_customer_with_five_thousand_lines_does_no_harm(recipe: type[Recipe], shop_of_regulars: Tables) -> None:
    many = shop_of_regulars.events.head(1).select(
        pl.exclude("timestamp_ms", "user", "order", "item").repeat_by(5_000).explode(),
    )
    randomness = np.random.default_rng(0)
    many = many.with_columns(
        timestamp_ms=pl.Series(shop_of_regulars.now_ms - (randomness.random(5_000) * 100 * DAY_MS).astype(np.int64)),
        user=pl.lit(99, pl.Int64),
        order=pl.Series(randomness.integers(10**6, 10**6 + 900, 5_000)),
        item=pl.Series(randomness.integers(1, 41, 5_000)),
    ).select(shop_of_regulars.events.columns)
    fitted = fit(recipe, replace(shop_of_regulars, events=pl.concat([shop_of_regulars.events, many])))
    assert np.isfinite(fitted.arrays["weights"]).all()


def test_habit_speaks_for_the_next_basket(shop_of_regulars: Tables) -> None:
    fitted = fit(NextBasketRecipe, shop_of_regulars)
    better = 0
    for user in range(1, 61):
        orders = orders_of(Timeline(shop_of_regulars.events).of(user), shop_of_regulars.now_ms)
        evidence = columns(fitted.arrays, orders, orders.items)
        scores = sum(weight * evidence[name] for name, weight in fitted.figures["weights"].items())
        often = orders.summed(np.ones(len(orders.item))) > 6
        better += scores[often].mean() > scores[~often].mean()
    assert better > 55


def test_taste_is_worked_by_hand(make_shelf, make_texts) -> None:
    shelf = make_shelf(
        5,
        {
            "categories": make_texts([None, "Food > Tea > Green", "Food > Tea > Black", "Food > Pans", None]),
            "brand": make_texts([None, "a", "b", "a", None]),
        },
    )
    found = taste.groups(shelf, np.array([0, 4.0, 4, 2, 0]), np.array([2, 1, 3]))
    now = 100 * DAY_MS
    lines = History(
        np.array([1, 3, 1]),
        np.full(3, 7, np.int8),
        np.array([now - DAY_MS, now - DAY_MS, now]),
        np.ones(3, np.float32),
        np.array([1, 1, 2]),
        np.arange(3),
    )
    orders = orders_of(lines, now)
    old = 0.5 ** (1 / 20)
    all_lines = 1 + 2 * old
    found_columns = taste.columns_of(found, orders, np.array([2, 1, 4, 77]))
    floor = taste.FLOOR
    green = (1 + old) / all_lines
    np.testing.assert_allclose(
        found_columns["taste_type"],
        [np.log(floor / (0.4 + floor)), np.log((green + floor) / (0.4 + floor)), 0, 0],
        rtol=1e-5,
    )
    np.testing.assert_allclose(
        found_columns["taste_family"][:2], [np.log((green + floor) / (0.8 + floor))] * 2, rtol=1e-5
    )
    np.testing.assert_allclose(
        found_columns["taste_maker"][:2],
        [np.log(floor / (0.4 + floor)), np.log((1 + floor) / (0.6 + floor))],
        rtol=1e-5,
    )
    allowed = np.array([False, False, True, True, True])
    assert [each.tolist() for each in taste.candidates(found, orders, allowed)] == [
        [3],
        [pytest.approx(old / all_lines)],
    ]


def test_taste_says_nothing_of_a_stranger_or_without_categories(make_shelf, shop_of_regulars: Tables) -> None:
    stranger = orders_of(History.empty(), 0)
    bare = taste.groups(make_shelf(3), np.ones(3), np.array([1, 2]))
    assert taste.columns_of(bare, stranger, np.array([1]))["taste_type"].tolist() == [0]
    known = taste.groups(shop_of_regulars.columns, np.ones(41), np.arange(1, 41))
    assert taste.columns_of(known, stranger, np.array([1]))["taste_type"].tolist() == [0]
    assert len(taste.candidates(known, stranger, np.ones(41, np.bool_))[0]) == 0
    regular = orders_of(Timeline(shop_of_regulars.events).of(1), shop_of_regulars.now_ms)
    assert taste.columns_of(bare, regular, np.array([1]))["taste_type"].tolist() == [0]
