from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import sparse

import shopmind
from shopmind.domain import EVENT_TYPES, History, Query
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import silent
from shopmind.pipeline.context import Context
from shopmind.pipeline.features.redemption import BESIDE, Redemption
from shopmind.shop import Shop
from shopmind.stores.ports import EVENT_TABLE
from shopmind.training.recipe import Tables
from shopmind.training.redemption.cases import PATIENCE_DAYS, Log
from shopmind.training.redemption.evidence import NAMES, Given, Known, evidence
from shopmind.training.redemption.recipe import RedemptionRecipe, given_of

NOW = 1_000 * DAY_MS
CODE = {kind: place for place, kind in enumerate(EVENT_TYPES)}


def offers(campaign: int = 0) -> Given:
    """Offers 5 and 6 of one category, campaign 7; 5 covers the goods 1 and 2, 6 covers 3."""
    covers = sparse.csr_array((np.ones(3, np.float32), ([1, 2, 3], [0, 0, 1])), shape=(8, 2))
    open_ = np.full(2, np.nan)
    return Given(np.array([5, 6]), covers, np.array([0, 0]), np.array([campaign, campaign]), open_, open_, ("GROCERY",))


def log(*rows: tuple[str, int, int, float]) -> pl.DataFrame:
    """(type, user, item, days before NOW)."""
    told = [
        {"number": place, "type": CODE[kind], "user": user, "item": item, "timestamp_ms": int(NOW - days * DAY_MS)}
        for place, (kind, user, item, days) in enumerate(rows, start=1)
    ]
    return pl.DataFrame(told, schema={name: EVENT_TABLE[name] for name in told[0]})


def test_evidence_is_worked_by_hand() -> None:
    items, types, days = [1, 1, 3, 4, 5], ["purchase"] * 4 + ["redeem"], [10, 50, 200, 5, 30]
    ones = np.ones(5)
    history = History(
        np.array(items),
        np.array([CODE[each] for each in types], np.int8),
        NOW - np.array(days) * DAY_MS,
        ones.astype(np.float32),
        ones.astype(np.int64),
        ones.astype(np.int64),
    )
    known = Known(np.array([2.0, 3.0]), np.array([100.0, 0.0]), np.array([9.0, 0.0]))
    found = evidence(history, offers(), known, np.array([0, 1]), NOW)
    said = {name: found[:, place].tolist() for place, name in enumerate(NAMES)}
    assert said["covered"] == pytest.approx(np.log1p([2, 1]))
    assert said["covered_84"] == pytest.approx(np.log1p([2, 0]))
    assert said["covered_28"] == pytest.approx(np.log1p([1, 0]))
    assert said["covered_days"] == pytest.approx([10, 200])
    assert said["covered_share"] == pytest.approx([2 / 4, 1 / 4])
    assert said["purchases"] == pytest.approx(np.log1p([4, 4]))
    assert said["quiet_days"] == pytest.approx([5, 5])
    assert said["redeemed_near"] == pytest.approx(np.log1p([1, 1]))
    assert said["wanted"] == pytest.approx([2, 3])
    # (9 + 1) / (100 + 100) of the shop, and (9 + 100 · 0.05) / (100 + 100) of the category
    assert said["rate"] == pytest.approx(np.log([0.05, 0.05]))
    assert said["rate_near"] == pytest.approx(np.log([0.07, 0.07]))
    assert not np.isnan(found).any()


def test_what_happened_later_is_no_evidence() -> None:
    rows = [("impression", 1, 5, 100.0), ("purchase", 1, 1, 120.0)]
    later = [("purchase", 1, 1, 99.0), ("impression", 2, 6, 99.0), ("redeem", 2, 6, 98.0), ("purchase", 2, 2, 100.0)]
    one = Log(log(*rows), offers()).cases(0, NOW, NOW, few=0, seed=0)
    same = Log(log(*rows, *later), offers()).cases(0, NOW, NOW, few=0, seed=0)
    np.testing.assert_array_equal(same.matrix[same.users == 1], one.matrix)


def test_what_was_given_is_a_case_once_it_is_known_what_became_of_it() -> None:
    events = log(
        ("impression", 1, 5, 100),
        ("impression", 1, 5, 90),  # given again: the first time counts
        ("redeem", 1, 5, 80),
        ("impression", 2, 6, 100),
        ("redeem", 2, 6, 101),  # before it was given
        ("impression", 3, 6, PATIENCE_DAYS - 1),  # still open
    )
    cases = Log(events, offers()).cases(0, NOW, NOW, few=0, seed=0)
    assert list(zip(cases.users.tolist(), cases.offers.tolist(), cases.redeemed.tolist(), strict=True)) == [
        (1, 5, 1.0),
        (2, 6, 0.0),
    ]


def test_a_mailed_campaign_gives_all_its_offers() -> None:
    events = log(("impression", 1, 7, 100), ("redeem", 1, 6, 90))
    cases = Log(events, offers(campaign=7)).cases(0, NOW, NOW, few=0, seed=0)
    assert dict(zip(cases.offers.tolist(), cases.redeemed.tolist(), strict=True)) == {5: 0.0, 6: 1.0}


def test_few_of_those_that_were_not_redeemed_stand_for_all_of_them() -> None:
    shown = [("impression", user, 5, 100.0) for user in range(1, 401)]
    events = log(*shown, ("redeem", 1, 5, 90), ("redeem", 2, 5, 90))
    cases = Log(events, offers()).cases(0, NOW, NOW, few=10, seed=0)
    assert len(cases) == 22
    assert cases.weights.sum() == pytest.approx(400)


def test_a_shop_that_sent_nothing_says_what_is_missing(shop: Shop) -> None:
    with pytest.raises(NotReadyError, match="0 redemptions of offers that were shown or sent before; 50 are needed"):
        RedemptionRecipe().fit(shop.tables(), RedemptionRecipe.Options(), seed=0, progress=silent)
    nothing = Tables(shop.tables().events, shop.catalogue.columns(), 0)
    with pytest.raises(NotReadyError, match="links"):
        RedemptionRecipe().fit(nothing, RedemptionRecipe.Options(), seed=0, progress=silent)


def test_the_feature_says_what_the_evidence_says_and_who_buys_the_goods_redeems(shop_folder: Path) -> None:
    with shopmind.open(shop_folder) as shop:
        now = shop.folder.clock()
        rows: list[dict[str, object]] = []
        for place in range(300):
            who = {"user_id": f"mailed-{place}"}
            buys = place % 3 == 0
            rows.append(
                {"type": "purchase", "item_id": "tea-01" if buys else "ele-04", "timestamp": now - 70 * DAY_MS, **who}
            )
            rows.append({"type": "impression", "item_id": "promo-tea", "timestamp": now - 60 * DAY_MS, **who})
            if buys and place % 2 == 0:
                rows.append({"type": "redeem", "item_id": "promo-tea", "timestamp": now - 55 * DAY_MS, **who})
        assert {status.status for status in shop.track(rows)} == {"accepted"}
        shop.settings.training["redemption"] = {"at_least": 20}
        (made,) = shop.train(["redemption"])
        assert made.card["figures"]["redeemed"] == 50
        feature = Redemption(Redemption.Options(), shop.tools)
        said = {}
        for user in ("mailed-3", "mailed-1"):
            history = shop.events.history(shop.pseudonyms.user(user), None)
            context = shop._answering._context(
                Query("promotions", history=history), shop.scenarios["promotions"], shop._answering._current()
            )
            items = shop.catalogue.numbers(["promo-tea", "tea-01"])
            from shopmind.domain import Candidates

            column = feature.compute(context, Candidates(items))["redemption"]
            assert np.isnan(column[1])
            said[user] = float(column[0])
            given = given_of(
                context.columns, shop.catalogue, shop.links.table("covers"), made.card["figures"]["categories"]
            )
            _, known = feature._offers(context)
            row = evidence(history, given, known, given.places(items[:1]), context.now_ms, beside=BESIDE)
            assert feature._trees.scores(row)[0] == pytest.approx(np.log(said[user] / (1 - said[user])), abs=1e-4)
        assert said["mailed-3"] > 3 * said["mailed-1"]
        held = feature._offers(context)
        shop.put_users([{"user_id": "somebody"}])
        assert feature._offers(_asked(shop)) is held  # nothing that it reads has changed
        shop.put_items([{"item_id": "mug", "kind": "promotion", "title": "A mug"}])
        assert len(feature._offers(_asked(shop))[0].offers) == len(held[0].offers) + 1
        shop.put_links([{"type": "covers", "source_id": "mug", "target_id": "tea-01"}])
        shop.put_items([{"item_id": "cup", "title": "A cup"}])  # the picture of the catalogue looks again
        assert feature._offers(_asked(shop))[0].sizes[-1] == 1


def _asked(shop: Shop) -> Context:
    answering = shop._answering
    return answering._context(Query("promotions"), shop.scenarios["promotions"], answering._current())
