from __future__ import annotations

import pytest

from shopmind.pipeline.offers.allocation import Gain, allocate
from shopmind.pipeline.offers.offer import Offer
from shopmind.stores.redemptions import Spent


def given(gains: dict[tuple[str, str], float], *offers: Offer, each: int = 1, **spent: Spent) -> list[tuple[str, str]]:
    wanted = [Gain(user, offer, gain) for (user, offer), gain in gains.items()]
    found = allocate(wanted, {offer.offer_id: offer for offer in offers}, spent, each=each)
    return [(one.user_id, one.offer_id) for one in found]


def test_the_best_go_first_and_nobody_gets_what_costs_more_than_it_brings() -> None:
    gains = {("a", "x"): 5.0, ("b", "x"): 9.0, ("c", "x"): -1.0, ("d", "x"): 0.0, ("e", "x"): float("nan")}
    assert given(gains, Offer("x")) == [("b", "x"), ("a", "x")]


def test_a_person_gets_as_many_as_asked() -> None:
    gains = {("a", "x"): 5.0, ("a", "y"): 4.0, ("a", "z"): 3.0}
    assert given(gains, Offer("x"), Offer("y"), Offer("z")) == [("a", "x")]
    assert given(gains, Offer("x"), Offer("y"), Offer("z"), each=2) == [("a", "x"), ("a", "y")]


@pytest.mark.parametrize(
    ("offer", "spent", "people"),
    [
        (Offer("x", budget_uses=3), Spent(1, 0), 2),
        (Offer("x", budget_uses=0), Spent(), 0),
        (Offer("x", budget_minor=1_000, discount_minor=300), Spent(1, 300), 2),
        (Offer("x", budget_minor=1_000, discount_percent=10, most_minor=400), Spent(), 2),
        (Offer("x", budget_minor=1_000, discount_percent=10), Spent(), 0),
        (Offer("x", budget_minor=1_000, discount_minor=300, budget_uses=1), Spent(), 1),
        (Offer("x"), Spent(9, 9_000), 5),
    ],
)
def test_an_offer_goes_to_no_more_than_its_budget_pays_for(offer: Offer, spent: Spent, people: int) -> None:
    gains = {(name, "x"): 1.0 for name in "abcde"}
    assert given(gains, offer, x=spent) == [(name, "x") for name in "abcde"[:people]]


def test_an_unknown_offer_is_given_to_nobody() -> None:
    assert given({("a", "x"): 5.0}, Offer("y")) == []
