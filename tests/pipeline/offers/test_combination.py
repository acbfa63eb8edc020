from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from shopmind.pipeline.offers.combination import Combination, Line, amounts, best_combination, clash
from shopmind.pipeline.offers.offer import Offer

CART = (Line("tea", 1_000), Line("pot", 2_000))


def test_percentages_are_of_the_first_price_and_amounts_of_what_is_left() -> None:
    offers = [Offer("five", discount_minor=500), Offer("tenth", discount_percent=10)]
    assert amounts(offers, CART, {}) == {"tenth": 300, "five": 500}
    assert amounts([Offer("all", discount_percent=100), *offers], CART, {}) == {"all": 3_000, "tenth": 0, "five": 0}


def test_an_offer_takes_off_only_what_it_covers_and_drops_fractions() -> None:
    offers = [Offer("tea-week", discount_percent=33.3, most_minor=400), Offer("pots", discount_minor=9_000)]
    assert amounts(offers, CART, {"tea-week": {"tea"}, "pots": {"pot"}}) == {"tea-week": 333, "pots": 2_000}
    assert amounts(offers[:1], (Line("tea", 2_000),), {}) == {"tea-week": 400}


def test_one_that_stands_alone_wins_only_where_it_takes_off_more_than_the_others_together() -> None:
    others = [Offer("a", discount_minor=300), Offer("b", discount_minor=200)]
    for alone, best in ((499, {"a": 300, "b": 200}), (501, {"big": 501})):
        big = Offer("big", discount_minor=alone, stacking="exclusive")
        assert dict(best_combination([*others, big], CART, {}).amounts) == best
    assert best_combination([*others, big], CART, {}).refused == {"a": "'big' stands alone", "b": "'big' stands alone"}


def test_a_group_gives_one_and_an_exclusion_holds_from_both_sides() -> None:
    group = [Offer("a", discount_minor=300, group="g"), Offer("b", discount_minor=400, group="g")]
    assert dict(best_combination(group, CART, {}).amounts) == {"b": 400}
    assert "group 'g'" in best_combination(group, CART, {}).refused["a"]
    shy = [
        Offer("a", discount_minor=300, excludes=("b",)),
        Offer("b", discount_minor=400),
        Offer("c", discount_minor=50),
    ]
    assert dict(best_combination(shy, CART, {}).amounts) == {"b": 400, "c": 50}
    assert clash(shy) == "'a' excludes 'b'"


def test_no_combination_passes_the_cap_or_what_a_budget_has_left() -> None:
    offers = [Offer("a", discount_minor=600), Offer("b", discount_minor=500), Offer("c", discount_minor=400)]
    assert dict(best_combination(offers, CART, {}, cap_minor=900).amounts) == {"b": 500, "c": 400}
    found = best_combination(offers, CART, {}, cap_minor=550, left_minor={"b": 499})
    assert dict(found.amounts) == {"c": 400}
    assert found.refused["a"] == "it takes off 600, more than the cap of 550"
    assert found.refused["b"] == "it takes off 500, more than its budget has left"
    assert best_combination(offers, CART, {}, cap_minor=0).amounts == {}


def test_an_empty_cart_and_a_cart_of_other_goods_get_nothing_off() -> None:
    offers = [Offer("a", discount_minor=600), Offer("gift")]
    assert best_combination(offers, (), {}) == Combination(
        {}, dict.fromkeys(("a", "gift"), "it takes nothing off this cart")
    )
    assert best_combination(offers, CART, {"a": {"cup"}}).total_minor == 0


@pytest.mark.parametrize("seed", range(30))
def test_the_search_finds_what_trying_everything_finds(seed: int) -> None:
    random = np.random.default_rng(seed)
    lines = [Line(name, int(random.integers(100, 900))) for name in "wxyz"]
    offers, covers = [], {}
    for name in "abcdefg":
        amount = int(random.integers(50, 600)) if random.random() < 0.6 else None
        offers.append(
            Offer(
                name,
                discount_minor=amount,
                discount_percent=None if amount else float(random.integers(5, 60)),
                stacking="exclusive" if random.random() < 0.15 else "combinable",
                group=str(random.choice(["", "", "g"])),
                excludes=tuple(random.choice(list("hijab"), 1)) if random.random() < 0.3 else (),
            )
        )
        if random.random() < 0.7:
            covers[name] = set(random.choice(list("wxyz"), 2).tolist())
    cap = int(random.integers(300, 1_500))
    best = 0
    for size in range(len(offers) + 1):
        for some in combinations(offers, size):
            total = sum(amounts(some, lines, covers).values())
            if not clash(some) and total <= cap:
                best = max(best, total)
    found = best_combination(offers, lines, covers, cap_minor=cap)
    assert found.total_minor == best
    assert found.exact
    assert set(found.amounts) | set(found.refused) == set("abcdefg")


def test_beyond_sixteen_it_says_that_not_everything_was_tried() -> None:
    offers = [Offer(f"o{place:02d}", discount_minor=10 + place) for place in range(20)]
    found = best_combination(offers, CART, {})
    assert not found.exact
    assert found.total_minor == sum(10 + place for place in range(4, 20))
