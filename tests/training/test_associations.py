"""Frequent sets against counting them one by one, rules by hand, and what chance makes of independent goods."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from scipy import sparse, stats

from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import silent
from shopmind.training import itemsets
from shopmind.training.associations import AssociationsRecipe, mined, raised
from shopmind.training.itemsets import Itemsets, counts_of, ones, pairs, triples
from shopmind.training.recipe import Fitted, Tables

MakeLog = Callable[..., pl.DataFrame]


def fit(tables: Tables, **options: object) -> Fitted:
    return AssociationsRecipe().fit(tables, AssociationsRecipe.Options(**options), seed=0, progress=silent)  # type: ignore[arg-type]


def some_orders(seed: int = 0, orders: int = 300, items: int = 25) -> sparse.csr_array:
    random = np.random.default_rng(seed)
    held = random.random((orders, items)) < random.uniform(0.02, 0.4, items)
    held[:, 1] |= held[:, 2] & (random.random(orders) < 0.8)
    return sparse.csr_array(held.astype(np.float32))


def counted(holding: sparse.csr_array, size: int, at_least: int) -> dict[tuple[int, ...], int]:
    dense = holding.toarray() > 0
    found = {some: int(dense[:, list(some)].all(axis=1).sum()) for some in combinations(range(dense.shape[1]), size)}
    return {some: count for some, count in found.items() if count >= at_least}


def told(sets: Itemsets) -> dict[tuple[int, ...], int]:
    return {tuple(row): int(count) for row, count in zip(sets.items.tolist(), sets.orders, strict=True)}


@pytest.mark.parametrize("work", [1, 500, 10_000_000])
def test_pairs_and_triples_are_those_that_counting_finds(work: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(itemsets, "WORK_A_BLOCK", work)
    orders = some_orders()
    holding, held = ones(orders, 12)
    assert held.tolist() == (orders.toarray() > 0).sum(axis=0).tolist()
    two = pairs(holding, 12)
    assert told(two) == counted(orders, 2, 12)
    assert told(triples(holding, two, 12)) == counted(orders, 3, 12)
    assert told(triples(holding, two, 20)) == counted(orders, 3, 20)


def test_counts_of_pairs_are_looked_up_and_0_for_others() -> None:
    two = Itemsets(np.array([[3, 5], [1, 2]], np.int32), np.array([7, 9]))
    assert counts_of(two, np.array([[1, 2], [3, 4], [3, 5]]), 10).tolist() == [9, 0, 7]
    assert counts_of(Itemsets(np.empty((0, 2), np.int32), np.empty(0, np.int64)), np.array([[1, 2]]), 10).tolist() == [
        0
    ]


def test_a_limit_rises_until_few_enough_are_left() -> None:
    counts = np.array([5, 9, 5, 7, 7, 20])
    assert raised(counts, 3) == 8
    assert raised(counts, 5) == 6


@pytest.fixture
def shop_of_pots(make_log: MakeLog, make_shelf: type) -> Tables:
    """60 orders: 20 hold tea (1) and a pot (2), 10 of them a sieve (3) too; 20 hold bread (4), 20 a lamp (5)."""
    rows = []
    for order in range(60):
        kind = order // 20
        held = ([1, 2, 3] if order % 2 else [1, 2]) if kind == 0 else [4] if kind == 1 else [5]
        rows += [("purchase", 60.0 - order, order + 1, item, order) for item in held]
    return Tables(make_log(rows), make_shelf(7), 10**12)


def test_pairs_beyond_chance_are_kept_with_their_counts(shop_of_pots: Tables) -> None:
    fitted = fit(shop_of_pots)
    found = dict(
        zip(map(tuple, fitted.arrays["pair_items"].tolist()), fitted.arrays["pair_orders"].tolist(), strict=True)
    )
    assert found == {(1, 2): 20, (1, 3): 10, (2, 3): 10}
    assert fitted.arrays["held"].tolist() == [0, 20, 20, 10, 20, 20, 0]
    # 5 goods of 4 orders or more: 10 pairs; 3 frequent pairs with 3 further goods each
    assert fitted.figures["tests"] == 10 + 9
    # the largest p is of two pairs and of three rules of the triple, after that of one pair: q = p * 19 / 6
    p = stats.hypergeom.sf(9, 60, 20, 10)
    assert fitted.arrays["pair_q"].max() == pytest.approx(p * 19 / 6)


def test_a_third_good_that_says_no_more_is_told_from_one_that_does(shop_of_pots: Tables) -> None:
    fitted = fit(shop_of_pots)
    assert fitted.arrays["triple_items"].tolist() == [[1, 2, 3]]
    assert fitted.arrays["triple_parts"].tolist() == [[10, 10, 20]]
    p = stats.hypergeom.sf(9, 60, 20, 10)
    assert fitted.arrays["triple_q"][0] == pytest.approx([p * 19 / 6] * 3)
    # whoever buys tea buys the pot: tea and pot say of a sieve what tea says
    assert fitted.arrays["triple_more_q"][0].tolist() == [1.0, 1.0, 1.0]


def test_two_goods_that_only_together_lead_to_a_third_say_more_than_either() -> None:
    random = np.random.default_rng(4)
    held = random.random((2_000, 6)) < 0.3
    held[:, 2] = np.where(held[:, 0] & held[:, 1], random.random(2_000) < 0.9, random.random(2_000) < 0.1)
    options = AssociationsRecipe.Options()
    found = mined(sparse.csr_array(held.astype(np.float32)), 20, options, silent)
    assert found.triples.items.tolist() == [[0, 1, 2]]
    assert (found.triple_more_q[0] <= 0.01).all()
    assert found.triple_parts[0].tolist() == [int((held[:, a] & held[:, b]).sum()) for a, b in ((1, 2), (0, 2), (0, 1))]


def test_goods_that_are_bought_independently_make_no_rules() -> None:
    random = np.random.default_rng(9)
    worlds = [sparse.csr_array((random.random((800, 40)) < 0.15).astype(np.float32)) for _ in range(20)]
    kept = [mined(world, 4, AssociationsRecipe.Options(), silent) for world in worlds]
    assert sum(len(each.pairs) + len(each.triples) for each in kept) <= 3  # 1 in 100 families finds anything


def test_more_pairs_than_are_kept_raise_the_limit_and_the_card_says_so(shop_of_pots: Tables) -> None:
    fitted = fit(shop_of_pots, most_pairs=2)
    assert fitted.arrays["pair_items"].tolist() == [[1, 2]]
    assert fitted.figures["at_least"] == 11


def test_a_shop_without_orders_of_two_says_so(empty_shop: Tables) -> None:
    with pytest.raises(NotReadyError, match="no two goods stand together in 4"):
        fit(empty_shop)
