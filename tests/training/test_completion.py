"""A made-up shop of recipes: what a whole cart says and no pair of goods can, and the columns by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import silent
from shopmind.kit.seeds import generator
from shopmind.training.completion import (
    COLUMNS,
    GATED,
    CompletionRecipe,
    candidates_of,
    carts_of,
    columns_of,
    evidence_of,
    lines_of,
    parted,
    scores_of,
)
from shopmind.training.recipe import Fitted, Tables

MakeLog = Callable[..., pl.DataFrame]


def fit(tables: Tables, **options: object) -> Fitted:
    options = {"carts": 200, **options}
    return CompletionRecipe().fit(tables, CompletionRecipe.Options(**options), seed=0, progress=silent)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def shop_of_dishes(make_log: MakeLog, make_shelf: type) -> Tables:
    """1,200 orders of 40 goods. A third holds four of the spices 2 to 6 and salt (7); only flour (1) and eggs (8)
    together lead to vanilla (9). The rest is bought at random."""
    random = np.random.default_rng(5)
    rows = []
    for order in range(1_200):
        held = set(random.choice(np.arange(10, 40), random.integers(1, 4), replace=False).tolist())
        if order % 3 == 0:
            held |= {7, *random.choice(np.arange(2, 7), 4, replace=False).tolist()}
        if random.random() < 0.3:
            held.add(1)
        if random.random() < 0.3:
            held.add(8)
        if {1, 8} <= held and random.random() < 0.95:
            held.add(9)
        rows += [("purchase", 120.0 - order / 10, order % 90 + 1, int(item), order) for item in sorted(held)]
    return Tables(make_log(rows), make_shelf(41), 10**12)


@pytest.fixture(scope="module")
def fitted(shop_of_dishes: Tables) -> Fitted:
    return fit(shop_of_dishes)


def test_the_pairs_of_three_orders_are_as_worked_by_hand(three_orders: Tables) -> None:
    """Orders {1, 2, 3}, {1, 2}, {1, 4}: 1 stands in 3 of 3, 2 in 2, both in 2."""
    fitted = fit(three_orders, newest=0.0)
    assert not fitted.figures["learned"]
    assert not fitted.tail  # it reads no event after its own
    evidence = evidence_of(fitted.arrays, np.array([2, 4]), 5)
    cosine = 2 / (2**0.6 * 3**0.4) * 2 / 7
    assert evidence.pairs[1] == pytest.approx(cosine, rel=1e-5)  # 4 and 1 stand together once alone
    assert evidence.pairs_most[1] == pytest.approx(cosine, rel=1e-5)
    assert evidence.added[1] == pytest.approx(0.0, abs=1e-6)  # 1 is in every order: 2 makes it no likelier
    columns = columns_of(fitted.arrays, evidence, np.array([1, 3]))
    assert tuple(columns) == (*COLUMNS, *GATED)
    assert columns["pairs_size"][0] == pytest.approx(cosine * np.log(3), rel=1e-5)
    assert columns["pairs_log"][0] == pytest.approx(np.log(1e-3 + cosine), rel=1e-5)
    assert columns["sold"].tolist() == pytest.approx([0.0, np.log(1 / 3)])
    # of 7 lines 3 are of item 1
    assert columns["share"][0] == pytest.approx(np.log(3 / 7 + 1e-6) - np.log(1e-6), rel=1e-5)


def test_orders_that_hold_both_are_told_back_from_the_cosine(shop_of_dishes: Tables, fitted: Fitted) -> None:
    lines = lines_of(shop_of_dishes.events, ("purchase",))
    baskets = lines.group_by("order").agg("item")["item"].to_list()
    evidence = evidence_of(fitted.arrays, np.array([1]), 41)
    both, own, other = (sum({*some} <= {*held} for held in baskets) for some in ((1, 9), (1,), (9,)))
    added = (both - own * other / len(baskets)) / own * both / (both + 5)
    assert evidence.added_most[9] == pytest.approx(added, rel=1e-3)


def test_ten_goods_that_say_the_same_say_it_once(fitted: Fitted) -> None:
    """Each of four spices leads to salt, and together no more than once; beside flour and eggs, vanilla still comes."""
    cart = np.array([2, 3, 4, 5, 1, 8])
    evidence = evidence_of(fitted.arrays, cart, 41)
    assert evidence.pairs[7] > 2.5
    assert 0.8 < evidence.near[7] < 1.1
    items = candidates_of(evidence, np.arange(41) > 0, 20)
    best = items[np.argsort(-scores_of(fitted.arrays, evidence, items))][:3].tolist()
    assert {7, 9} <= set(best)


def test_a_whole_cart_finds_what_was_hidden_more_often_than_its_pairs(shop_of_dishes: Tables) -> None:
    lines = lines_of(shop_of_dishes.events, ("purchase",))
    older, newer = parted(lines, 0.2)
    known = replace(
        shop_of_dishes, events=shop_of_dishes.events.filter(pl.col("order").is_in(older["order"].implode()))
    )
    fitted = fit(known)
    assert fitted.figures["learned"]
    goods = np.arange(41) > 0
    found = {"whole": 0, "pairs": 0}
    carts = carts_of(newer, goods, 150, generator(0, "test"))
    for cart, hidden in carts:
        evidence = evidence_of(fitted.arrays, cart, 41)
        items = candidates_of(evidence, goods, 40)
        for name, scores in (("whole", scores_of(fitted.arrays, evidence, items)), ("pairs", evidence.pairs[items])):
            found[name] += hidden in items[np.argsort(-scores)][:3]
    assert found["whole"] > found["pairs"]


def test_no_candidate_is_in_the_cart_or_hidden(fitted: Fitted) -> None:
    allowed = np.arange(41) > 0
    allowed[9] = False
    evidence = evidence_of(fitted.arrays, np.array([1, 8, 400]), 41)
    items = candidates_of(evidence, allowed, 300)
    assert not {1, 8, 9} & set(items.tolist())
    assert len(candidates_of(evidence, allowed, 6)) == 6


def test_goods_newer_than_the_fit_are_asked_about_without_harm(fitted: Fitted) -> None:
    evidence = evidence_of(fitted.arrays, np.array([50]), 60)
    assert not len(evidence.items)
    columns = columns_of(fitted.arrays, evidence, np.array([5, 55]))
    assert all(np.isfinite(column).all() for column in columns.values())


def test_an_order_is_hidden_from_one_good_and_only_known_goods_count() -> None:
    lines = pl.DataFrame({"order": [1, 1, 1, 2, 2, 3], "item": [1, 2, 9, 3, 9, 1], "time_ms": [0] * 6})
    carts = carts_of(lines, np.array([False, True, True, True]), 10, generator(0, "test"))
    assert len(carts) == 1  # of orders 2 and 3 one known good is left
    (cart, hidden) = carts[0]
    assert sorted([*cart.tolist(), hidden]) == [1, 2]


def test_what_is_held_back_chooses_weights_and_makes_no_statistics(shop_of_dishes: Tables) -> None:
    older, newer = parted(lines_of(shop_of_dishes.events, ("purchase",)), 0.5)
    half = {
        name: shop_of_dishes.events.filter(pl.col("order").is_in(part["order"].implode()))
        for name, part in (("events", older), ("held", newer))
    }
    alone = fit(replace(shop_of_dishes, events=half["events"]))
    beside = fit(replace(shop_of_dishes, **half))
    np.testing.assert_array_equal(alone.arrays["sold"], beside.arrays["sold"])
    assert beside.figures["carts"] > alone.figures["carts"]


def test_a_shop_without_two_goods_together_says_so(empty_shop: Tables) -> None:
    with pytest.raises(NotReadyError, match="no two goods"):
        fit(empty_shop)
