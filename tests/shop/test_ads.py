"""Ads in a shop: who bids, what is held and charged, and how they stand between other hits."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

import shopmind
from shopmind.domain import Event, History, Query, Slate
from shopmind.insights import ads as report_of
from shopmind.kit.clock import DAY_MS, HOUR_MS, MINUTE_MS, system_clock
from shopmind.kit.errors import InputError
from shopmind.pipeline.rules import read_rule
from shopmind.shop import Shop, booking
from shopmind.stores.ledger import Account

Opened = Callable[..., Shop]

NOON = system_clock() // DAY_MS * DAY_MS + 12 * HOUR_MS
PHONE = ["ele-01"]


class Time:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now_ms = NOON

    def __call__(self) -> int:
        return self.now_ms


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def opened(shop_folder: Path, time: Time, request: pytest.FixtureRequest) -> Opened:
    """Opens the tiny shop at noon with scenario files of the test's own."""

    def make(**scenarios: str) -> Shop:
        (shop_folder / "scenarios").mkdir(exist_ok=True)
        for name, text in scenarios.items():
            (shop_folder / "scenarios" / f"{name}.toml").write_text(text, encoding="utf-8")
        shop = shopmind.open(shop_folder, clock=time)
        request.addfinalizer(shop.close)
        return shop

    return make


def put(shop: Shop, item_id: str, **more: Any) -> None:
    """An ad for a phone, of half a dollar a click."""
    terms: dict[str, Any] = {
        "advertiser": item_id,
        "pricing": "cpc",
        "bid": 0.5,
        "budget": 10,
        "target": "ele-01",
        **more,
    }
    categories = terms.pop("categories", ["Ads"])
    row = {
        "item_id": item_id,
        "kind": "ad",
        "title": terms.pop("title", f"Phone of {item_id}"),
        "categories": categories,
        "currency": "USD",
    }
    (status,) = shop.put_items([{**row, "attributes": {k: v for k, v in terms.items() if v is not None}}])
    assert status.status == "accepted", status.reason


def ids(slate: Slate) -> list[str]:
    return [hit.item.item_id for hit in slate.hits]


def account(shop: Shop, item_id: str) -> Account:
    number = int(shop.catalogue.numbers([item_id])[0])
    return shop.folder.database.ledger.accounts(shop.folder.clock() // DAY_MS).get(number, Account())


def click(shop: Shop, slate: Slate, item_id: str, kind: str = "click") -> None:
    shop.track({"type": kind, "item_id": item_id, "request_id": slate.request_id})


def test_an_ad_is_marked_held_and_charged_once(opened: Opened) -> None:
    shop = opened()
    put(shop, "second", bid=0.21)
    slate = shop.recommend("ads", anchors=PHONE, user="u01", explain=True)
    hit = slate.hits[0]
    assert ids(slate) == ["ad-nova", "second"]
    assert (hit.sponsored, hit.advertiser, hit.propensity) == (True, "Nova", None)
    assert [reason.signal for reason in hit.reasons] == ["sponsored", "ad_fit"]
    assert hit.reasons[0].text == "An ad: Nova pays for this place."
    price = account(shop, "ad-nova").held
    assert 21_000 <= price <= 42_000  # up to its bid, at least where it would tie with the second
    for _ in range(3):
        click(shop, slate, "ad-nova")
    assert account(shop, "ad-nova") == Account(price, 0, price, 0)
    assert account(shop, "second").held > 0


def test_what_only_looks_holds_nothing(opened: Opened) -> None:
    shop = opened()
    assert ids(shop.answer(Query("ads", anchors=("ele-01",), history=History.empty()))) == ["ad-nova"]
    assert ids(shop.trial(Query("ads", anchors=("ele-01",)), {})) == ["ad-nova"]
    assert account(shop, "ad-nova") == Account()


def test_what_does_not_fit_is_not_shown_whatever_it_bids(opened: Opened) -> None:
    shop = opened()
    put(shop, "loud", bid=100, budget=1000, target="tea-07")
    assert ids(shop.recommend("ads", anchors=PHONE)) == ["ad-nova"]


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"starts_at": NOON + 1}, "it starts at"),
        ({"ends_at": NOON}, "it ended at"),
        ({"hours": "13-15"}, "this is not one of its hours"),
        ({"budget": 0.2}, "its budget is used up"),
        ({"target_users": "city = = 3"}, "ad 'mine': target_users: filter: found '='"),
        ({"bid": None}, "ad 'mine': it has no bid"),
        ({"currency": "x"}, ""),
    ],
)
def test_an_ad_that_may_not_bid_is_left_out_and_says_why(opened: Opened, terms: dict[str, Any], why: str) -> None:
    shop = opened()
    put(shop, "mine", **terms)
    shown = "mine" in ids(shop.recommend("ads", anchors=PHONE))
    (line,) = (line for line in report_of(shop).ads if line.item_id == "mine")
    assert (shown, line.state == "bids") == (not why, not why)
    assert why in line.state


def test_contradictory_terms_are_refused_at_the_door(opened: Opened) -> None:
    shop = opened()
    row = {"item_id": "x", "kind": "ad", "title": "x", "attributes": {"bid": -1}}
    (status,) = shop.put_items([row])
    assert (status.status, status.field) == ("rejected", "bid")
    assert "bid is -1, it must be above 0" in str(status.reason)


def test_targeting_asks_for_place_words_category_and_customer(opened: Opened) -> None:
    shop = opened()
    put(shop, "elsewhere", target_scenarios="home")
    put(shop, "phones", target_categories="Electronics > Phones")
    put(shop, "teas", target_categories="Tea")
    put(shop, "spoken", target_words="smartphone; 手机")
    put(shop, "leeds", target_users='city = "Leeds"')
    ads = 'base = "ads"\nn = 8\n'
    assert {*ids(shop.recommend("ads", anchors=PHONE, user="u01", n=8))} == {"ad-nova", "phones", "leeds", "teas"}
    assert {*ids(shop.recommend("ads", anchors=PHONE, user="u02", n=8))} == {"ad-nova", "phones"}
    assert {*ids(shop.recommend("ads", anchors=PHONE, n=8))} == {"ad-nova", "phones"}
    found = opened(ads=ads).answer(Query("ads", text="a smartphone", n=8))
    assert "spoken" in ids(found)


def test_a_customer_is_shown_an_ad_no_more_than_its_cap(opened: Opened, time: Time) -> None:
    shop = opened()
    put(shop, "capped", bid=2, cap=2, cap_hours=1)
    told = ["capped" in ids(shop.recommend("ads", anchors=PHONE, user="u01")) for _ in range(3)]
    assert told == [True, True, False]
    assert "capped" in ids(shop.recommend("ads", anchors=PHONE, session="other"))
    time.now_ms += HOUR_MS + 1
    assert "capped" in ids(shop.recommend("ads", anchors=PHONE, user="u01"))


def test_a_budget_ends_and_unused_money_comes_back(opened: Opened, time: Time) -> None:
    shop = opened()
    put(shop, "small", bid=2, budget=5, pricing="cpc", target="ele-01")
    put(shop, "rival", bid=1.99, budget=1000)
    slates = [shop.recommend("ads", anchors=PHONE) for _ in range(4)]
    shown = [slate for slate in slates if "small" in ids(slate)]
    assert 2 <= len(shown) < 4
    assert (
        any("ad 'small' left out: its budget is used up or held" in each.degraded for each in slates) or len(shown) < 4
    )
    click(shop, shown[0], "small")
    time.now_ms += 31 * MINUTE_MS
    shop.recommend("ads", anchors=PHONE)  # an answer sees to what is overdue, the next one knows
    time.now_ms += MINUTE_MS
    assert "small" in ids(shop.recommend("ads", anchors=PHONE))
    account_now = account(shop, "small")
    assert account_now.spent + account_now.held <= 500_000
    assert account_now.spent > 0


def test_many_threads_never_sell_more_than_the_budget(opened: Opened) -> None:
    shop = opened()
    put(shop, "small", bid=1, budget=6, pricing="cpc")
    put(shop, "rival", bid=0.99, budget=1000)

    def serve() -> None:
        for _ in range(8):
            slate = shop.recommend("ads", anchors=PHONE)
            for item_id in ids(slate):
                click(shop, slate, item_id)

    threads = [threading.Thread(target=serve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = account(shop, "small")
    assert 500_000 < spent.spent + spent.held <= 600_000


def test_an_answer_goes_out_without_ads_while_others_keep_the_database(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = opened()
    monkeypatch.setattr(booking, "PATIENCE_S", 0.02)
    with closing(sqlite3.connect(shop.path / "shop.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        slate = shop.recommend("ads", anchors=PHONE)
        assert slate.hits == ()
        assert "ad 'ad-nova' left out: others are writing" in slate.degraded
        other.execute("ROLLBACK")
    monkeypatch.undo()
    assert ids(shop.recommend("ads", anchors=PHONE)) == ["ad-nova"]


def test_pricing_says_which_event_is_charged(opened: Opened) -> None:
    shop = opened()
    put(shop, "views", pricing="cpm", bid=30)
    put(shop, "sales", pricing="cpa", bid=40, budget=1000)
    slate = shop.recommend("ads", anchors=PHONE)
    assert {"views", "sales"} <= {*ids(slate)}
    click(shop, slate, "sales")
    click(shop, slate, "views")
    assert account(shop, "views").spent == account(shop, "sales").spent == 0
    click(shop, slate, "views", "impression")
    click(shop, slate, "ele-01", "purchase")  # what the ad leads to, after a click on it
    assert 0 < account(shop, "views").spent <= 3_000
    assert 0 < account(shop, "sales").spent <= 4_000_000


def test_sponsored_slots_are_off_by_default(opened: Opened) -> None:
    shop = opened()
    put(shop, "any")
    for scenario in ("home", "similar", "cart"):
        assert not any(hit.sponsored for hit in shop.recommend(scenario, anchors=PHONE).hits)


BLENDED = """base = "home"
rerankers = [{part = "sort"}, {part = "top"}, {part = "sponsored", slots = [1, 3], least_hits = 3}]
"""
TEA = ["tea-01"]


def test_sponsored_slots_keep_the_order_and_every_hit_of_the_place(opened: Opened) -> None:
    shop = opened(home=BLENDED, plain='base = "home"\nrerankers = [{part = "top"}]\n')
    put(shop, "one", target=None, categories=["Tea", "Green tea"])
    put(shop, "two", target=None, categories=["Tea", "White tea"])
    slate = shop.recommend("home", anchors=TEA, n=6)
    ads = {hit.position: hit.item.item_id for hit in slate.hits if hit.sponsored}
    assert ads == {1: "one", 3: "two"}
    plain = ids(shop.recommend("plain", anchors=TEA, n=6))
    assert [hit.item.item_id for hit in slate.hits if not hit.sponsored] == plain[:4]
    assert [hit.position for hit in slate.hits] == list(range(6))
    assert all(account(shop, item_id).held > 0 for item_id in ads.values())
    beyond = shop.recommend("home", anchors=TEA, n=6, offset=6)
    assert not any(hit.sponsored for hit in beyond.hits)
    assert ids(beyond)[:2] == plain[4:6], "no hit is lost between the pages"


def test_an_ad_that_could_not_be_booked_leaves_its_place_to_the_next(opened: Opened) -> None:
    shop = opened(home=BLENDED)
    put(shop, "one", target=None, categories=["Tea", "Green tea"], budget=0.5)
    put(shop, "two", target=None, categories=["Tea", "Green tea"], bid=0.49)
    first, second = (shop.recommend("home", anchors=TEA, n=6) for _ in range(2))
    assert "one" in ids(first)
    assert "one" not in ids(second)
    assert "ad 'one' left out: its budget is used up or held" in second.degraded
    assert [hit.position for hit in second.hits] == list(range(len(second.hits)))


def test_the_quality_guard_of_sponsored_slots(opened: Opened) -> None:
    def shown(shop: Shop, **asked: Any) -> set[str]:
        return {hit.item.item_id for hit in shop.recommend("home", n=6, **asked).hits if hit.sponsored}

    shop = opened(home=BLENDED)
    put(shop, "near", target=None, categories=["Tea", "White tea"])
    top = next(item_id for item_id in ids(shop.recommend("home", n=6)) if item_id.startswith("tea"))
    put(shop, "there", target=top)
    put(shop, "far", target=None, categories=["Sports"], bid=5)
    assert shown(shop, anchors=TEA) == {"near"}, "what it leads to is there already, and the other does not fit"
    assert shown(shop, anchors=TEA, sort="price") == set(), "an order of one's own"
    assert shown(shop) == set(), "nothing is known of what is wanted"
    strict = opened(home=BLENDED.replace("least_hits = 3", "least_hits = 3, floor = 0.8"))
    assert shown(strict, anchors=TEA) == set()
    few = opened(home=BLENDED.replace("least_hits = 3", "least_hits = 100"))
    assert shown(few, anchors=TEA) == set()


SEARCH = """base = "search"
rerankers = [{part = "sort"}, {part = "facets"}, {part = "top"}, {part = "sponsored", slots = [1], least_hits = 1}]
"""


def test_a_search_shows_an_ad_that_says_what_was_asked(opened: Opened) -> None:
    plain = opened().search("green tea", n=5)
    shop = opened(search=SEARCH)
    put(shop, "sale", target=None, title="Green tea week")
    put(shop, "other", target=None, title="Garden chairs", bid=5)
    slate = shop.search("green tea", n=6, explain=True, facets=("brand",), language="zh")
    (ad,) = (hit for hit in slate.hits if hit.sponsored)
    assert (ad.item.item_id, ad.position) == ("sale", 1)
    assert [reason.text for reason in ad.reasons] == ["广告:此位置由sale付费。", "与“green tea”相关。"]
    assert [hit.item.item_id for hit in slate.hits if not hit.sponsored] == ids(plain)
    assert slate.facets == opened().search("green tea", n=5, facets=("brand",)).facets, "an ad is counted by no facet"


def test_what_a_rule_hides_is_not_shown_as_an_ad(opened: Opened) -> None:
    shop = opened()
    assert ids(shop.recommend("ads", anchors=PHONE)) == ["ad-nova"]
    shop.rules.put([{"rule_id": "no", "action": "hide", "items": ["ad-nova"], "scenarios": ["ads"]}])
    assert ids(shop.recommend("ads", anchors=PHONE)) == []


def test_a_thread_beside_the_answers_settles_what_is_due(opened: Opened, time: Time) -> None:
    shop = opened()
    put(shop, "views", pricing="cpm", bid=30)
    shop.follow(every_s=0.02)
    slate = shop.recommend("ads", anchors=PHONE)
    shop.folder.events.append([_impression(slate, "views", time.now_ms)])
    until = monotonic() + 20
    while not account(shop, "views").spent and monotonic() < until:
        sleep(0.02)
    assert account(shop, "views").spent > 0, "no answer came after it"


def _impression(slate: Slate, item_id: str, at_ms: int) -> Event:
    return Event("seen", "impression", at_ms, item_id=item_id, request_id=slate.request_id, session_id="s")


def rule(shop: Shop, action: str, items: list[str], **more: Any) -> str | None:
    (status,) = shop.rules.put([{"rule_id": action, "action": action, "items": items, **more}])
    assert status.status == "accepted", status.reason
    return status.reason


def test_a_pin_or_cap_brings_and_moves_no_ad_and_says_so_beforehand(opened: Opened) -> None:
    shop = opened()
    put(shop, "high", bid=0.9)
    put(shop, "low", bid=0.1)
    put(shop, "unfit", bid=5, target="tea-07")
    plain = ids(shop.recommend("ads", anchors=PHONE))
    assert plain == ["high", "ad-nova", "low"]
    draft = read_rule({"rule_id": "pin", "action": "pin", "items": ["unfit", "low"]}, where="test")
    preview = shop.rules.preview([draft], scenario="ads", anchors=PHONE)
    assert ids(preview.after) == plain
    assert preview.left_out == {"pin": ("unfit", "low")}
    assert preview.warnings == {"pin": ["the places of ads are sold, no pin moves unfit, low"]}
    assert rule(shop, "pin", ["unfit", "low"]) == preview.warnings["pin"][0]
    assert "no cap moves high" in str(rule(shop, "cap", ["high"], most=0, first=2))
    slate = shop.recommend("ads", anchors=PHONE)
    assert (ids(slate), slate.applied_rules) == (plain, ())
    assert all(hit.sponsored for hit in slate.hits)
    assert account(shop, "unfit") == Account()


def test_boosts_and_buries_weigh_in_the_auction_which_sets_the_price(opened: Opened) -> None:
    shop = opened()
    put(shop, "high", bid=0.9)
    put(shop, "low", bid=0.2)
    assert ids(shop.recommend("ads", anchors=PHONE)) == ["high", "ad-nova", "low"]
    before = account(shop, "low").held
    rule(shop, "boost", ["low"], strength=8, scenarios=["ads"])
    slate = shop.recommend("ads", anchors=PHONE)
    assert ids(slate)[0] == "low"
    assert [hit.score for hit in slate.hits] == sorted((hit.score for hit in slate.hits), reverse=True)
    assert [each.rule_id for each in slate.applied_rules] == ["boost"]
    assert 0 < account(shop, "low").held - before <= 20_000, "never above its bid of 20 cents"
    rule(shop, "boost", ["low"], strength=4, scenarios=["ads"])
    slate = shop.recommend("ads", anchors=PHONE)
    assert ids(slate) == ["high", "low", "ad-nova"], "four times its bid of 0.2 lies between 0.9 and 0.42"
    scores = {hit.item.item_id: hit.score for hit in slate.hits}
    assert scores["low"] / scores["high"] == pytest.approx(4 * 0.2 / 0.9, rel=1e-4)
    shop.rules.remove("boost")
    rule(shop, "bury", ["high"], strength=8, scenarios=["ads"])
    assert ids(shop.recommend("ads", anchors=PHONE)) == ["ad-nova", "low", "high"]


def test_pins_and_caps_of_goods_leave_the_ads_between_them_in_their_places(opened: Opened) -> None:
    shop = opened(home=BLENDED)
    put(shop, "one", target=None, categories=["Tea", "Green tea"])
    put(shop, "two", target=None, categories=["Tea", "White tea"])
    goods = ids(shop.recommend("home", anchors=TEA, n=30))
    rule(shop, "pin", [goods[6], goods[8], goods[10]], place=1)
    rule(shop, "cap", [goods[0]], most=0, first=6)
    slate = shop.recommend("home", anchors=TEA, n=8)
    assert ids(slate)[:5] == [goods[6], "one", goods[8], "two", goods[10]]
    assert {hit.position for hit in slate.hits if hit.sponsored} == {1, 3}
    assert goods[0] not in ids(slate)[:6]
    assert {each.rule_id for each in slate.applied_rules} == {"pin", "cap"}
    assert not any(reason.signal == "pinned" for hit in slate.hits if hit.sponsored for reason in hit.reasons)


def test_a_place_that_shows_ads_sells_them(opened: Opened) -> None:
    with pytest.raises(InputError, match=r"mixed.toml line 2: kinds: ads are shown where they pay"):
        opened(mixed='title = "x"\nkinds = ["product", "ad"]\nretrievers = {popularity = {k = 9}}\n')


@pytest.mark.parametrize("slots", ["[0]", "[2, 2]", "[-1]"])
def test_slots_that_cannot_be_are_refused(opened: Opened, slots: str) -> None:
    with pytest.raises(InputError, match="slots is"):
        opened(home=BLENDED.replace("[1, 3]", slots))


def test_the_report_adds_up(opened: Opened) -> None:
    shop = opened()
    put(shop, "second", bid=0.3, advertiser="Nova")
    slate = shop.recommend("ads", anchors=PHONE)
    click(shop, slate, "ad-nova", "impression")
    click(shop, slate, "ad-nova")
    click(shop, slate, "ele-01", "purchase")
    report = report_of(shop)
    nova = report.advertisers["Nova"]
    (line,) = (line for line in report.ads if line.item_id == "ad-nova")
    assert (nova.shown, nova.clicks, nova.purchases) == (1, 1, 1)  # one advertiser has one place
    assert line.figures.spent == nova.spent == line.spent_in_all
    assert nova.spent == pytest.approx(account(shop, "ad-nova").spent / 100_000)
    assert nova.click_rate == 1.0
    assert report_of(shop, advertiser="Nova").advertisers == {"Nova": nova}
    with pytest.raises(InputError, match="'Nowa' is not allowed"):
        report_of(shop, advertiser="Nowa")


def test_forgetting_a_customer_keeps_the_money_and_drops_the_name(opened: Opened) -> None:
    shop = opened()
    slate = shop.recommend("ads", anchors=PHONE, user="u01")
    click(shop, slate, "ad-nova")
    before = account(shop, "ad-nova")
    who = shop.pseudonyms.user("u01")
    shop.forget("u01")
    assert shop.folder.database.ledger.times_shown(who, None, 0) == {}
    assert account(shop, "ad-nova") == before
    shop.close()
    assert not any(who.encode() in path.read_bytes() for path in shop.path.rglob("*") if path.is_file())


def test_a_shop_without_ads_says_so(tmp_path: Path) -> None:
    with shopmind.create(tmp_path / "new", encoder="none") as shop:
        shop.put_items([{"item_id": "a", "title": "Tea"}])
        assert any("there is no ad that may bid" in each for each in shop.readiness()["ads"])
        assert shop.recommend("ads").hits == ()
        assert report_of(shop).ads == ()


def test_what_was_shown_long_ago_is_tidied_away_and_its_money_stays(opened: Opened, time: Time) -> None:
    shop = opened()
    put(shop, "ad-old")
    slate = shop.recommend("ads", anchors=PHONE)
    assert slate.hits
    shop.track({"type": "click", "item_id": slate.hits[0].item.item_id, "request_id": slate.request_id})
    spent = {item: account.spent for item, account in shop.folder.database.ledger.accounts(0).items()}
    assert sum(spent.values()) > 0
    assert shop._booking.tidy() == 0
    time.now_ms += 401 * DAY_MS
    shop._booking.settle()
    assert shop._booking.tidy() == len(slate.hits)
    assert shop._booking.tidy() == 0
    assert shop.folder.database.ledger.shown(0, time.now_ms).is_empty()
    assert {item: account.spent for item, account in shop.folder.database.ledger.accounts(0).items()} == spent
