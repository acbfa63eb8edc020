"""What any Counters must do."""

from __future__ import annotations

from typing import Any

import polars as pl

from shopmind.domain import User
from shopmind.stores.counters import COUNTS, DAYS
from shopmind.stores.database import ShopDatabase


def counts(*rows: tuple[Any, ...]) -> pl.DataFrame:
    """Rows of COUNTS."""
    return pl.DataFrame(list(rows), schema=COUNTS, orient="row")


class CountersSuite:
    """Needs a fixture `database`: an empty ShopDatabase."""

    def test_nothing_is_counted_yet(self, database: ShopDatabase) -> None:
        assert database.counters.mark() is None
        assert dict(database.counters.table("people").schema) == COUNTS
        assert database.counters.sums("people", ("day",)).columns == ["day", "figure", "value"]

    def test_changes_add_up_and_the_mark_goes_with_them(self, database: ShopDatabase) -> None:
        first = counts((1, "home", "", 7, "click", 2), (1, "home", "", 7, "view", 1), (2, "", "", 0, "click", 3))
        assert database.counters.add({"people": first}, None, {"events": 10})
        assert database.counters.mark() == {"events": 10}
        second = counts((1, "home", "", 7, "click", 5), (1, "home", "", 7, "view", -1))
        assert database.counters.add({"people": second, "items": first}, {"events": 10}, {"events": 12})
        assert database.counters.table("people").rows() == [
            (1, "home", "", 7, "click", 7),
            (2, "", "", 0, "click", 3),
        ]
        assert database.counters.table("people", 2).height == database.counters.table("people", None, 2).height == 1
        assert database.counters.table("items").height == 3

    def test_who_counted_from_an_old_mark_changes_nothing(self, database: ShopDatabase) -> None:
        row = counts((1, "", "", 0, "click", 1))
        assert database.counters.add({"people": row}, None, {"events": 1})
        assert not database.counters.add({"people": row}, None, {"events": 1})
        assert not database.counters.add({"people": row}, {"events": 0}, {"events": 1})
        assert database.counters.table("people")["value"].to_list() == [1]
        assert database.counters.mark() == {"events": 1}

    def test_sums_leave_out_what_is_not_asked_by(self, database: ShopDatabase) -> None:
        rows = counts((1, "a", "", 1, "click", 1), (1, "a", "x", 2, "click", 2), (2, "b", "", 1, "view", 4))
        database.counters.add({"people": rows}, None, {})
        assert database.counters.sums("people", ("scenario",)).rows() == [("a", "click", 3), ("b", "view", 4)]
        assert database.counters.sums("people", (), 1, 2).rows() == [("click", 3)]

    def test_days_of_a_subject_count_once(self, database: ShopDatabase) -> None:
        rows = counts(
            (1, "a", "", 1, "click", 1),
            (1, "b", "", 1, "click", 2),
            (4, "a", "", 1, "view", 4),
            (9, "a", "", 1, "other", 4),
            (2, "a", "", 0, "click", 4),
        )
        database.counters.add({"people": rows}, None, {})
        assert database.counters.days("people", ("click", "view")).rows() == [(1, 1, 4, 2, 7)]
        assert database.counters.days("people", ("click", "view"), 2, 5).rows() == [(1, 4, 4, 1, 4)]
        assert dict(database.counters.days("items", ("click",)).schema) == DAYS

    def test_an_erased_user_leaves_the_sums_and_no_number(self, database: ShopDatabase) -> None:
        u, v = database.users.put([User("u"), User("v")]).tolist()
        rows = counts((1, "a", "", u, "click", 1), (1, "a", "", v, "click", 2), (1, "a", "", 0, "click", 4))
        goods = counts((1, "a", "", u, "shown", 1))
        database.counters.add({"people": rows, "items": goods}, None, {"events": 3})
        before = database.counters.mark()
        database.users.erase("u")
        assert database.counters.table("people").rows() == [(1, "a", "", 0, "click", 5), (1, "a", "", v, "click", 2)]
        assert database.counters.table("items").rows() == goods.rows(), "an item's number is nobody's"
        assert not database.counters.add({"people": rows}, before, {}), "what was just counted of the user is refused"
        database.users.erase("u")
        assert database.counters.sums("people", ()).rows() == [("click", 7)]

    def test_clearing_forgets_counts_and_mark(self, database: ShopDatabase) -> None:
        database.counters.add({"people": counts((1, "a", "", 1, "click", 1))}, None, {"events": 3})
        database.counters.clear()
        assert database.counters.mark() is None
        assert database.counters.table("people").is_empty()
