"""What any Events must do."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
import pytest

from shopmind.domain import EVENT_TYPES, Event, EventType, History, Item, User
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import InputError
from shopmind.stores.database import ShopDatabase
from shopmind.stores.ports import EVENT_FRAME, EVENT_LOG, EVENT_TABLE

NOON = 1_700_000_000_000 // DAY_MS * DAY_MS + DAY_MS // 2


def view(event_id: str, item_id: str | None = "a", user_id: str | None = "u", *, at: int = NOON) -> Event:
    """A view of an item by a user."""
    return Event(event_id, "view", at, user_id=user_id, item_id=item_id)


def frame_of(events: list[Event]) -> pl.DataFrame:
    """The same events as a frame."""
    rows = [{name: getattr(event, name) for name in EVENT_FRAME} | {"attributes": None} for event in events]
    return pl.DataFrame(rows, schema=EVENT_FRAME)


class EventsSuite:
    """Needs a fixture `database`: an empty ShopDatabase."""

    @pytest.fixture(autouse=True)
    def _items(self, database: ShopDatabase) -> None:
        self.a, self.b = database.catalogue.put([Item("a"), Item("b")]).tolist()

    def test_an_empty_log(self, database: ShopDatabase) -> None:
        events = database.events
        assert (events.count(), events.last_number(), events.time_range(), events.queries()) == (0, 0, None, [])
        assert dict(events.table().schema) == EVENT_TABLE
        assert len(events.history("u", "s")) == 0
        assert events.append([]).status == ()
        assert events.append_frame(pl.DataFrame(schema=EVENT_FRAME)).status == ()

    def test_an_event_comes_back_in_the_table(self, database: ShopDatabase) -> None:
        (user,) = database.users.put([User("u")])
        full = Event(
            "e1",
            "purchase",
            NOON,
            user_id="u",
            session_id="s",
            item_id="b",
            value_minor=1_999,
            currency="EUR",
            quantity=2.5,
            order_id="o",
            query="汤 'soup\" -- 🍲",
            scenario="home",
            request_id="r",
            position=3,
            propensity=0.25,
            variant="v",
            attributes={"note": "x"},
        )
        done = database.events.append([full, Event("e2", "search", NOON + 1, query="soup")])
        table = database.events.table()
        assert dict(table.schema) == EVENT_TABLE
        first, second = table.rows(named=True)
        order = first.pop("order")
        assert isinstance(order, int)
        assert first == {
            "number": 1,
            "type": EVENT_TYPES.index("purchase"),
            "timestamp_ms": NOON,
            "user": user,
            "session": "s",
            "item": self.b,
            "value_minor": 1_999,
            "quantity": 2.5,
            "query": full.query,
            "scenario": "home",
            "request_id": "r",
            "position": 3,
            "propensity": 0.25,
        }
        assert [second[name] for name in ("user", "session", "item", "quantity")] == [None] * 4
        assert done.last_number == second["number"] == database.events.last_number()

    def test_a_known_event_id_changes_nothing(self, database: ShopDatabase) -> None:
        events = database.events
        assert events.append([view("1"), view("2"), view("1", "b")]).status == ("accepted", "accepted", "duplicate")
        again = events.append([view("2", "b"), view("3")])
        assert again.status == ("duplicate", "accepted")
        assert again.last_number == events.last_number()
        assert events.append_frame(frame_of([view("3"), view("1")])).status == ("duplicate", "duplicate")
        assert events.table()["item"].to_list() == [self.a, self.a, self.a]

    def test_ids_that_look_alike_are_different_events(self, database: ShopDatabase) -> None:
        alike = [
            "file-1",
            "file-01",
            "file-10",
            "file-",
            "file",
            "-1",
            "1",
            "file-1-1",
            "file-99999999999999999999",
            "file-١",
        ]
        done = database.events.append([view(event_id) for event_id in alike])
        assert set(done.status) == {"accepted"}
        assert set(database.events.append([view(event_id) for event_id in alike]).status) == {"duplicate"}

    def test_an_event_of_an_unknown_item_is_refused_and_the_others_get_in(self, database: ShopDatabase) -> None:
        database.catalogue.remove(["b"])
        done = database.events.append([view("1", "nothing"), view("2"), view("3", "b"), view("4", None)])
        assert done.status == ("unknown_item", "accepted", "unknown_item", "accepted")
        assert database.events.count() == 2
        database.catalogue.put([Item("nothing")])
        assert database.events.append([view("1", "nothing")]).status == ("accepted",)

    def test_users_are_made_when_first_seen(self, database: ShopDatabase) -> None:
        database.events.append([view("1", user_id="new")])
        assert database.users.numbers(["new"])[0] == database.events.table()["user"][0]

    def test_a_frame_and_objects_leave_the_same_rows(self, database: ShopDatabase) -> None:
        types: list[EventType] = ["view", "purchase", "impression", "search"]
        rows = [
            Event(
                f"e{i}",
                types[i % 4],
                NOON + i * DAY_MS // 7,
                user_id=None if i % 3 == 0 else f"u{i % 5}",
                session_id=f"s{i % 2}" if i % 6 in (0, 1, 3) else None,
                item_id="ab"[i % 2],
                order_id="o" if i % 5 == 0 else None,
                quantity=float(i),
            )
            for i in range(40)
        ]
        database.events.append(rows)
        database.events.append_frame(
            frame_of(rows).with_columns(pl.col("event_id") + "x", pl.col("timestamp_ms").cast(pl.Int64))
        )
        table = database.events.table().drop("number")
        assert table[:40].equals(table[40:])

    def test_orders_are_told_apart_by_id_or_else_by_user_and_day(self, database: ShopDatabase) -> None:
        def order(event_id: str, at: int, order_id: str | None, user: str | None, session: str | None) -> Event:
            return Event(event_id, "purchase", at, user_id=user, session_id=session, item_id="a", order_id=order_id)

        database.events.append(
            [
                order("1", NOON, "o1", "u", None),
                order("2", NOON + 5 * DAY_MS, "o1", "u", None),
                order("3", NOON, None, "u", "s"),
                order("4", NOON + 1, None, "u", "t"),
                order("5", NOON + DAY_MS, None, "u", None),
                order("6", NOON, None, None, "s"),
                order("7", NOON + 1, None, None, "s"),
                order("8", NOON, None, None, None),
                order("9", NOON, None, None, None),
            ]
        )
        one, same, day, again, next_day, session, session_too, alone, alone_too = database.events.table()["order"]
        assert one == same
        assert day == again
        assert session == session_too
        assert len({one, day, next_day, session, alone, alone_too}) == 6
        assert min(one, day, next_day, session, alone) >= 0

    def test_a_row_without_id_or_of_unknown_type_is_refused_with_all_its_frame(self, database: ShopDatabase) -> None:
        good = frame_of([view("1"), view("2")])
        with pytest.raises(InputError, match="row 1 has no event_id"):
            database.events.append_frame(good.with_columns(event_id=pl.Series(["1", None])))
        with pytest.raises(InputError, match=r"viewed.*did you mean 'view'"):
            database.events.append_frame(good.with_columns(type=pl.lit("viewed")))
        with pytest.raises(InputError, match="no column variant"):
            database.events.append_frame(good.drop("variant"))
        assert database.events.count() == 0

    def test_the_table_is_cut_by_type_time_and_number(self, database: ShopDatabase) -> None:
        kinds: list[EventType] = ["view", "purchase", "impression"]
        database.events.append([Event(str(i), kinds[i % 3], NOON + i, item_id="a") for i in range(9)])
        events = database.events
        assert events.table(["purchase"])["timestamp_ms"].to_list() == [NOON + 1, NOON + 4, NOON + 7]
        assert events.table([])["number"].to_list() == []
        assert events.table(since_ms=NOON + 2, until_ms=NOON + 5)["timestamp_ms"].to_list() == [
            NOON + i for i in (2, 3, 4)
        ]
        numbers = events.table()["number"].to_list()
        assert events.table(after=numbers[6])["number"].to_list() == numbers[7:]
        assert events.time_range() == (NOON, NOON + 8)

    def test_queries_are_counted_most_frequent_first(self, database: ShopDatabase) -> None:
        texts = ["soup", "pizza", "soup", "tea", "pizza", "soup"]
        database.events.append([Event(str(i), "search", NOON, query=text) for i, text in enumerate(texts)])
        database.events.append([Event("c", "click", NOON, query="tea", item_id="a"), Event("n", "search", NOON)])
        assert database.events.queries() == [("soup", 3), ("pizza", 2), ("tea", 1)]
        assert database.events.queries(limit=1) == [("soup", 3)]

    def test_queries_of_one_visitor_alone_can_be_left_out(self, database: ShopDatabase) -> None:
        asked = [("u", "s", "mine"), ("u", "t", "mine"), ("u", None, "soup"), (None, "s", "soup"), (None, "t", "tea")]
        asked += [(None, "s", "tea"), (None, None, "nobody"), (None, None, "nobody")]
        database.events.append(
            [
                Event(str(i), "search", NOON + i, user_id=user, session_id=session, query=text)
                for i, (user, session, text) in enumerate(asked)
            ]
        )
        assert database.events.queries(least_visitors=2) == [("soup", 2), ("tea", 2)]
        assert database.events.queries(least_visitors=2, since_ms=NOON + 3) == [("tea", 2)]

    def test_what_somebody_searched_for_is_theirs_alone_newest_first(self, database: ShopDatabase) -> None:
        asked = [("u", "s", "soup"), ("u", "s", "tea"), ("u", "s", "soup"), ("v", "s", "beer"), (None, "s", "milk")]
        database.events.append(
            [
                Event(str(i), "search", NOON, user_id=user, session_id=session, query=text)
                for i, (user, session, text) in enumerate(asked)
            ]
        )
        assert database.events.asked("u", None) == ["soup", "tea"]
        assert database.events.asked("u", None, limit=1) == ["soup"]
        assert database.events.asked("u", "s") == ["soup", "tea", "milk"]
        assert database.events.asked("nobody", "nowhere") == []
        assert database.events.asked(None, None) == []
        database.users.erase("u")
        assert database.events.asked("u", None) == []

    def test_many_threads_each_get_their_own_answer(self, database: ShopDatabase) -> None:
        def write(writer: int) -> list[str]:
            return [database.events.append([view(f"{writer % 4}-{i}")]).status[0] for i in range(20)]

        with ThreadPoolExecutor(8) as pool:
            answers = [status for each in pool.map(write, range(8)) for status in each]
        assert (answers.count("accepted"), answers.count("duplicate")) == (80, 80)
        assert database.events.count() == 80


class HistorySuite:
    """Needs a fixture `database`: an empty ShopDatabase."""

    @pytest.fixture(autouse=True)
    def _items(self, database: ShopDatabase) -> None:
        self.a, self.b = database.catalogue.put([Item("a"), Item("b")]).tolist()

    def history(self, database: ShopDatabase, **options: int) -> History:
        """Of user u and session s."""
        return database.events.history("u", "s", **options)

    def test_it_is_in_time_order_with_every_column(self, database: ShopDatabase) -> None:
        database.events.append(
            [
                Event("1", "purchase", NOON + 9, user_id="u", item_id="b", quantity=2.0),
                Event("2", "view", NOON, user_id="u", item_id="a"),
                Event("3", "view", NOON, user_id="u", item_id="b"),
            ]
        )
        history = self.history(database)
        assert history.items.tolist() == [self.a, self.b, self.b]
        assert history.types.tolist() == [EVENT_TYPES.index(name) for name in ("view", "view", "purchase")]
        assert history.times_ms.tolist() == [NOON, NOON, NOON + 9]
        assert history.quantities.tolist() == [1, 1, 2]
        assert history.numbers.tolist() == [2, 3, 1]
        assert history.orders.tolist() == [database.events.table()["order"][i] for i in (1, 2, 0)]
        assert (
            history.items.dtype == history.times_ms.dtype == history.orders.dtype == history.numbers.dtype == np.int64
        )
        assert (history.types.dtype.name, history.quantities.dtype.name) == ("int8", "float32")

    def test_a_quantity_that_is_none_or_no_number_counts_as_one(self, database: ShopDatabase) -> None:
        given = (None, math.nan, math.inf, 0.1, 3.0)
        database.events.append(
            [Event(str(i), "purchase", NOON + i, user_id="u", item_id="a", quantity=q) for i, q in enumerate(given)]
        )
        assert self.history(database).quantities.tolist() == pytest.approx([1, 1, 1, 0.1, 3])

    def test_impressions_searches_and_events_without_item_are_left_out(self, database: ShopDatabase) -> None:
        database.events.append([Event(name, name, NOON, user_id="u", item_id="a") for name in EVENT_TYPES])
        database.events.append([Event("none", "view", NOON, user_id="u")])
        types = {EVENT_TYPES[code] for code in self.history(database).types}
        assert types == set(EVENT_TYPES) - {"impression", "search"}

    def test_a_session_adds_what_was_done_before_signing_in_and_nothing_of_others(self, database: ShopDatabase) -> None:
        def by(event_id: str, user_id: str | None, session_id: str | None) -> Event:
            return Event(event_id, "view", NOON, user_id=user_id, session_id=session_id, item_id="a")

        database.events.append(
            [by("1", None, "s"), by("2", "u", "s"), by("3", "u", None), by("4", "v", "s"), by("5", None, "t")]
        )
        assert sorted(self.history(database).numbers.tolist()) == [1, 2, 3]
        assert database.events.history(None, "s").numbers.tolist() == [1]
        assert database.events.history("v", None).numbers.tolist() == [4]
        assert len(database.events.history(None, None)) == len(database.events.history("nobody", "none")) == 0

    def test_the_newest_are_kept_and_older_ones_can_be_skipped(self, database: ShopDatabase) -> None:
        database.events.append([view(str(i), at=NOON + i) for i in range(10)])
        assert self.history(database, limit=3).numbers.tolist() == [8, 9, 10]
        assert self.history(database, after=8).numbers.tolist() == [9, 10]
        assert len(self.history(database, after=10)) == 0

    def test_one_look_tells_whether_they_ever_did_such_a_thing(self, database: ShopDatabase) -> None:
        database.events.append(
            [
                Event("1", "dislike", NOON, user_id="u", item_id="a"),
                Event("2", "favourite", NOON, session_id="s", item_id="a"),
                Event("3", "purchase", NOON, user_id="v", session_id="s", item_id="a"),
                Event("4", "play", NOON, user_id="u"),
            ]
        )
        ever = database.events.ever
        did: list[tuple[str | None, str | None, EventType]]
        did = [("u", None, "dislike"), (None, "s", "favourite"), ("v", "s", "favourite"), ("v", None, "purchase")]
        assert all(ever(*each) for each in did)
        did = [("u", None, "favourite"), ("v", None, "favourite"), ("w", None, "dislike"), (None, None, "dislike")]
        assert not any(ever(*each) for each in did)
        assert not ever("u", "s", "purchase"), "another user's, in the same session"
        assert not ever("u", None, "play"), "a history holds what was done to items"

    def test_whether_anybody_did_such_a_thing_is_known_at_once_and_after_an_erasure(
        self, database: ShopDatabase
    ) -> None:
        events = database.events
        assert not events.happened(["view", "click"])
        events.append([Event("1", "purchase", NOON, user_id="v", item_id="a"), view("2", None)])
        assert not events.happened(["view", "click"])  # a view of nothing is none of an item
        assert events.happened(["purchase"])
        events.append([view("3", "b"), view("4", "b", "w")])
        assert events.happened(["view", "click"])
        assert not events.happened([])
        database.users.erase("u")
        assert events.happened(["click", "view"])
        database.users.erase("w")
        assert not events.happened(["view", "click"])
        assert events.happened(["purchase", "view"])

    def test_it_knows_an_event_as_soon_as_it_is_written(self, database: ShopDatabase) -> None:
        for i in range(5):
            done = database.events.append([view(str(i))])
            assert self.history(database).numbers[-1] == done.last_number


class TouchesSuite:
    """Needs a fixture `database`: an empty ShopDatabase."""

    @pytest.fixture(autouse=True)
    def _log(self, database: ShopDatabase) -> None:
        self.a, self.b = database.catalogue.put([Item("a"), Item("b")]).tolist()
        self.u, self.v = database.users.put([User("u"), User("v")]).tolist()
        database.events.append(
            [
                Event("1", "impression", NOON, user_id="u", session_id="s", item_id="a", request_id="r", variant="e/B"),
                Event("2", "impression", NOON, session_id="s", item_id="b"),
                Event("3", "view", NOON, user_id="u", item_id="a"),
                Event("4", "purchase", NOON, user_id="v", item_id="a", request_id="r", value_minor=5, currency="EUR"),
                Event("5", "search", NOON, user_id="u", query="x", request_id="r"),
                Event("6", "click", NOON, user_id="u", item_id="a", request_id="q"),
            ]
        )

    def test_touches_are_impressions_and_echoes_of_a_pair_each_once(self, database: ShopDatabase) -> None:
        def numbers(users: list[tuple[int, int]], sessions: list[tuple[str, int]], upto: int = 9) -> list[int]:
            return database.events.touches(users, sessions, upto=upto)["number"].to_list()

        assert numbers([(self.u, self.a)], []) == [1, 6]
        assert numbers([(self.u, self.a)], [("s", self.a)], upto=5) == [1]
        assert numbers([(self.u, self.b), (self.v, self.a)], [("s", self.b)]) == [2, 4]
        assert numbers([], []) == []

    def test_events_of_requests_are_about_items(self, database: ShopDatabase) -> None:
        found = database.events.of_requests(["r", "x"], upto=9)
        assert found["number"].to_list() == [1, 4]
        assert dict(found.schema) == EVENT_LOG
        assert found.select("variant", "currency").rows() == [("e/B", None), (None, "EUR")]
        assert database.events.of_requests(["r"], upto=3)["number"].to_list() == [1]
        assert database.events.of_requests([], upto=9).is_empty()
        assert database.events.of_requests(["r", "x"], upto=9, types=("impression",))["number"].to_list() == [1]

    def test_events_of_a_time_are_found_up_to_a_number(self, database: ShopDatabase) -> None:
        database.events.append([Event("7", "view", NOON - 5, item_id="a"), Event("8", "click", NOON - 9, item_id="a")])
        found = database.events.between(("view", "click"), NOON - 5, NOON + 1, upto=7)
        assert (found["number"].to_list(), dict(found.schema)) == ([3, 6, 7], EVENT_LOG)
        assert database.events.between(("view",), NOON - 5, NOON, upto=6).is_empty()

    def test_a_part_of_the_log_with_variants_and_currencies(self, database: ShopDatabase) -> None:
        found = database.events.table(after=2, upto=4, whole=True)
        assert (found["number"].to_list(), dict(found.schema)) == ([3, 4], EVENT_LOG)
