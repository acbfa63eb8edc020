"""How near two goods stand, by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from shopmind.pipeline.shelves import best_sold, same_brand, same_category, same_price, sold_on_shelf
from shopmind.stores.columns import NumberColumn, TextColumn


def texts(values: list[str | None]) -> TextColumn:
    words = tuple(sorted({value for value in values if value is not None}))
    index = {word: code for code, word in enumerate(words)}
    return TextColumn(np.array([-1 if value is None else index[value] for value in values], np.int32), words, index)


def columns() -> Any:
    table = {
        "categories": texts([None, "Tea > Green", "Tea > Green", "Tea > Black", "Tea", "Pots", None]),
        "brand": texts([None, "Leaf", "Leaf", None, "Root", "Leaf", "Root"]),
        "price": NumberColumn(np.array([np.nan, 10.0, 8.0, 20.0, np.nan, 10.0, 10.0])),
        "currency": texts([None, "USD", "USD", "USD", "USD", "EUR", "USD"]),
    }
    return SimpleNamespace(column=table.get)


ITEMS = np.arange(2, 7)


def test_the_same_path_is_1_and_the_path_above_a_half() -> None:
    np.testing.assert_array_equal(same_category(columns(), 1, ITEMS), [1.0, 0.5, 0.5, 0.0, np.nan])
    np.testing.assert_array_equal(same_category(columns(), 5, ITEMS[:3]), [0.0, 0.0, 0.0])
    assert np.isnan(same_category(columns(), 6, ITEMS)).all()


def test_what_stands_deeper_or_on_another_branch_is_as_far_as_anything() -> None:
    paths = [
        "Tea > Green > Sencha",
        "Tea > Green > Mate",
        "Tea > Green",
        "Tea",
        "Tea > Green > Sencha > Bags",
        "Tea > Black",
    ]
    table = {"categories": texts(paths)}
    near = same_category(SimpleNamespace(column=table.get), 0, np.arange(6))  # type: ignore[arg-type]
    np.testing.assert_array_equal(near, [1.0, 0.5, 0.5, 0.0, 0.0, 0.0])


def test_prices_are_compared_in_one_currency() -> None:
    np.testing.assert_allclose(same_price(columns(), 1, ITEMS), [0.8, 0.5, np.nan, np.nan, 1.0])
    assert np.isnan(same_price(columns(), 4, ITEMS)).all()
    assert np.isnan(same_price(columns(), 99, ITEMS)).all()


def test_a_brand_is_the_same_or_not_or_unknown() -> None:
    np.testing.assert_array_equal(same_brand(columns(), 1, ITEMS), [1.0, np.nan, 0.0, 1.0, 0.0])
    assert np.isnan(same_brand(columns(), 3, ITEMS)).all()


def test_demand_worked_by_hand() -> None:
    worth = np.array([np.e - 1, np.e**2 - 1, 0.0, 100.0, 5.0], np.float32)
    category = np.array([1.0, 0.5, 1.0, 0.0, np.nan], np.float32)
    assert sold_on_shelf(worth, category).tolist() == pytest.approx([0.5, 1.0, 0.0, np.nan, np.nan], nan_ok=True)
    alone = sold_on_shelf(worth[:1], category[:1], best=float(np.e**2 - 1))
    assert alone.tolist() == pytest.approx([0.5])  # of whom else is asked does not matter
    nothing = sold_on_shelf(np.zeros(2, np.float32), np.ones(2, np.float32))
    assert np.isnan(nothing).all()
    assert not len(sold_on_shelf(np.empty(0, np.float32), np.empty(0, np.float32)))


def test_the_best_seller_of_a_shelf_is_one_that_may_be_shown() -> None:
    worth = np.array([0.0, 9.0, 4.0, 2.0, 0.0, 50.0, 60.0], np.float32)
    shown = np.ones(7, np.bool_)
    shown[1] = False
    assert best_sold(columns(), 1, worth, shown) == 4.0
    assert best_sold(columns(), 6, worth, shown) == 0.0
