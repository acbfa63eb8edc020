"""From goods to people."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from shopmind.domain import EVENT_TYPES
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import InputError, NotFoundError
from shopmind.shop import Shop
from shopmind.stores.ports import EVENT_TABLE
from shopmind.training.response import COLUMNS, Interest, chances, shares

BUY = EVENT_TYPES.index("purchase")
NOW = int(1_000 * DAY_MS)


def test_what_is_known_of_a_customer_towards_goods_worked_by_hand(shop: Shop) -> None:
    numbers = shop.catalogue.numbers(["tea-01", "tea-02", "kit-01"]).tolist()
    columns = shop.catalogue.columns()
    rows = [
        (1, numbers[0], NOW - 90 * DAY_MS, 1),
        (1, numbers[1], NOW - 10 * DAY_MS, 2),
        (2, numbers[2], NOW - DAY_MS, 3),
    ]
    frame = pl.DataFrame(
        [
            {"number": at, "type": BUY, "timestamp_ms": time, "user": user, "item": item, "order": order}
            for at, (user, item, time, order) in enumerate([*rows, (3, numbers[0], NOW, 4)])
        ]
    )
    missing = [pl.lit(None, kind).alias(name) for name, kind in EVENT_TABLE.items() if name not in frame.columns]
    events = frame.with_columns(missing).select(pl.col(name).cast(kind) for name, kind in EVENT_TABLE.items())
    interest = Interest(events, columns, NOW)
    assert interest.users.tolist() == [1, 2]  # what happens at the moment itself is not known
    found = {name: interest.of(np.array([numbers[0]]))[:, at] for at, name in enumerate(COLUMNS)}
    np.testing.assert_allclose(found["own"], [np.log1p(0.5), 0], rtol=1e-6)  # one half-life old
    np.testing.assert_allclose(found["own_days"], [np.log1p(90), np.log1p(365)], rtol=1e-6)
    np.testing.assert_allclose(found["category"], [np.log1p(0.5 ** (10 / 90)), 0], rtol=1e-5)
    np.testing.assert_allclose(found["orders"], [np.log1p(1), np.log1p(1)], rtol=1e-6)
    np.testing.assert_allclose(found["days"], [np.log1p(10), np.log1p(1)], rtol=1e-6)
    np.testing.assert_allclose(found["rate"], np.log(1e-6), rtol=1e-6)  # nobody bought it in the last 28 days
    both = interest.of(np.array(numbers[:2]))
    np.testing.assert_allclose(both[:, COLUMNS.index("rate")], np.log(1 / 2), rtol=1e-6)
    weights = np.array([[1.0, 0, 0, 0, 0, 0, 0, -1.0]])
    np.testing.assert_allclose(chances(weights, both)[1], 1 / (1 + np.e), rtol=1e-6)
    np.testing.assert_allclose(shares(weights, both.mean(axis=0), both).sum(axis=0), 0, atol=1e-6)


@pytest.mark.parametrize("asked", [{"items": ["tea-01", "tea-02"]}, {"brand": "Quiet Hill"}, {"category": "Tea"}])
def test_tea_is_for_those_who_choose_tea_and_says_why_also_without_a_model(
    shop: Shop, asked: dict[str, object]
) -> None:
    tea = {shop.pseudonyms.user(f"u{place:02d}") for place in (1, 2, 9, 10, 17, 18, *range(25, 31))}
    if "category" in asked:
        asked = {
            "category": shop.catalogue.columns().column("category").text(int(shop.catalogue.numbers(["tea-01"])[0]))
        }  # type: ignore[union-attr]
    found = shop.audience_for(**asked, n=4)  # type: ignore[arg-type]
    assert len(found.people) == 4
    assert {each.user_id for each in found.people} <= tea
    assert found.size >= 4
    assert found.expected is None
    assert found.people[0].chance is None
    assert "own" in found.people[0].reasons
    assert "response: not trained yet" in found.degraded
    assert [each.score for each in found.people] == sorted((each.score for each in found.people), reverse=True)
    assert shop.pseudonyms.user("u29") not in {each.user_id for each in shop.audience_for(**asked).people}  # type: ignore[arg-type]


def test_a_promotion_stands_for_what_it_covers(shop: Shop) -> None:
    links = shop.links.table("covers")
    number = int(links["source"][0])
    promotion = shop.catalogue.get([number])[0]
    assert promotion is not None
    found = shop.audience_for(promotion=promotion.item_id, n=3)
    assert promotion.item_id in found.goods
    assert len(found.goods) > 1


def test_reachable_counts_who_agreed_among_those_listed(shop: Shop) -> None:
    some = shop.audience_for(brand="Quiet Hill", n=5)
    assert some.reachable == {}
    shop.put_users([{"user_id": "u01", "consent": {"email": True, "sms": False}}])
    assert shop.audience_for(brand="Quiet Hill").reachable == {"email": 1}


def test_a_question_that_cannot_be_answered_is_refused(shop: Shop) -> None:
    with pytest.raises(InputError, match="exactly one"):
        shop.audience_for()
    with pytest.raises(InputError, match="exactly one"):
        shop.audience_for(brand="Quiet Hill", category="Tea")
    with pytest.raises(InputError, match="at least 1"):
        shop.audience_for(brand="Quiet Hill", n=0)
    with pytest.raises(NotFoundError, match="nobody-makes-it"):
        shop.audience_for(brand="nobody-makes-it")
    with pytest.raises(NotFoundError, match="x-1"):
        shop.audience_for(items=["tea-01", "x-1"])
    with pytest.raises(NotFoundError, match="covers anything"):
        shop.audience_for(promotion="tea-01")
