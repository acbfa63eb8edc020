"""Who wants what nobody knows yet."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from shopmind.domain import EVENT_TYPES
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotFoundError
from shopmind.samples import tiny_items
from shopmind.shop import Shop
from shopmind.shop.audience import HALF_LIFE_DAYS, wanting


def test_what_people_chose_is_weighed_by_nearness_as_worked_by_hand() -> None:
    buy, view = EVENT_TYPES.index("purchase"), EVENT_TYPES.index("view")
    now_ms = int(1_000 * DAY_MS)
    old_ms = now_ms - int(HALF_LIFE_DAYS * DAY_MS)
    rows = [(1, 7, buy, now_ms), (1, 7, buy, old_ms), (1, 5, view, now_ms), (2, 5, buy, now_ms), (3, 9, buy, now_ms)]
    events = pl.DataFrame(rows, ["user", "item", "type", "timestamp_ms"], orient="row")
    users, scores = wanting(events, np.array([7, 5]), np.array([0.5, 0.2], np.float32), now_ms)
    assert users.tolist() == [1, 2]
    np.testing.assert_allclose(scores, [0.5 * np.log1p(1.5) + 0.2 * np.log1p(0.1), 0.2 * np.log1p(1)], rtol=1e-6)


def test_a_new_tea_is_for_those_who_buy_tea(shop: Shop) -> None:
    """Without an encoder the traits of the goods say what is like it, from the next training on."""
    new = next(row for row in tiny_items(shop.folder.clock()) if row["item_id"] == "tea-01")
    shop.put_items([{**new, "item_id": "tea-99", "title": "Spring Dragon Well, first harvest"}])
    shop.train(["relations"])
    likely = shop.audience("tea-99", 5)
    tea_buyers = {shop.pseudonyms.user(f"u{place:02d}") for place in (1, 2, 9, 10, 17, 18, *range(25, 31))}
    assert likely
    assert {each.user_id for each in likely} <= tea_buyers
    assert shop.pseudonyms.user("u29") not in {each.user_id for each in shop.audience("tea-99", 100)}
    assert [each.score for each in likely] == sorted((each.score for each in likely), reverse=True)


def test_an_unknown_item_has_no_audience(shop: Shop) -> None:
    with pytest.raises(NotFoundError, match="no such item"):
        shop.audience("nothing")
