from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import silent
from shopmind.training import neighbours as module
from shopmind.training.copurchase import CoPurchaseRecipe
from shopmind.training.item_knn import ItemKnnRecipe
from shopmind.training.neighbours import neighbours
from shopmind.training.recipe import Tables
from shopmind.training.sparse import row, rows


def similar(matrix: np.ndarray, k: int = 10, tilt: float = 0.3, shrink: float = 20.0, at_least: float = 1.0):
    return neighbours(
        sparse.csr_array(matrix.astype(np.float32)),
        k,
        tilt=tilt,
        shrink=shrink,
        at_least=at_least,
        progress=silent,
        title="",
    ).toarray()


def test_the_similarity_of_two_items_is_worked_by_hand(three_orders: Tables) -> None:
    options = CoPurchaseRecipe.Options(tilt=0.3, shrink=1.0, at_least=2)
    fitted = CoPurchaseRecipe().fit(three_orders, options, seed=0, progress=silent)
    # items 1 and 2 share two orders; 1 is in three, 2 in two: 2 / (3 ** .3 * 2 ** .7) * 2 / (2 + 1)
    columns, values = row(fitted.arrays, "similar", 1)
    assert columns.tolist() == [2]
    np.testing.assert_allclose(values, [2 / (3**0.3 * 2**0.7) * 2 / 3], rtol=1e-6)
    _, back = row(fitted.arrays, "similar", 2)
    np.testing.assert_allclose(back, [2 / (2**0.3 * 3**0.7) * 2 / 3], rtol=1e-6)
    assert fitted.figures == {"orders": 3, "items": 2, "pairs": 2}


def test_people_and_not_orders_make_item_neighbours(three_orders: Tables) -> None:
    options = ItemKnnRecipe.Options(tilt=0.5, shrink=0.0, at_least=1.0)
    fitted = ItemKnnRecipe().fit(three_orders, options, seed=0, progress=silent)
    # user 2 chose 2 and 4 in different orders; 2 was chosen by two people, 4 by one
    columns, values = row(fitted.arrays, "similar", 4)
    assert columns.tolist() == [1, 2]
    np.testing.assert_allclose(values, [1 / np.sqrt(2)] * 2, rtol=1e-6)


def test_clicks_alone_make_neighbours_where_nothing_is_bought(make_log, make_shelf) -> None:
    clicks = [("click", 1.0, user, item, user) for user in (1, 2) for item in (1, 2)]
    fitted = ItemKnnRecipe().fit(
        Tables(make_log(clicks), make_shelf(3), 10**12), ItemKnnRecipe.Options(), seed=0, progress=silent
    )
    assert row(fitted.arrays, "similar", 1)[0].tolist() == [2]


@settings(deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=4, unique=True), min_size=1, max_size=12), st.randoms()
)
def test_the_order_of_the_people_changes_nothing(baskets: list[list[int]], randomness) -> None:
    def matrix(order: list[list[int]]) -> np.ndarray:
        held = np.zeros((len(order), 6))
        for place, items in enumerate(order):
            held[place, items] = 1
        return held

    shuffled = list(baskets)
    randomness.shuffle(shuffled)
    np.testing.assert_allclose(similar(matrix(baskets)), similar(matrix(shuffled)), rtol=1e-5)


def test_blocks_give_what_one_block_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    held = np.random.default_rng(0).random((50, 30)) < 0.3
    whole = similar(held, k=5)
    monkeypatch.setattr(module, "PRODUCTS_A_BLOCK", 100)
    np.testing.assert_array_equal(similar(held, k=5), whole)


def test_the_formula_agrees_with_a_dense_computation() -> None:
    held = (np.random.default_rng(1).random((40, 12)) < 0.3) * np.random.default_rng(2).random((40, 12))
    together = (held.T @ held).astype(np.float64)
    own = np.diag(together)
    wanted = together / (own[:, None] ** 0.3 * own[None, :] ** 0.7) * together / (together + 20)
    np.fill_diagonal(wanted, 0)
    wanted[together < 0.1] = 0
    np.testing.assert_allclose(similar(held, k=12, at_least=0.1), wanted, rtol=1e-4)


def test_only_the_newest_items_of_a_large_history_count(make_log, make_shelf) -> None:
    many = [("purchase", float(age), user, age, age) for user in (1, 2) for age in range(1, 51)]
    tables = Tables(make_log(many), make_shelf(51), 10**12)
    fitted = ItemKnnRecipe().fit(tables, ItemKnnRecipe.Options(largest_history=5), seed=0, progress=silent)
    assert row(fitted.arrays, "similar", 3)[0].tolist() == [1, 2, 4, 5]
    assert len(row(fitted.arrays, "similar", 6)[0]) == 0


def test_an_empty_shop_says_what_is_missing(empty_shop: Tables) -> None:
    with pytest.raises(NotReadyError, match="0 orders"):
        CoPurchaseRecipe().fit(empty_shop, CoPurchaseRecipe.Options(), seed=0, progress=silent)
    with pytest.raises(NotReadyError, match="0 people"):
        ItemKnnRecipe().fit(empty_shop, ItemKnnRecipe.Options(), seed=0, progress=silent)


def test_rows_reads_many_rows_at_once_and_nothing_beyond_the_matrix(three_orders: Tables) -> None:
    options = CoPurchaseRecipe.Options(at_least=1)
    arrays = CoPurchaseRecipe().fit(three_orders, options, seed=0, progress=silent).arrays
    place, columns, values = rows(arrays, "similar", np.array([4, 99, 3]))
    assert place.tolist() == [0, 2, 2]
    assert sorted(columns[1:].tolist()) == [1, 2]
    np.testing.assert_array_equal(values[1:], row(arrays, "similar", 3)[1])
