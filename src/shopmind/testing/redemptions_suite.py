"""What any Redemptions must do."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from shopmind.domain import User
from shopmind.kit.errors import InputError
from shopmind.stores.database import ShopDatabase
from shopmind.stores.redemptions import Limits, Redemption, Spent, Status


def used(redemption_id: str, offer_id: str = "ten-off", amount_minor: int = 1_000, **more: Any) -> Redemption:
    """One use of an offer."""
    return Redemption(redemption_id, offer_id, amount_minor, 0, **more)


class RedemptionsSuite:
    """Needs a fixture `database`: an empty ShopDatabase."""

    def test_a_redemption_is_counted_once_however_often_it_is_sent(self, database: ShopDatabase) -> None:
        ledger = database.redemptions
        assert ledger.count([(used("r1"), Limits())]) == ["counted"]
        assert ledger.count([(used("r1"), Limits())]) == ["known"]
        assert ledger.spent(["ten-off", "other"]) == {"ten-off": Spent(1, 1_000), "other": Spent()}
        assert ledger.known(["r1", "r2"]) == {"r1"}

    def test_a_change_of_what_is_spent_has_a_higher_number(self, database: ShopDatabase) -> None:
        ledger = database.redemptions
        numbers = [ledger.last_change()]
        ledger.count([(used("r1"), Limits())])
        numbers.append(ledger.last_change())
        ledger.count([(used("r2", "mug"), Limits())])
        numbers.append(ledger.last_change())
        ledger.count([(used("r2", "mug"), Limits())])
        assert ledger.last_change() == numbers[-1]
        ledger.take_back("r1")
        numbers.append(ledger.last_change())
        assert numbers == sorted(set(numbers))

    def test_the_same_id_for_something_else_is_refused(self, database: ShopDatabase) -> None:
        database.redemptions.count([(used("r1"), Limits())])
        for other in (used("r1", "mug"), used("r1", amount_minor=2)):
            with pytest.raises(InputError, match="another offer or amount"):
                database.redemptions.count([(other, Limits())])
        with pytest.raises(InputError, match="twice"):
            database.redemptions.count([(used("r2"), Limits()), (used("r2", "mug"), Limits())])
        assert database.redemptions.spent() == {"ten-off": Spent(1, 1_000)}

    def test_no_limit_is_ever_passed(self, database: ShopDatabase) -> None:
        ledger = database.redemptions
        assert ledger.count([(used("r1"), Limits(uses=1))]) == ["counted"]
        assert ledger.count([(used("r2"), Limits(uses=1))]) == ["uses_gone"]
        assert ledger.count([(used("r3"), Limits(amount_minor=1_999))]) == ["budget_gone"]
        assert ledger.count([(used("r4", user_id="u"), Limits(per_user=1, amount_minor=2_000))]) == ["counted"]
        assert ledger.count([(used("r5", user_id="u"), Limits(per_user=1))]) == ["user_had_it"]
        assert ledger.count([(used("r6", "mug", 1), Limits(amount_minor=0))]) == ["budget_gone"]
        assert ledger.spent() == {"ten-off": Spent(2, 2_000)}
        assert ledger.of_user("u") == {"ten-off": 1}

    def test_the_offers_of_an_order_are_counted_all_or_none(self, database: ShopDatabase) -> None:
        ledger = database.redemptions
        both = [(used("r1-a"), Limits()), (used("r1-b", "mug", 500), Limits(uses=0))]
        assert ledger.count(both) == ["held_back", "uses_gone"]
        assert ledger.spent(["ten-off", "mug"]) == {"ten-off": Spent(), "mug": Spent()}
        assert ledger.count([(each, Limits()) for each, _ in both]) == ["counted", "counted"]

    def test_two_uses_in_one_order_meet_the_limits_together(self, database: ShopDatabase) -> None:
        twice = [(used(f"r{place}", user_id="u"), Limits(per_user=1)) for place in range(2)]
        assert database.redemptions.count(twice) == ["held_back", "user_had_it"]
        twice = [(used(f"r{place}"), Limits(amount_minor=1_500)) for place in range(2)]
        assert database.redemptions.count(twice) == ["held_back", "budget_gone"]

    def test_what_is_taken_back_is_given_back_once(self, database: ShopDatabase) -> None:
        ledger = database.redemptions
        ledger.count([(used("r1", user_id="u"), Limits(uses=1))])
        assert ledger.take_back("r1")
        assert not ledger.take_back("r1")
        assert not ledger.take_back("r9")
        assert ledger.spent() == {"ten-off": Spent(0, 0)}
        assert ledger.of_user("u") == {}
        assert ledger.count([(used("r2", user_id="u"), Limits(uses=1, per_user=1))]) == ["counted"]
        assert ledger.count([(used("r1", user_id="u"), Limits(uses=1))]) == ["known"]

    def test_who_is_erased_is_forgotten_and_the_sums_stay(self, database: ShopDatabase) -> None:
        database.users.put([User("u")])
        database.redemptions.count([(used("r1", user_id="u", order_id="o-7"), Limits())])
        assert database.users.erase("u")["records"] == 1
        assert database.redemptions.of_user("u") == {}
        assert database.redemptions.spent() == {"ten-off": Spent(1, 1_000)}
        assert database.redemptions.count([(used("r1", user_id="u"), Limits())]) == ["known"]

    def test_threads_that_want_the_last_ones_get_no_more_than_there_are(self, database: ShopDatabase) -> None:
        found: list[Status] = []

        def want(name: int) -> None:
            for place in range(10):
                found.extend(database.redemptions.count([(used(f"{name}-{place}"), Limits(amount_minor=12_500))]))

        threads = [threading.Thread(target=want, args=(name,)) for name in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found.count("counted") == 12
        assert database.redemptions.spent() == {"ten-off": Spent(12, 12_000)}
