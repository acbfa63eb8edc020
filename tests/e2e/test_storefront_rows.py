"""The rows of a page: in which order they are asked, and what is new in them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from tests.e2e.test_storefront import SETTLED, come, items

if TYPE_CHECKING:
    from shopmind.testing.processes import Server
    from shopmind.testing.visitor import Visitor

pytestmark = pytest.mark.slow


def test_an_added_item_marks_what_is_new_in_the_rows(visitor: Visitor, shop_api: Server) -> None:
    page = come(visitor, f"{shop_api.url}/")
    before = items(page, "home")
    page.locator("section[data-scenario=home] .add").first.click()
    ids = "[...document.querySelectorAll('section[data-scenario=home] .card')].map(each => each.dataset.shopmindItem)"
    page.wait_for_function(f"before => JSON.stringify({ids}) !== JSON.stringify(before)", arg=before)
    page.wait_for_function(SETTLED)
    fresh = page.eval_on_selector_all(
        "section[data-scenario=home] .card.fresh", "cards => cards.map(card => card.dataset.shopmindItem)"
    )
    assert set(fresh) == set(items(page, "home")) - set(before)


def test_rows_are_asked_one_after_the_other_and_a_slow_one_does_not_hold_the_rest(
    visit: Callable[..., Visitor], shop_api: Server
) -> None:
    times = """() => performance.getEntriesByType("resource").filter(each => each.name.includes("/v1/recommend/"))
        .map(each => [each.startTime, each.responseEnd]).sort((a, b) => a[0] - b[0])"""
    page = come(visit(), f"{shop_api.url}/")
    rows = page.evaluate(times)
    assert len(rows) > 1
    for (asked, told), (next_asked, _) in pairwise(rows):
        assert next_asked >= min(told, asked + 240), "the next is asked when one is told, or has taken its time"

    visitor = visit()
    visitor.page.route("**/v1/recommend/home", lambda route: (visitor.page.wait_for_timeout(1_000), route.continue_()))
    (_, told), (next_asked, _), *_ = come(visitor, f"{shop_api.url}/").evaluate(times)
    assert next_asked < told
