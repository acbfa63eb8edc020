"""What any Ledger must do."""

from __future__ import annotations

import secrets
import threading
from dataclasses import replace
from typing import Any

from shopmind.domain import Event, Item
from shopmind.kit.clock import DAY_MS, MINUTE_MS
from shopmind.stores.database import ShopDatabase
from shopmind.stores.ledger import SHOWN, Account, Hold, Settled

NOW_MS = 20_000 * DAY_MS
DAY = 20_000


def hold(request: str, item: int = 1, **more: Any) -> Hold:
    """Ten mills for a click, of a budget of a hundred, for half an hour."""
    plain = Hold(request, item, "click", 10, 100, NOW_MS, NOW_MS + 30 * MINUTE_MS)
    return replace(plain, **more)


def happened(database: ShopDatabase, kind: Any, request: str, item: str = "ad-1", user: str | None = None) -> None:
    """One event that echoes a request."""
    event = Event(secrets.token_hex(8), kind, NOW_MS + 1, user_id=user, item_id=item, request_id=request)
    assert database.events.append([event]).status == ("accepted",)


class LedgerSuite:
    """Needs a fixture `database`: an empty ShopDatabase. Items get the numbers 1 to 3: two ads and a product."""

    def goods(self, database: ShopDatabase) -> None:
        database.catalogue.put([Item("ad-1", kind="ad"), Item("ad-2", kind="ad"), Item("tea")])

    def test_an_empty_ledger_says_nothing(self, database: ShopDatabase) -> None:
        assert database.ledger.reserve([]) == []
        assert database.ledger.settle(NOW_MS) == Settled()
        assert database.ledger.accounts(DAY) == {}
        assert dict(database.ledger.shown(0, NOW_MS).schema) == SHOWN
        assert database.ledger.times_shown("u", None, 0) == {}
        assert database.ledger.times_shown(None, None, 0) == {}

    def test_no_more_is_held_than_the_budget(self, database: ShopDatabase) -> None:
        refusals = [database.ledger.reserve([hold(f"r{i}", price=30)])[0] for i in range(4)]
        assert refusals == ["", "", "", "budget"]
        assert database.ledger.accounts(DAY)[1] == Account(0, 90, 0, 90)

    def test_the_day_has_a_limit_of_its_own(self, database: ShopDatabase) -> None:
        assert database.ledger.reserve([hold("r1", daily=15)]) == [""]
        assert database.ledger.reserve([hold("r2", daily=15)]) == ["daily_budget"]
        assert database.ledger.accounts(DAY)[1] == Account(0, 10, 0, 10)
        tomorrow = NOW_MS + DAY_MS
        assert database.ledger.reserve([hold("r3", daily=15, at_ms=tomorrow, until_ms=tomorrow + 1)]) == [""]
        assert database.ledger.accounts(DAY + 1)[1] == Account(0, 20, 0, 10)

    def test_each_ad_of_an_answer_stands_by_itself(self, database: ShopDatabase) -> None:
        assert database.ledger.reserve([hold("r", 1, price=101), hold("r", 2)]) == ["budget", ""]
        assert database.ledger.accounts(DAY)[2].held == 10

    def test_an_event_charges_once_however_often_it_comes(self, database: ShopDatabase) -> None:
        self.goods(database)
        database.ledger.reserve([hold("r1"), hold("r1", 2)])
        for _ in range(3):
            happened(database, "click", "r1")
        assert database.ledger.settle(NOW_MS) == Settled(1, 0, 10)
        happened(database, "click", "r1")
        assert database.ledger.settle(NOW_MS) == Settled()
        assert database.ledger.accounts(DAY) == {1: Account(10, 0, 10, 0), 2: Account(0, 10, 0, 10)}

    def test_only_the_event_that_is_priced_charges(self, database: ShopDatabase) -> None:
        self.goods(database)
        database.ledger.reserve([hold("r1", charged_on="impression"), hold("r2", charged_on="purchase")])
        for kind in ("click", "view"):
            happened(database, kind, "r1")
            happened(database, kind, "r2")
        happened(database, "impression", "r3")
        assert database.ledger.settle(NOW_MS) == Settled()
        happened(database, "impression", "r1")
        happened(database, "purchase", "r2")
        assert database.ledger.settle(NOW_MS).charged == 2

    def test_what_it_leads_to_counts_after_a_click_on_the_ad(self, database: ShopDatabase) -> None:
        self.goods(database)
        database.ledger.reserve([hold("r1", charged_on="purchase", target=3), hold("r2", target=3)])
        happened(database, "purchase", "r1", "tea")  # it may have been found beside the ad
        happened(database, "click", "r2", "tea")
        assert database.ledger.settle(NOW_MS) == Settled()
        happened(database, "click", "r1", "ad-1")
        happened(database, "purchase", "r1", "tea")
        assert database.ledger.settle(NOW_MS).charged == 1

    def test_what_nobody_wanted_is_given_back_and_stays_free(self, database: ShopDatabase) -> None:
        self.goods(database)
        database.ledger.reserve([hold("r1")])
        late = NOW_MS + 31 * MINUTE_MS
        assert database.ledger.settle(late) == Settled(0, 1, 0)
        assert database.ledger.accounts(DAY)[1] == Account()
        happened(database, "click", "r1")
        assert database.ledger.settle(late) == Settled()

    def test_an_event_that_came_in_time_is_charged_though_it_is_settled_late(self, database: ShopDatabase) -> None:
        self.goods(database)
        database.ledger.reserve([hold("r1")])
        happened(database, "click", "r1")
        assert database.ledger.settle(NOW_MS + DAY_MS) == Settled(1, 0, 10)

    def test_a_click_of_before_the_ad_was_shown_charges_nothing(self, database: ShopDatabase) -> None:
        self.goods(database)
        happened(database, "click", "r1")
        database.ledger.reserve([hold("r1")])
        assert database.ledger.settle(NOW_MS) == Settled()

    def test_a_customer_is_shown_it_no_more_than_the_cap(self, database: ShopDatabase) -> None:
        capped = hold("r1", user_id="u", cap=2, cap_since_ms=NOW_MS - 1)
        told = [database.ledger.reserve([replace(capped, request_id=f"r{i}")])[0] for i in range(3)]
        assert told == ["", "", "cap"]
        assert database.ledger.reserve([replace(capped, request_id="r8", user_id="v")]) == [""]
        assert database.ledger.reserve([replace(capped, request_id="r9", cap_since_ms=NOW_MS)]) == [""]
        guest = replace(capped, user_id=None, session_id="s", cap=1)
        told = [database.ledger.reserve([replace(guest, request_id=f"g{i}")])[0] for i in range(2)]
        assert told == ["", "cap"]
        assert database.ledger.times_shown("u", None, NOW_MS - 1) == {1: [NOW_MS] * 3}
        assert database.ledger.times_shown(None, "s", NOW_MS - 1) == {1: [NOW_MS]}
        assert database.ledger.times_shown("u", None, NOW_MS) == {}

    def test_what_was_shown_is_told_with_what_became_of_it(self, database: ShopDatabase) -> None:
        self.goods(database)
        database.ledger.reserve([hold("r1", traits={"hour": "3"}, foreseen=(0.1, float("nan")), target=3), hold("r2")])
        for kind, item in (("impression", "ad-1"), ("click", "ad-1"), ("purchase", "tea")):
            happened(database, kind, "r1", item)
        database.ledger.settle(NOW_MS)
        rows = database.ledger.shown(NOW_MS, NOW_MS + 1).to_dicts()
        assert [(row["request_id"], row["state"]) for row in rows] == [("r1", 1), ("r2", 0)]
        assert [(row["seen"], row["clicked"], row["bought"]) for row in rows] == [(True,) * 3, (False,) * 3]
        assert (rows[0]["traits"], rows[0]["foreseen_click"], rows[0]["foreseen_purchase"]) == (
            '{"hour":"3"}',
            0.1,
            None,
        )
        assert database.ledger.shown(NOW_MS + 1, NOW_MS + 2).is_empty()

    def test_who_is_erased_leaves_the_money_without_a_name(self, database: ShopDatabase) -> None:
        self.goods(database)
        database.ledger.reserve([hold("r1", user_id="u", traits={"taste": "TEA"}), hold("r2", session_id="s")])
        happened(database, "click", "r1", user="u")
        event = Event("x", "view", NOW_MS, user_id="u", session_id="s", item_id="tea")
        database.events.append([event])
        database.ledger.settle(NOW_MS)
        before = database.ledger.accounts(DAY)
        database.users.erase("u")
        assert database.ledger.times_shown("u", None, 0) == database.ledger.times_shown(None, "s", 0) == {}
        assert database.ledger.accounts(DAY) == before == {1: Account(10, 10, 10, 10)}
        assert set(database.ledger.shown(NOW_MS, NOW_MS + 1)["traits"]) == {"{}"}

    def test_what_is_closed_and_old_is_pruned_and_the_money_stays(self, database: ShopDatabase) -> None:
        self.goods(database)
        old, new, late = "old", "new", NOW_MS + 2 * DAY_MS
        database.ledger.reserve([hold(old), hold(f"{old}-free"), hold(f"{old}-open", until_ms=late + DAY_MS)])
        database.ledger.reserve([hold(new, at_ms=late, until_ms=late + 1)])
        happened(database, "click", old)
        database.ledger.settle(late + 2)
        before = database.ledger.accounts(DAY)
        assert database.ledger.prune(NOW_MS) == 0
        assert database.ledger.prune(late, most=1) == 1
        assert database.ledger.prune(late) == 1
        assert database.ledger.prune(late) == 0
        rows = database.ledger.shown(0, late + 1)
        assert rows["request_id"].to_list() == [f"{old}-open", new]
        for request in (old, f"{old}-free"):
            happened(database, "click", request)
        assert database.ledger.settle(late + 2).charged == 0
        assert database.ledger.accounts(DAY) == before == {1: Account(10, 10, 10, 10)}
        happened(database, "click", f"{old}-open")
        assert database.ledger.settle(late + 2) == Settled(1, 0, 10)

    def test_threads_never_hold_more_than_there_is(self, database: ShopDatabase) -> None:
        self.goods(database)
        told: list[str] = []

        def serve(thread: int) -> None:
            for i in range(25):
                told.extend(database.ledger.reserve([hold(f"{thread}-{i}", price=7, budget=500, daily=300)]))
                if i % 3 == 0:
                    happened(database, "click", f"{thread}-{i}")
                    database.ledger.settle(NOW_MS)

        threads = [threading.Thread(target=serve, args=(each,)) for each in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        account = database.ledger.accounts(DAY)[1]
        assert told.count("") == 42  # 300 / 7
        assert account.spent + account.held == 42 * 7 <= 300
        rows = database.ledger.shown(0, NOW_MS + 1)
        assert account.spent == rows.filter(rows["state"] == 1)["price"].sum()
