"""How much a new item is wanted: births and first weeks by hand, ridge by hand, and a planted rule."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from scipy import sparse

from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import silent
from shopmind.stores.columns import NumberColumn
from shopmind.training.promise import PromiseRecipe, Ridge, births, first_weeks, foreseen
from shopmind.training.recipe import Tables

NOW_MS = 400 * DAY_MS
MakeLog = Callable[..., pl.DataFrame]


def test_an_item_is_born_when_it_was_created_or_first_seen(make_log: MakeLog, make_shelf: type) -> None:
    created = NumberColumn(np.array([np.nan, 300.0 * DAY_MS, np.nan, np.nan]))
    events = make_log([("view", 50, 1, 1, None), ("view", 90, 1, 2, None), ("view", 80, 2, 2, None)])
    born = births(make_shelf(4, {"created_at": created}), events)
    np.testing.assert_array_equal(born[1:], [300 * DAY_MS, 310 * DAY_MS, np.nan])


def test_people_of_the_first_weeks_are_counted_as_worked_by_hand(make_log: MakeLog, make_shelf: type) -> None:
    rows = [
        ("purchase", 200, 9, 3, 1),  # the log begins: item 3 may be older
        ("view", 100, 1, 1, None),
        ("purchase", 90, 1, 1, 2),  # the same person counts once, with the purchase
        ("view", 80, 2, 1, None),
        ("purchase", 60, 3, 1, 3),  # after four weeks
        ("purchase", 10, 4, 2, 4),  # four weeks are not over
    ]
    events = make_log(rows)
    shelf = make_shelf(4)
    items, wanted = first_weeks(Tables(events, shelf, NOW_MS), births(shelf, events), PromiseRecipe.Options())
    assert items.tolist() == [1]
    np.testing.assert_allclose(wanted, [np.log1p(1.0 + 0.1)])


def test_the_ridge_is_worked_by_hand() -> None:
    rows = sparse.csr_array(np.array([[1.0], [-1.0], [2.0], [-2.0]]))
    values = np.array([5.0, 3.0, 6.0, 2.0])
    # mean 4; Σxy = 1 + 1 + 4 + 4, Σx² = 10, the penalty is 2 · 10 / 4
    made = Ridge(rows, values, 2.0)
    assert made.mean == 4.0
    np.testing.assert_allclose(made.weights, [10 / (10 + 5)], rtol=1e-5)


@pytest.fixture
def planted(make_log: MakeLog, make_shelf: type) -> Tables:
    """150 items, born one after the other; ten people want those whose text points right, one the others."""
    rows = [("view", 390.0, 99, 200, None)]
    for item in range(1, 151):
        rows += [("purchase", 200.0 - item, user, item, item) for user in range(1, 11 if item % 2 else 2)]
    vectors = np.tile(np.array([[-1.0, 0.1], [1.0, 0.1]], np.float32), (101, 1))[:202]
    return Tables(make_log(rows), make_shelf(201), NOW_MS, vectors=lambda numbers: vectors[numbers])


def test_what_reads_like_what_was_wanted_is_promising_also_when_it_is_newer_than_the_fit(planted: Tables) -> None:
    fitted = PromiseRecipe().fit(planted, PromiseRecipe.Options(), seed=0, progress=silent)
    assert fitted.promote
    assert fitted.figures["spearman"] > 0.8
    promise = fitted.arrays["promise"]
    assert np.isnan(promise[0])
    assert promise[181] > promise[180] + 0.5
    newer = np.array([301, 302, 181])
    right = np.array([[1.0, 0.1], [-1.0, 0.1]], np.float32)
    found = foreseen(fitted.arrays, newer, lambda numbers: right[: len(numbers)])
    assert found[0] > found[1] + 0.5
    assert found[2] == promise[181]
    np.testing.assert_allclose(foreseen(fitted.arrays, newer[:2], None), fitted.arrays["mean"][[0, 0]])


def test_a_shop_in_which_too_little_was_new_says_so(empty_shop: Tables, three_orders: Tables) -> None:
    for tables in (empty_shop, three_orders):
        with pytest.raises(NotReadyError, match="100 are needed"):
            PromiseRecipe().fit(tables, PromiseRecipe.Options(), seed=0, progress=silent)
