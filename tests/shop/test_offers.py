from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import shopmind
from shopmind.kit.errors import InputError, NotFoundError, NotReadyError
from shopmind.shop import Shop
from shopmind.stores.redemptions import Spent
from shopmind.testing.trial_worlds import trial_world

CART = [{"item_id": "tea-01", "quantity": 2}, {"item_id": "kit-01", "quantity": 1}]
"""Two tins of 14.90 and a pot of 24.00."""


def offer(shop: Shop, item_id: str, covers: str = "", **attributes: Any) -> None:
    row = {"item_id": item_id, "kind": "promotion", "title": item_id, "currency": "USD", "attributes": attributes}
    (status,) = shop.put_items([row])
    assert status.status == "accepted", status.reason
    if covers:
        shop.put_links([{"type": "covers", "source_id": item_id, "target_id": covers}])


def shown(shop: Shop, user: str | None = None, **asked: Any) -> list[str]:
    return [hit.item.item_id for hit in shop.recommend("promotions", user=user, n=50, **asked).hits]


def test_offers_are_shown_only_to_those_who_may_use_them_now(shop: Shop) -> None:
    now = shop.folder.clock()
    offer(shop, "leeds", segment='city = "Leeds"')
    offer(shop, "first", first_time=True)
    offer(shop, "later", starts_at=now + 1_000_000)
    offer(shop, "gone", budget_uses=0)
    offer(shop, "dear", min_basket_minor=2_000)
    offer(shop, "wrong", discount_minor=5, discount_percent=5)
    for user, others in (("u01", {"leeds", "dear"}), ("u02", {"dear"}), ("nobody-yet", {"first", "dear"})):
        assert set(shown(shop, user)) - {"promo-tea", "promo-phone"} == others
    assert "dear" not in shown(shop, "u01", anchors=["tea-01"])
    assert "dear" in shown(shop, "u01", anchors=["tea-01", "kit-01"])
    told = shop.recommend("promotions").degraded
    assert any(each.startswith("offers left out: wrong: discount_percent: it takes off an amount") for each in told)


def test_the_list_says_of_a_running_offer_that_it_takes_nothing_off(shop: Shop) -> None:
    offer(shop, "mistyped", percent_off=10)
    offer(shop, "right", discount_percent=10)
    told = {each.offer_id: (each.state, each.why) for each in shop.offers.all()}
    assert told["right"] == ("running", "")
    assert told["mistyped"] == ("running", "it takes nothing off: it has no discount_minor or discount_percent")


def test_an_offer_that_is_written_anew_is_read_anew(shop: Shop) -> None:
    offer(shop, "new")
    assert "new" in shown(shop)
    offer(shop, "new", budget_uses=0)
    assert "new" not in shown(shop)
    offer(shop, "new")
    assert "new" in shown(shop)
    shop.catalogue.remove(["new"])
    assert "new" not in shown(shop)


def test_a_cart_gets_the_best_combination_and_reasons_for_the_rest(shop: Shop) -> None:
    offer(shop, "five", discount_minor=500)
    offer(shop, "vip", discount_percent=50, segment='city = "Porto"')
    found = shop.offers.cart(CART, user="u01")
    # 15 % of 29.80 for tea-01, which promo-tea covers, and five of the whole cart
    assert dict(found.amounts) == {"promo-tea": 447, "five": 500}
    assert found.refused["promo-old"] == "it is over"
    assert found.refused["vip"] == "it is for a segment that this user is not of"
    assert found.refused["promo-phone"] == "it takes nothing off this cart"
    assert shop.offers.cart([]).amounts == {}
    assert dict(shop.offers.cart(CART, offers=["five"], cap_minor=499).amounts) == {}


def test_a_line_that_cannot_be_priced_is_an_error_that_says_which(shop: Shop) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"item_id": "nothing"}, "'nothing' is not in the catalogue; give price_minor"),
        ({"quantity": 1}, "item_id is missing"),
        ({"item_id": "tea-01", "quantity": 0}, "quantity 0 is not above 0"),
        ({"item_id": "tea-01", "quantity": float("nan")}, "quantity nan"),
        ({"item_id": "tea-01", "price_minor": -1}, "price_minor, whole minor units"),
    ]
    for line, said in wrong:
        with pytest.raises(InputError) as error:
            shop.offers.cart([line])
        assert "line 1" in error.value.message
        assert said in error.value.message


def test_a_redemption_is_counted_once_and_stands_in_the_log(shop: Shop) -> None:
    offer(shop, "five", discount_minor=500, budget_minor=900, per_user=1)
    assert shop.offers.redeem("o-1", ["five", "promo-tea"], CART, user="u01") == {"promo-tea": 447, "five": 500}
    before = shop.events.count()
    assert shop.offers.redeem("o-1", ["five", "promo-tea"], CART, user="u01") == {"promo-tea": 447, "five": 500}
    assert shop.events.count() == before
    assert {each.offer_id: each.spent for each in shop.offers.all()}["five"] == Spent(1, 500)
    history = shop.events.history(shop.pseudonyms.user("u01"), None)
    numbers = shop.catalogue.numbers(["five", "promo-tea"]).tolist()
    assert set(numbers) <= set(history.of(("redeem",)).items.tolist())
    assert "five" not in shown(shop, "u01")
    assert shop.offers.take_back("o-1", "five")
    assert not shop.offers.take_back("o-1", "five")
    assert {each.offer_id: each.state for each in shop.offers.all()}["five"] == "running"


def test_what_may_not_be_redeemed_is_refused_whole(shop: Shop) -> None:
    now = shop.folder.clock()
    offer(shop, "five", discount_minor=500, budget_minor=900)
    offer(shop, "alone", discount_minor=600, stacking="exclusive")
    offer(shop, "mine", discount_minor=100, per_user=1)
    offer(shop, "soon", starts_at=now + 9_000_000)
    offer(shop, "wrong", ends_at=5, starts_at=5)
    refused: list[tuple[list[str], str]] = [
        (["five", "alone"], "'alone' stands alone"),
        (["soon"], "offer 'soon': it has not begun"),
        (["promo-old"], "offer 'promo-old': it is over"),
        (["wrong"], "does not come after"),
        (["mine"], "no user is named"),
        (["five", "five"], "different offers"),
    ]
    for offers, said in refused:
        with pytest.raises(InputError) as error:
            shop.offers.redeem("o-1", offers, CART)
        assert said in error.value.message
    with pytest.raises(NotFoundError, match="no such offer"):
        shop.offers.redeem("o-1", ["tea-01"], CART)
    shop.offers.redeem("o-1", ["five"], CART)
    with pytest.raises(InputError, match="used up"):
        shop.offers.redeem("o-2", ["mine", "five"], CART, user="u01")
    with pytest.raises(InputError, match="another offer or amount"):
        shop.offers.redeem("o-1", ["five"], [{"item_id": "tea-02", "price_minor": 10}])
    assert {each.offer_id: each.spent for each in shop.offers.all()}["mine"] == Spent()


def test_threads_at_the_till_never_pass_the_budget(shop: Shop) -> None:
    offer(shop, "five", discount_minor=500, budget_minor=3_400)
    told: list[int] = []

    def buy(name: int) -> None:
        for place in range(5):
            try:
                told.append(shop.offers.redeem(f"o-{name}-{place}", ["five"], CART)["five"])
            except InputError:
                told.append(0)

    threads = [threading.Thread(target=buy, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [0] * 14 + [500] * 6
    assert {each.offer_id: each.state for each in shop.offers.all()}["five"] == "spent"


def test_who_is_forgotten_leaves_no_redemption_behind(shop: Shop) -> None:
    offer(shop, "five", discount_minor=500)
    shop.offers.redeem("o-1", ["five"], CART, user="u01")
    who = shop.pseudonyms.user("u01")
    assert shop.folder.database.redemptions.of_user(who) == {"five": 1}
    shop.forget("u01")
    assert shop.folder.database.redemptions.of_user(who) == {}
    assert {each.offer_id: each.spent for each in shop.offers.all()}["five"] == Spent(1, 500)


def trial(people: int = 1_500) -> pl.DataFrame:
    """Those of one town are moved, those of the other are put off."""
    frame = trial_world("none", people, 0).frame.select("user_id", "treatment", "outcome")
    place = pl.int_range(pl.len())
    leeds, given = place % 2 == 0, pl.col("treatment") == 1
    outcome = pl.when(leeds & given).then(place % 10 < 8).when(~leeds & given).then(pl.lit(False))
    return frame.with_columns(
        outcome=outcome.otherwise(place % 10 < 3).cast(pl.Int64),
        city=pl.when(leeds).then(pl.lit("Leeds")).otherwise(pl.lit("Hangzhou")),
    )


def test_after_a_trial_offers_go_where_they_change_something_for_more_than_they_cost(shop_folder: Path) -> None:
    with shopmind.open(shop_folder) as shop:
        assert any("uplift: no trial was given" in each for each in shop.readiness()["promotions"])
        assert any("uplift: no trial" in each for each in shop.recommend("promotions").degraded)
        offer(shop, "cheap", worth_minor=1_000, cost_minor=10)
        offer(shop, "dear", worth_minor=1_000, cost_minor=290)
        offer(shop, "untried", arm="another", worth_minor=1_000)
        (made,) = shop.train(["uplift"], trial=trial())
        assert made.card["figures"]["arms"]["1"]["used"]
        assert not any("uplift" in each for each in shop.readiness()["promotions"])
        leeds = shop.recommend("promotions", user="u01", n=50, explain=True)  # u01 is of Leeds, u02 of Hangzhou
        assert leeds.hits[0].item.item_id == "cheap"
        assert leeds.hits[0].score == pytest.approx(400 - 10, abs=100)  # 0.8 instead of 0.4
        assert leeds.hits[0].reasons[0].signal == "gain"
        assert not any("uplift" in each for each in leeds.degraded)
        hangzhou = shown(shop, "u02")
        assert "cheap" not in hangzhou
        assert "untried" in hangzhou
        mean = made.card["figures"]["arms"]["1"]["mean_effect"]
        stranger = {hit.item.item_id: hit.score for hit in shop.recommend("promotions", n=50).hits}
        assert stranger["cheap"] == pytest.approx(1_000 * mean - 10, abs=0.1)
        assert "dear" not in stranger


def test_a_plan_gives_the_best_within_every_budget(shop: Shop) -> None:
    with pytest.raises(NotReadyError, match="--trial"):
        shop.offers.plan()
    offer(shop, "two", worth_minor=1_000, cost_minor=10, budget_uses=2)
    offer(shop, "money", worth_minor=1_000, cost_minor=20, discount_minor=100, budget_minor=350)
    shop.train(["uplift"], trial=trial())
    given = shop.offers.plan(users=[f"u{place:02d}" for place in range(1, 31)])
    counts = {each: sum(one.offer_id == each for one in given) for each in ("two", "money")}
    assert counts == {"two": 2, "money": 3}
    assert len({one.user_id for one in given}) == len(given)
    assert [one.gain_minor for one in given] == sorted((one.gain_minor for one in given), reverse=True)
    refuses = shop.pseudonyms.user("u29")
    assert refuses not in {one.user_id for one in (*given, *shop.offers.plan())}


def test_a_trial_that_is_not_sound_trains_nothing_and_says_so(shop: Shop) -> None:
    with pytest.raises(InputError, match="one arm only"):
        shop.train(["uplift"], trial=trial().with_columns(treatment=pl.lit(1)))
    assert shop.train(["uplift"]) == []
    assert "shopmind train FOLDER uplift --trial FILE" in shop.untrained()["uplift"]
