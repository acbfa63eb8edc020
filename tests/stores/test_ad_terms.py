"""The terms of an ad: whole, or refused in words."""

from __future__ import annotations

from typing import Any

import pytest

from shopmind.domain import Item
from shopmind.domain.ad import AdTerms
from shopmind.ingest.fields import RowError
from shopmind.ingest.rows import item as read
from shopmind.kit.clock import HOUR_MS
from shopmind.kit.errors import InputError
from shopmind.stores.ad_terms import money, terms_of

WHOLE: dict[str, Any] = {"advertiser": "Nova", "pricing": "cpc", "bid": 0.4, "budget": "20", "target": "tea"}


def ad(currency: str | None = "USD", **more: Any) -> Item:
    given = {name: value for name, value in {**WHOLE, **more}.items() if value is not None}
    return Item("a", kind="ad", title="Nova", currency=currency, attributes=given)


def test_money_becomes_mills() -> None:
    assert terms_of(ad()) == AdTerms("Nova", "cpc", 40_000, 2_000_000, currency="USD", target="tea")
    # 2.50 for a thousand is 250 cents for a thousand, 0.25 cents or 250 mills for one
    assert terms_of(ad(pricing="CPM", bid=2.5)).bid == 250
    assert terms_of(ad("JPY", bid=3, budget=500)).bid == 3_000
    assert (money(40_000, "USD"), money(3_000, "JPY")) == (0.4, 3.0)


def test_everything_else_that_may_be_said() -> None:
    said: dict[str, Any] = {
        "daily_budget": 5, "starts_at": "2026-01-01T00:00:00Z", "ends_at": 1_800_000_000_000, "hours": "22-6",
        "target_scenarios": "home; search", "target_words": "green tea; 绿茶", "target_categories": "Tea > Green",
        "target_users": 'city = "Leeds"', "cap": 3, "cap_hours": 2,
    }  # fmt: skip
    terms = terms_of(ad(**said))
    assert (terms.daily, terms.starts_ms, terms.ends_ms) == (500_000, 1_767_225_600_000, 1_800_000_000_000)
    assert (terms.hours, terms.scenarios, terms.words) == ((22, 6), ("home", "search"), ("green tea", "绿茶"))
    assert (terms.categories, terms.users) == (("Tea > Green",), 'city = "Leeds"')
    assert (terms.cap, terms.cap_ms) == (3, 2 * HOUR_MS)


def test_the_brand_stands_in_for_the_advertiser() -> None:
    assert terms_of(Item("a", kind="ad", brand="古道", attributes={**WHOLE, "advertiser": ""})).advertiser == "古道"


@pytest.mark.parametrize(
    ("given", "said", "field"),
    [
        ({"bid": -0.1}, "bid is -0.1, it must be above 0", "bid"),
        ({"bid": 0}, "bid is 0, it must be above 0", "bid"),
        ({"bid": "much"}, "bid is 'much', it must be a number", "bid"),
        ({"bid": "nan"}, "bid is 'nan', it must be a number", "bid"),
        ({"bid": 1e10}, "at most 1,000,000,000 is allowed", "bid"),
        ({"bid": 0.000001}, "less than the smallest amount", "bid"),
        ({"bid": True}, "it must be a number", "bid"),
        ({"budget": 0}, "budget is 0, it must be above 0", "budget"),
        ({"daily_budget": -1}, "daily_budget is -1, it must be above 0", "daily_budget"),
        ({"pricing": "cpx"}, "pricing: 'cpx' is not allowed", "pricing"),
        ({"starts_at": 2_000, "ends_at": 1_000}, "ends_at is not after starts_at", "ends_at"),
        ({"starts_at": "soon"}, "'soon' is not an RFC 3339 time", None),
        ({"ends_at": -5}, "it must be a time of 1970–2100", "ends_at"),
        ({"hours": "8-30"}, 'it must be such as "8-20"', "hours"),
        ({"hours": "always"}, 'it must be such as "8-20"', "hours"),
        ({"cap": -1}, "cap is -1, it must lie in 0", "cap"),
    ],
)
def test_terms_that_cannot_be_are_refused_at_every_door(given: Any, said: str, field: str | None) -> None:
    with pytest.raises(InputError, match=said.replace("(", r"\(")) as refused:
        terms_of(ad(**given))
    assert refused.value.field == field
    row = {"item_id": "a", "kind": "ad", "title": "Nova", "attributes": {**WHOLE, **given}}
    with pytest.raises(RowError, match="row 7"):
        read(row, where="row 7", default_currency="USD")


@pytest.mark.parametrize("name", ["advertiser", "pricing", "bid", "budget"])
def test_terms_that_are_not_there_yet_are_taken_but_no_bid(name: str) -> None:
    given = {each: value for each, value in WHOLE.items() if each != name}
    assert read({"item_id": "a", "kind": "ad", "attributes": given}).attributes == given
    with pytest.raises(InputError, match=f"ad 'a': it has no {name}"):
        terms_of(ad(**{name: None}))


def test_other_kinds_may_call_anything_a_bid() -> None:
    assert read({"item_id": "a", "bid": -1}).attributes == {"bid": -1}


def test_an_ad_has_the_currency_of_the_shop_without_a_price() -> None:
    assert read({"item_id": "a", "kind": "ad"}, default_currency="JPY").currency == "JPY"
    assert read({"item_id": "a", "kind": "product"}, default_currency="JPY").currency is None
