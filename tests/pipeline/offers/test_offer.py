from __future__ import annotations

from typing import Any

import pytest

from shopmind.domain import Item, User
from shopmind.kit.errors import InputError
from shopmind.pipeline.offers.eligibility import Standing, refusal
from shopmind.pipeline.offers.offer import Offer, read_offer
from shopmind.stores.redemptions import Spent

DAY = "2026-03-01T00:00:00Z"


def item(**attributes: Any) -> Item:
    return Item("ten-off", kind="promotion", attributes=attributes, currency="USD")


def test_an_offer_is_read_from_the_attributes_of_an_item_as_numbers_or_texts() -> None:
    said = {
        "starts_at": DAY,
        "ends_at": 1_800_000_000_000,
        "segment": 'city = "Leeds"',
        "first_time": "true",
        "min_basket_minor": "2000",
        "discount_percent": 10,
        "most_minor": 500,
        "budget_minor": 10_000.0,
        "per_user": 1,
        "excludes": "mug; free-tea",
    }
    offer = read_offer(item(**said))
    assert offer.starts_ms == 1_772_323_200_000
    assert offer.ends_ms == 1_800_000_000_000
    assert offer.first_time
    assert (offer.min_basket_minor, offer.budget_minor, offer.per_user) == (2_000, 10_000, 1)
    assert (offer.discount_percent, offer.most_minor, offer.discount_minor) == (10.0, 500, None)
    assert offer.excludes == ("mug", "free-tea")


def test_an_item_without_rules_is_an_offer_for_everybody_for_ever() -> None:
    assert read_offer(item()) == Offer("ten-off", currency="USD")


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"starts_at": DAY, "ends_at": DAY}, "ends_at: 2026-03-01T00:00:00Z does not come after"),
        ({"starts_at": "soon"}, "starts_at: 'soon' is not an RFC 3339 time"),
        ({"discount_minor": 100, "discount_percent": 5}, "an amount and a percentage"),
        ({"discount_percent": 0}, "must lie above 0"),
        ({"discount_percent": 101}, "must lie above 0 and at most at 100"),
        ({"discount_minor": -5}, "discount_minor: -5 is not a whole number from 0"),
        ({"budget_minor": 1.5}, "budget_minor: 1.5 is not a whole number"),
        ({"budget_minor": float("nan")}, "not a whole number"),
        ({"cost_minor": float("inf")}, "not a whole number"),
        ({"cost_minor": "two"}, "cost_minor: 'two' is not a whole number"),
        ({"most_minor": 100}, "there is no discount_percent"),
        ({"per_user": 0}, "nobody could ever redeem it"),
        ({"excludes": "ten-off"}, "excludes itself"),
        ({"stacking": "alone"}, "allowed: combinable, exclusive"),
        ({"stacking": "exclusive", "offer_group": "a"}, "stands alone anyway"),
        ({"discount_minor": 500, "budget_minor": 400}, "400 does not pay one discount of 500"),
        ({"segment": "city ="}, "segment: found the end"),
        ({"first_time": "maybe"}, "first_time: 'maybe' is neither true nor false"),
    ],
)
def test_what_contradicts_itself_is_refused_with_the_offer_and_the_reason(
    attributes: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError) as error:
        read_offer(item(**attributes))
    assert error.value.message.startswith("offer 'ten-off': ")
    assert said in error.value.message


@pytest.mark.parametrize(
    ("attributes", "standing", "spent", "said"),
    [
        ({}, Standing(), Spent(), ""),
        ({"starts_at": 2_000}, Standing(), Spent(), "it has not begun"),
        ({"ends_at": 1_000}, Standing(), Spent(), "it is over"),
        ({"segment": 'city = "Leeds"'}, Standing(User("u", attributes={"city": "Leeds"})), Spent(), ""),
        ({"segment": 'city = "Leeds"'}, Standing(User("u", attributes={"city": "York"})), Spent(), "a segment"),
        ({"segment": 'city != "Leeds"'}, Standing(), Spent(), "a segment"),
        ({"first_time": True}, Standing(bought=True), Spent(), "a first purchase"),
        ({"first_time": True}, Standing(), Spent(), ""),
        ({"min_basket_minor": 500}, Standing(basket_minor=499), Spent(), "worth 499, it needs 500"),
        ({"min_basket_minor": 500}, Standing(basket_minor=500), Spent(), ""),
        ({"min_basket_minor": 500}, Standing(), Spent(), ""),
        ({"per_user": 2}, Standing(redeemed={"ten-off": 2}), Spent(), "as often as one may"),
        ({"per_user": 2}, Standing(redeemed={"ten-off": 1}), Spent(), ""),
        ({"budget_uses": 3}, Standing(), Spent(3, 0), "all 3 redemptions are used"),
        ({"budget_uses": 0}, Standing(), Spent(), "all 0 redemptions are used"),
        ({"budget_minor": 0}, Standing(), Spent(), "its budget of 0 is used up"),
        ({"budget_minor": 1_000, "discount_minor": 300}, Standing(), Spent(3, 900), "its budget of 1000 is used up"),
        ({"budget_minor": 1_000, "discount_minor": 300}, Standing(), Spent(2, 700), ""),
    ],
)
def test_who_may_not_use_an_offer_is_told_why(
    attributes: dict[str, Any], standing: Standing, spent: Spent, said: str
) -> None:
    found = refusal(read_offer(item(**attributes)), standing, spent, 1_000)
    assert bool(found) == bool(said)
    assert said in found
