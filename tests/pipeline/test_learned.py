"""The learned order in a search: used where it was found better, silent where not, never moved far by one person."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import shopmind
from shopmind.domain import EVENT_TYPES, Candidates, Query, Slate
from shopmind.pipeline.context import Term
from shopmind.pipeline.features.asked import Asked
from shopmind.pipeline.features.company import Company
from shopmind.pipeline.features.personal import Personal
from shopmind.pipeline.features.standing import Standing
from shopmind.pipeline.rankers.learned import Learned, falling
from shopmind.shop import Shop
from shopmind.shop.learning import shown_in_records
from shopmind.testing.part_suite import requests
from shopmind.training.rank_model import PRIOR, RankModel

TEXT = "green tea coffee cotton lamp bag"


def save(shop: Shop, chosen: str, weights: dict[str, float]) -> None:
    """A model made by hand: linear in these columns."""
    names = tuple(weights)
    model = RankModel(
        names,
        chosen,
        np.array(list(weights.values())),
        (1.0, 1.0),
        None,
        None,
        np.full(2 * len(names) + 1, 0.1),  # type: ignore[arg-type]
    )
    card = {"events": 0, "event_number": 0, "tail": False, "figures": {"chosen": chosen, "columns": list(names)}}
    shop.artifacts.save("search_ranking", model.arrays(), card)
    shop.artifacts.promote("search_ranking", shop.artifacts.versions("search_ranking")[-1])
    shop._answering.refresh()


def ask(shop: Shop, **asked: Any) -> Slate:
    return shop.answer(Query("search", text=TEXT, n=30, **asked))


def ids(slate: Slate) -> list[str]:
    return [hit.item.item_id for hit in slate.hits]


def scored(slate: Slate) -> list[tuple[str, float]]:
    return [(hit.item.item_id, round(hit.score, 6)) for hit in slate.hits]


def test_without_a_model_the_prior_ranks_and_only_readiness_speaks_of_it(shop: Shop) -> None:
    slate = ask(shop)
    assert slate.hits
    assert not any("search_ranking" in told or "learned" in told for told in slate.degraded)
    assert any("search_ranking" in need for need in shop.readiness()["search"])


def test_a_model_that_was_not_better_leaves_the_order_as_it_was(shop: Shop) -> None:
    before = ids(ask(shop))
    save(shop, "prior", {"price": 1.0, PRIOR: 0.0})
    after = ask(shop)
    assert ids(after) == before
    assert not any("search_ranking" in need for need in shop.readiness()["search"])


def test_a_model_orders_by_what_it_learned_and_scores_fall_along_the_order(shop: Shop) -> None:
    save(shop, "linear", {"price": 1.0, PRIOR: 0.0})
    slate = ask(shop)
    prices = [hit.item.price_minor for hit in slate.hits if hit.item.price_minor is not None]
    assert prices == sorted(prices, reverse=True)
    scores = [hit.score for hit in slate.hits]
    assert all(one > other for one, other in pairwise(scores))


def test_reasons_name_the_columns_and_share_out_what_the_prior_adds(shop: Shop) -> None:
    save(shop, "linear", {"price": 1.0, PRIOR: 5.0})
    signals = {reason.signal for hit in ask(shop, explain=True).hits for reason in hit.reasons}
    assert "price" in signals
    assert "lexical" in signals
    assert PRIOR not in signals


def test_falling_worked_by_hand() -> None:
    # Along the order 0.9, 0.2, 0.4: the last two change places with their mean, 0.3.
    found = falling(np.array([0.4, 0.9, 0.2]), np.array([1.0, 3.0, 2.0]), np.zeros(3, np.uint64))
    np.testing.assert_allclose(found, [0.3, 0.9, 0.3], atol=1e-5)
    assert found[1] > found[2] > found[0]


def test_evidence_scores_items_that_the_search_does_not_find(shop: Shop) -> None:
    found = [hit.item.item_id for hit in shop.search("lamp", n=50).hits]
    other = next(
        item.item_id for _, item in shop.catalogue.scan() if item.kind == "product" and item.item_id not in found
    )
    numbers = shop.catalogue.numbers([other])
    table = shop.evidence("lamp", numbers)
    row = int(np.flatnonzero(table.items == numbers[0])[0])
    assert table.column("found")[row] == 0
    assert not np.isnan(table.scores[row])
    assert table.column("found").sum() == len(table) - 1
    assert np.isnan(table.scores).sum() == 0


def test_equal_items_asked_for_and_found_stand_once(shop: Shop) -> None:
    numbers = shop.catalogue.numbers([hit.item.item_id for hit in shop.search("lamp").hits])
    table = shop.evidence("lamp", np.concatenate([numbers, np.array([-1, 10**9])]))
    assert len(np.unique(table.items)) == len(table)
    assert (table.column("found") == 1).all()


# Personal


@pytest.fixture
def regular(shop: Shop) -> tuple[Shop, str]:
    """A customer who buys one kind of thing, which is not what the search thinks of first."""
    chosen = ask(shop).hits[-1].item.item_id
    shop.track(
        [
            {
                "type": "purchase",
                "user_id": "fan",
                "item_id": chosen,
                "quantity": 1,
                "value": 6.5,
                "order_id": f"o{i}",
            }
            for i in range(8)
        ]
    )
    return shop, shop.pseudonyms.user("fan")


def test_what_one_chose_before_moves_the_order_and_is_named(regular: tuple[Shop, str]) -> None:
    shop, user = regular
    plain, own = ask(shop), ask(shop, user_id=user, explain=True)
    assert scored(plain) != scored(own)
    named = [hit.item.item_id for hit in own.hits if any(reason.signal == "personal" for reason in hit.reasons)]
    assert ids(plain)[-1] in named


def test_between_two_that_are_nearly_as_good_it_decides_and_no_more(shop: Shop) -> None:
    context = requests(shop)["regular"]
    ranker = Learned(Learned.Options(prior={"lexical": 1.0}, personal=0.1), shop.tools)
    columns = {"lexical": np.array([0.5, 0.46, 0.0, 0.4]), "personal": np.array([0.0, 1.0, 0.0, 1.0])}
    pool = Candidates(np.arange(1, 5), {name: column.astype(np.float32) for name, column in columns.items()})
    # The range is 0.5, so a likeness of 1 adds 0.05.
    ranked = ranker.rank(context, pool)
    np.testing.assert_allclose(ranked.scores, [0.5, 0.51, 0.0, 0.45], atol=1e-6)
    np.testing.assert_allclose(ranked.contributions["personal"], [0, 0.05, 0, 0.05], atol=1e-6)


def test_it_moves_nothing_further_than_its_share_of_the_range(regular: tuple[Shop, str]) -> None:
    shop, user = regular
    plain, own = ask(shop), ask(shop, user_id=user)
    before = {hit.item.item_id: hit.score for hit in plain.hits}
    table = shop.evidence(TEXT, np.empty(0, np.int64))
    most = 0.1 * float(np.ptp(table.scores))
    for hit in own.hits:
        if hit.item.item_id in before:
            assert -1e-6 <= hit.score - before[hit.item.item_id] <= most + 1e-6


def test_a_request_a_shop_or_a_customer_switches_it_off(regular: tuple[Shop, str]) -> None:
    shop, user = regular
    plain = scored(ask(shop))
    assert scored(ask(shop, user_id=user, personal=False)) == plain
    shop.put_users([{"user_id": "fan", "consent": {"personalise": False}}])
    assert scored(ask(shop, user_id=user)) == plain
    shop.put_users([{"user_id": "fan", "consent": {"personalise": True}}])
    assert scored(ask(shop, user_id=user)) != plain
    with shopmind.open(shop.path, personal=False) as quiet:
        assert scored(ask(quiet, user_id=user)) == plain


def test_a_strangers_order_is_unchanged(regular: tuple[Shop, str]) -> None:
    shop, _ = regular
    assert scored(ask(shop, user_id=shop.pseudonyms.user("nobody"))) == scored(ask(shop))


def test_likeness_lies_in_0_to_1_and_one_click_says_little(shop: Shop) -> None:
    context = requests(shop)["regular"]
    items = np.flatnonzero(context.allowed)
    part = Personal(Personal.Options(), shop.tools)
    found = part.compute(context, Candidates(items))["personal"]
    assert ((found >= 0) & (found <= 1)).all()
    assert found.max() > 0.3
    history = context.history
    once = replace(history.take(slice(0, 1)), types=np.array([6], np.int8), times_ms=np.array([context.now_ms]))
    little = replace(context, query=replace(context.query), load_history=lambda: once)
    first = part.compute(little, Candidates(items)).get("personal", np.zeros(1))
    assert first.max() <= 0.5


def test_likeness_to_one_purchase_by_hand(shop: Shop) -> None:
    context = requests(shop)["regular"]
    numbers = np.flatnonzero(context.allowed)
    goods = dict(zip(numbers.tolist(), shop.catalogue.get(numbers), strict=True))
    bought = next(number for number, item in goods.items() if item is not None and item.price and item.brand)
    history = context.history.take(slice(0, 1))
    purchase = np.array([EVENT_TYPES.index("purchase")], np.int8)
    once = replace(history, items=np.array([bought]), types=purchase, times_ms=np.array([context.now_ms]))
    context = replace(context, load_history=lambda: once)
    found = Personal(Personal.Options(), shop.tools).compute(context, Candidates(numbers))["personal"]
    own = goods[bought]
    assert own is not None
    assert own.price is not None
    prices = set()
    for item, likeness in zip(goods.values(), found, strict=True):
        assert item is not None
        by_brand, by_category = item.brand == own.brand, item.categories[:1] == own.categories[:1]
        by_price = math.exp(-(((math.log(item.price) - math.log(own.price)) / 0.5) ** 2) / 2) if item.price else 0.0
        prices.add(round(by_price, 3))
        # one purchase at this moment is worth 1, as much as the options call certain: half of it counts
        assert likeness == pytest.approx((0.4 * by_brand + 0.4 * by_category + 0.2 * by_price) / 2, abs=1e-6)
    assert len(prices) > 3


def test_doings_after_the_request_are_not_looked_at(shop: Shop) -> None:
    context = requests(shop)["regular"]
    early = replace(context, now_ms=int(context.history.times_ms.min()) - 1)
    found = Personal(Personal.Options(), shop.tools).compute(early, Candidates(np.flatnonzero(context.allowed)))
    assert found == {}


# Evidence that only the learned order reads


def test_company_and_standing_cost_nothing_until_something_reads_them(shop: Shop) -> None:
    context = requests(shop)["regular"]
    pool = Candidates(np.flatnonzero(context.allowed), {"lexical": np.ones(int(context.allowed.sum()), np.float32)})
    for part in (Company, Standing):
        assert part(part.Options(), shop.tools).compute(context, pool) == {}
        assert part(part.Options(), shop.tools).compute(replace(context, learning=True), pool)
    save(shop, "linear", {"price": 1.0, "company_category": 1.0, PRIOR: 1.0})
    for part in (Company, Standing):
        assert part(part.Options(), shop.tools).compute(context, pool)


def test_standing_worked_by_hand(shop: Shop) -> None:
    context = replace(requests(shop)["stranger"], learning=True)
    items = shop.catalogue.numbers(["tea-01", "tea-02", "tea-03"])
    found = Standing(Standing.Options(), shop.tools).compute(context, Candidates(items))
    prices = context.columns.column("price").values[items]  # type: ignore[union-attr]
    ranks = [(np.sum(prices < price) + np.sum(prices <= price)) / 6 for price in prices]
    np.testing.assert_allclose(found["price"], ranks, atol=1e-6)


def test_company_of_category_worked_by_hand(shop: Shop) -> None:
    context = replace(requests(shop)["regular"], learning=True)
    items = shop.catalogue.numbers(["tea-01", "tea-02", "ele-01", "tea-03"])
    pool = Candidates(items, {"lexical": np.array([0.9, 0.8, 0.7, 0.1], np.float32)})
    found = Company(Company.Options(best=3), shop.tools).compute(context, pool)["company_category"]
    codes = context.columns.column("category").codes[items]  # type: ignore[union-attr]
    np.testing.assert_allclose(found, [(codes[:3] == code).mean() for code in codes], atol=1e-6)


def test_how_hard_a_query_is_worked_by_hand(shop: Shop) -> None:
    context = replace(requests(shop)["regular"], learning=True)
    context.terms = (Term("tea"), Term("unheardof"))
    found = Asked(Asked.Options(), shop.tools).compute(context, Candidates(np.array([1, 2])))
    (having,) = shop.tools.text_index.frequencies(["tea"])
    assert found["asked_words"].tolist() == [2, 2]
    assert found["asked_unknown"].tolist() == [0.5, 0.5]
    assert found["asked_rare"][0] == pytest.approx(1 - having / shop.tools.text_index.count())


def test_answers_kept_as_records_are_what_clicks_are_put_to(shop: Shop) -> None:
    slate = shop.search("green tea")
    later = shop.search("tea", offset=1)
    shop._slates.flush()
    shown = shown_in_records(shop.folder)
    first = shown.filter(pl.col("request_id") == slate.request_id).sort("position")
    assert first["query"].to_list() == ["green tea"] * len(slate.hits)
    assert first["item"].to_list() == shop.catalogue.numbers(ids(slate)).tolist()
    assert first["position"].to_list() == list(range(len(slate.hits)))
    assert shown.filter(pl.col("request_id") == later.request_id)["position"].min() == 1


def test_options_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match=r"0\.\.1"):
        Learned.Options(personal=1.5)
    with pytest.raises(ValueError, match="option of its own"):
        Learned.Options(prior={"personal": 1.0})


def test_a_damaged_artifact_is_named(shop_folder: Path) -> None:
    with shopmind.open(shop_folder) as shop:
        save(shop, "linear", {"price": 1.0, PRIOR: 0.0})
        home = shop.artifacts.folder / "search_ranking" / shop.artifacts.current()["search_ranking"]
    (home / "weights.npy").write_bytes(b"half")
    with shopmind.open(shop_folder) as shop:
        assert ask(shop).hits
