"""What any Users, Links, Records and Traces must do."""

from __future__ import annotations

import polars as pl

from shopmind.domain import Event, Item, Link, User
from shopmind.stores.database import ShopDatabase
from shopmind.stores.traces import ERASED, ERASING, Moment, Trace

NOON = 1_700_000_000_000


class UsersSuite:
    """Needs a fixture `database`: an empty ShopDatabase."""

    def test_a_user_comes_back_with_every_field(self, database: ShopDatabase) -> None:
        full = User("u", 5, {"age": "25-34", "children": 2}, {"personalise": True, "mail": False})
        database.users.put([full, User("bare")])
        assert database.users.get("u") == full
        assert database.users.get("bare") == User("bare")
        assert database.users.get("nobody") is None

    def test_numbers_are_stable_and_made_only_when_asked(self, database: ShopDatabase) -> None:
        (u,) = database.users.put([User("u")])
        assert database.users.numbers(["v", "u"]).tolist() == [-1, u]
        v = int(database.users.numbers(["v"], create=True)[0])
        assert v not in (-1, u)
        assert database.users.put([User("v", attributes={"a": 1}), User("u"), User("u")]).tolist() == [v, u, u]
        assert database.users.get("v") == User("v", attributes={"a": 1})

    def test_some_users_are_read_at_once(self, database: ShopDatabase) -> None:
        full = User("u", 5, {"age": "25-34"}, {"email": True})
        database.users.put([full, User("v"), User("w")])
        assert database.users.some(["w", "u", "nobody"]) == {"u": full, "w": User("w")}
        assert database.users.some([]) == {}

    def test_the_table_lists_users_by_number(self, database: ShopDatabase) -> None:
        assert database.users.table().height == 0
        database.users.put([User("u", attributes={"a": 1}, consent={"mail": True}), User("v")])
        table = database.users.table()
        assert table.schema == {"number": pl.Int64, "user_id": pl.String, "attributes": pl.String, "consent": pl.String}
        assert table.rows() == [(1, "u", '{"a":1}', '{"mail":true}'), (2, "v", "{}", "{}")]

    def test_putting_and_erasing_users_is_logged(self, database: ShopDatabase) -> None:
        (u,) = database.users.put([User("u")])
        database.users.put([User("u")])
        assert [(c.what, c.number) for c in database.catalogue.changes(0)] == [("user", u)]
        database.users.erase("u")
        assert [(c.what, c.number) for c in database.catalogue.changes(0)] == [("user_erased", u)]


class EraseSuite:
    """Needs a fixture `database`: an empty ShopDatabase."""

    def test_all_rows_of_the_user_go_and_nobody_elses(self, database: ShopDatabase) -> None:
        database.catalogue.put([Item("a")])
        database.users.put([User("u"), User("v"), User("w")])
        for user in ("u", "v"):
            database.events.append(
                [
                    Event(f"{user}1", "view", NOON, user_id=user, item_id="a", session_id=f"s{user}"),
                    Event(f"{user}2", "impression", NOON, user_id=user, item_id="a"),
                    Event(f"{user}3", "search", NOON, user_id=user, query="x"),
                    Event(f"{user}4", "view", NOON, session_id=f"s{user}", item_id="a"),
                ]
            )
            database.records.put("slate", user, {"hits": []}, user_id=user)
        database.links.put([Link("follow", "u", "v"), Link("friend", "w", "u"), Link("friend", "v", "w")])
        receipt = database.users.erase("u")
        assert receipt == {"users": 1, "events": 4, "links": 2, "records": 1}
        assert database.users.get("u") is None
        assert database.events.table()["user"].unique().drop_nulls().to_list() == [2]
        assert database.events.count() == 4
        assert len(database.events.history("u", "su")) == 0
        assert database.records.get("slate", "u") is None
        assert database.records.get("slate", "v") == {"hits": []}
        assert database.links.count() == 1

    def test_erasing_again_finds_nothing(self, database: ShopDatabase) -> None:
        database.users.put([User("u")])
        database.users.erase("u")
        nothing = {"users": 0, "events": 0, "links": 0, "records": 0}
        assert database.users.erase("u") == database.users.erase("never seen") == nothing

    def test_who_comes_back_is_somebody_new(self, database: ShopDatabase) -> None:
        database.catalogue.put([Item("a")])
        old = database.users.put([User("u")])[0]
        database.users.erase("u")
        database.events.append([Event("1", "view", NOON, user_id="u", item_id="a")])
        assert database.users.numbers(["u"])[0] > old
        assert len(database.events.history("u", None)) == 1


class LinksSuite:
    """Needs a fixture `database`: an empty ShopDatabase."""

    def test_only_links_between_known_ends_are_kept(self, database: ShopDatabase) -> None:
        shop, a = database.catalogue.put([Item("shop", kind="shop"), Item("a")])
        u, v = database.users.put([User("u"), User("v")])
        given = [Link("sells", "shop", "a", 0.5), Link("sells", "shop", "no"), Link("follow", "u", "v")]
        assert database.links.put([*given, Link("follow", "shop", "a"), Link("covers", "u", "v")]) == 2
        assert database.links.table("sells").rows() == [(shop, a, 0.5)]
        assert database.links.table("follow").rows() == [(u, v, 1.0)]
        assert database.links.count() == 2

    def test_a_link_put_again_takes_the_new_weight(self, database: ShopDatabase) -> None:
        database.catalogue.put([Item("a"), Item("b")])
        database.links.put([Link("mentions", "a", "b", 1.0)])
        database.links.put([Link("mentions", "a", "b", 3.0)])
        assert database.links.table("mentions")["weight"].to_list() == [3.0]

    def test_friends_are_friends_both_ways(self, database: ShopDatabase) -> None:
        u, v = database.users.put([User("u"), User("v")])
        database.links.put([Link("friend", "v", "u"), Link("friend", "u", "v")])
        assert database.links.table("friend").rows() == [(u, v, 1.0), (v, u, 1.0)]
        assert database.links.count() == 1

    def test_an_empty_table_has_its_columns(self, database: ShopDatabase) -> None:
        schema = {"source": pl.Int64, "target": pl.Int64, "weight": pl.Float32}
        assert database.links.table("covers").schema == schema
        assert database.links.put([]) == 0

    def test_links_of_a_removed_item_go_with_it(self, database: ShopDatabase) -> None:
        database.catalogue.put([Item("a"), Item("b"), Item("c")])
        database.links.put([Link("mentions", "a", "b"), Link("mentions", "b", "c"), Link("mentions", "a", "c")])
        database.catalogue.remove(["b"])
        assert database.links.table("mentions").rows() == [(1, 3, 1.0)]

    def test_putting_links_is_logged(self, database: ShopDatabase) -> None:
        database.catalogue.put([Item("a"), Item("b")])
        mark = database.catalogue.last_change()
        database.links.put([Link("mentions", "a", "b")])
        assert [c.what for c in database.catalogue.changes(mark)] == ["links"]


class RecordsSuite:
    """Needs a fixture `database`: an empty ShopDatabase."""

    def test_a_record_comes_back_and_is_replaced(self, database: ShopDatabase) -> None:
        records = database.records
        assert records.get("slate", "k") is None
        records.put("slate", "k", {"a": [1, 2.5, None, "汤"]})
        assert records.get("slate", "k") == {"a": [1, 2.5, None, "汤"]}
        records.put("slate", "k", {"b": {}})
        assert records.get("slate", "k") == {"b": {}}
        assert records.get("other", "k") is None

    def test_scan_gives_the_newest_first(self, database: ShopDatabase) -> None:
        records = database.records
        records.put_many("slate", [(str(i), {"i": i}, None) for i in range(5)])
        records.put("other", "x", {})
        records.put("slate", "1", {"i": 10})
        assert records.scan("slate", limit=3) == [("1", {"i": 10}), ("4", {"i": 4}), ("3", {"i": 3})]
        assert len(records.scan("slate")) == 5
        assert records.scan("none") == []

    def test_a_stream_gives_the_same_and_may_be_left_early(self, database: ShopDatabase) -> None:
        records = database.records
        records.put_many("slate", [(str(i), {"i": i}, None) for i in range(1_200)])
        assert list(records.stream("slate", 1_100)) == records.scan("slate", 1_100)
        for key, body in records.stream("slate", 1_100):
            records.put("slate", key, {"i": body["i"] + 1})
            break
        assert records.get("slate", "1199") == {"i": 1_200}

    def test_rows_are_read_by_number_and_by_name(self, database: ShopDatabase) -> None:
        records = database.records
        assert (
            records.last_number("slate"),
            records.numbered("slate", 0, 9),
            records.named("slate", ["a"], upto=9),
        ) == (
            0,
            [],
            [],
        )
        for key in ("a", "b", "c"):
            records.put("slate", key, {"is": key})
            records.put("other", key, {})
        records.put("slate", "a", {"is": "again"})
        last = records.last_number("slate")
        rows = records.numbered("slate", 0, last)
        assert [(key, body["is"]) for _, key, body in rows] == [("b", "b"), ("c", "c"), ("a", "again")]
        assert rows[-1][0] == last
        assert records.numbered("slate", rows[0][0], rows[1][0]) == rows[1:2]
        assert records.named("slate", ["a", "c", "x"], upto=last) == rows[1:]
        assert records.named("slate", ["a", "c"], upto=last - 1) == rows[1:2]

    def test_a_record_takes_the_place_of_another(self, database: ShopDatabase) -> None:
        records = database.records
        records.put("note", "u", {})
        records.put("note", "v", {})
        records.put_instead(("note", "u"), "receipt", "1", {"a": 1})
        records.put_instead(("note", "gone"), "receipt", "2", {})
        assert [key for key, _ in records.scan("note")] == ["v"]
        assert records.scan("receipt") == [("2", {}), ("1", {"a": 1})]

    def test_delete_says_whether_there_was_one(self, database: ShopDatabase) -> None:
        database.records.put("key", "k", {})
        assert database.records.delete("key", "k") is True
        assert database.records.delete("key", "k") is False
        assert database.records.get("key", "k") is None


class TracesSuite:
    """Needs a fixture `database`: an empty ShopDatabase."""

    def test_a_trace_is_a_record_and_events(self, database: ShopDatabase) -> None:
        database.catalogue.put([Item("a")])
        assert database.traces.leave("slate", []) == 0
        shown = [Event("e", "impression", NOON, user_id="u", item_id="a")]
        moment = database.traces.moment()
        traces = [Trace("r", {"n": 1}, "u", shown, moment), Trace("s", {"n": 2}, None, [], None)]
        assert database.traces.leave("slate", traces) == 2
        assert database.records.scan("slate") == [("s", {"n": 2}), ("r", {"n": 1})]
        assert database.users.erase("u") == {"users": 1, "events": 1, "links": 0, "records": 1}

    def test_who_may_have_been_erased_since_leaves_none(self, database: ShopDatabase) -> None:
        database.catalogue.put([Item("a")])
        database.users.put([User("known"), User("other")])
        before = database.traces.moment()
        database.records.put(ERASING, "known", {})

        def left(user_id: str, since: Moment) -> bool:
            shown = [Event(f"{user_id}{since}", "impression", NOON, user_id=user_id, item_id="a")]
            return database.traces.leave("slate", [Trace(user_id, {}, user_id, shown, since)]) == 1

        assert (left("known", before), left("other", before), left("stranger", before)) == (False, True, True)
        database.users.erase("known")
        database.users.erase("stranger")
        database.records.put_instead((ERASING, "known"), ERASED, "1", {})
        assert (left("known", before), left("other", before), left("stranger", before)) == (False, True, False)
        assert database.users.numbers(["known", "stranger"]).tolist() == [-1, -1]
        database.users.put([User("known")])
        after = database.traces.moment()
        assert after.erasures > before.erasures
        assert after.users > before.users
        assert (left("known", before), left("known", after), left("stranger", after)) == (False, True, True)
