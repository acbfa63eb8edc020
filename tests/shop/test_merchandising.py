from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import shopmind
from shopmind.domain import AppliedRule, Query, Slate
from shopmind.kit.errors import InputError, NotFoundError
from shopmind.operations.doctor import examine
from shopmind.pipeline.rules import read_rule
from shopmind.pipeline.rules.book import HISTORY, ROWS
from shopmind.shop import Shop
from shopmind.shop.rule_file import read_file


def ids(slate: Slate) -> list[str]:
    return [hit.item.item_id for hit in slate.hits]


def put(shop: Shop, rule_id: str = "r", **row: object) -> str | None:
    """Writes one rule that must be accepted; returns its warnings."""
    status = shop.rules.put({"rule_id": rule_id, **row}, by="test")[0]
    assert status.status in ("accepted", "duplicate"), status
    return status.reason


@pytest.mark.parametrize(("text", "item"), [("green tea", "kit-02"), ("绿茶", "kit-08")])
def test_a_pinned_item_stands_first_once_and_is_named_in_the_very_next_answer(shop: Shop, text: str, item: str) -> None:
    before = shop.search(text)
    assert item not in ids(before)
    put(shop, action="pin", items=[item], query=[text])
    after = shop.search(text, explain=True, language="zh")
    assert ids(after) == [item, *ids(before)]
    assert [reason.text for reason in after.hits[0].reasons] == ["本店将它置于此处。"]
    assert "pinned" not in {reason.signal for reason in after.hits[1].reasons}
    assert after.total == before.total + 1
    assert after.applied_rules == (AppliedRule("r", 1, "pin", (item,)),)
    assert shop.search("phone charger 手机壳").applied_rules == ()


def test_pins_hold_over_pages(shop: Shop) -> None:
    put(shop, "down", action="pin", items=["tea-01"], place=6, scenarios=["home"])
    put(shop, "up", action="pin", items=["kit-02", "clo-06"], place=3, scenarios=["home"])
    for size in (1, 2, 5):
        pages = [item for at in range(0, 20, size) for item in ids(shop.recommend("home", n=size, offset=at))]
        assert pages == ids(shop.recommend("home", n=20))
        assert len(pages) == len(set(pages))
        assert (pages[2], pages[3], pages[5]) == ("kit-02", "clo-06", "tea-01")


def test_pages_fit_together_where_pins_send_items_down_past_a_reranker_that_looks_ahead(shop_folder: Path) -> None:
    (shop_folder / "scenarios").mkdir(exist_ok=True)
    lively = 'base = "home"\ntitle = "Lively"\nrerankers = [{part = "diversity", by = "category", strength = 0.9}]\n'
    (shop_folder / "scenarios" / "lively.toml").write_text(lively, "utf-8")
    with shopmind.open(shop_folder) as shop:
        first = ids(shop.recommend("lively", n=3))
        put(shop, action="pin", items=first, place=11, scenarios=["lively"])
        whole = ids(shop.recommend("lively", n=20))
        assert whole[10:13] == first
        for size in (1, 2, 3, 4, 5):
            assert [item for at in range(0, 20, size) for item in ids(shop.recommend("lively", n=size, offset=at))][
                :20
            ] == whole


def test_hidden_items_are_gone_before_anything_is_counted(shop: Shop) -> None:
    before = shop.search("tea")
    put(shop, action="hide", items=[ids(before)[0]], filter='brand = "Harbour Blend"')
    after = shop.search("tea")
    gone = {hit.item.item_id for hit in before.hits if hit.item.brand == "Harbour Blend"} | {ids(before)[0]}
    assert len(gone) > 1
    assert ids(after) == [item for item in ids(before) if item not in gone]
    assert after.total == before.total - len(gone)
    assert after.applied_rules[0].items == (ids(before)[0],)


def test_a_boost_lifts_a_bury_sinks_and_both_are_explained_and_named(shop: Shop) -> None:
    before = shop.search("tea", explain=True)
    last, first = ids(before)[-1], ids(before)[0]
    put(shop, "up", action="boost", items=[last], strength=8)
    put(shop, "down", action="bury", items=[first], strength=8)
    after = shop.search("tea", explain=True)
    assert ids(after).index(last) <= 1
    assert ids(after).index(first) >= len(ids(after)) - 2
    assert set(ids(after)) == set(ids(before))
    assert {(rule.rule_id, rule.items) for rule in after.applied_rules} == {("up", (last,)), ("down", (first,))}
    lifted = after.hits[ids(after).index(last)]
    assert any(reason.signal == "rules" and reason.share > 0 for reason in lifted.reasons)
    assert not any(reason.signal == "rules" for reason in before.hits[-1].reasons)


def test_a_boost_of_what_a_filter_says_works_in_every_scenario(shop: Shop) -> None:
    put(shop, action="boost", filter='brand = "Blackforge"', strength=8)
    for name in ("home", "cart", "similar", "trending"):
        slate = shop.recommend(name, user="u05", anchors=("kit-01",), n=40)
        places = [hit.position for hit in slate.hits if hit.item.brand == "Blackforge"]
        assert not places or [rule.rule_id for rule in slate.applied_rules] == ["r"], name
        assert not places or min(places) < 4, name


def test_hide_wins_over_pin_and_unknown_ids_do_no_harm(shop: Shop) -> None:
    put(shop, "h", action="hide", items=["tea-01"])
    assert put(shop, "p", action="pin", items=["tea-01", "nobody", "tea-04", "kit-02"]) == (
        "not in the catalogue: nobody; rule 'h' hides 'tea-01': the item stays hidden"
    )
    slate = shop.search("green tea")
    assert ids(slate)[0] == "kit-02"  # tea-04 is sold out
    assert [(rule.rule_id, rule.items) for rule in slate.applied_rules] == [("h", ("tea-01",)), ("p", ("kit-02",))]


def test_pins_obey_the_filter_of_the_query(shop: Shop) -> None:
    put(shop, action="pin", items=["ele-01"])
    assert "ele-01" not in ids(shop.search("tea", filters="price < 50"))
    assert ids(shop.search("tea", filters="price > 50"))[0] == "ele-01"


def test_redirects_and_banners_ride_along_and_only_the_first_redirect_leads(shop: Shop) -> None:
    put(shop, "a", action="redirect", url="/tea", query=["tea"])
    put(shop, "b", action="redirect", url="https://shop.example/sets", query=["tea"], priority=1)
    put(shop, "c", action="banner", text="茶周八五折", query=["茶"], language="zh")
    put(shop, "d", action="banner", text="Tea week", query=["tea"], language="en")
    assert [(rule.rule_id, rule.says) for rule in shop.search("tea").applied_rules] == [
        ("b", "https://shop.example/sets"),
        ("d", "Tea week"),
    ]
    assert [rule.says for rule in shop.search("花茶").applied_rules] == ["茶周八五折"]


def test_times_segments_and_switches_hold(shop: Shop) -> None:
    put(shop, "early", action="banner", text="x", **{"from": "2020-01-01", "until": "2020-02-01"})
    put(shop, "off", action="banner", text="x", enabled=False)
    put(shop, "leeds", action="banner", text="x", segment='city = "Leeds"')
    put(shop, "not-leeds", action="banner", text="x", segment='not city = "Leeds"')

    def met(user: str | None, at: int | None = None) -> list[str]:
        who = None if user is None else shop.pseudonyms.user(user)
        query = Query("home", user_id=who, now_ms=at)
        return sorted(rule.rule_id for rule in shop.answer(query).applied_rules)

    assert met("u01") == ["leeds"]
    assert met("u02") == ["not-leeds"]
    assert met(None) == []
    assert met("u29") == []  # from Leeds, and refuses to be personalised
    impersonal = Query("home", user_id=shop.pseudonyms.user("u01"), personal=False)
    assert shop.answer(impersonal).applied_rules == ()
    assert met(None, 1_577_836_800_000) == ["early"]
    assert met(None, 1_577_836_799_999) == []
    assert met(None, 1_580_515_200_000) == []
    put(shop, "chinese", action="banner", text="x", language="zh")
    assert [rule.rule_id for rule in shop.search("茶").applied_rules] == ["chinese"]
    assert shop.search("tea").applied_rules == shop.recommend("home").applied_rules == ()


def test_every_version_is_kept_and_can_be_gone_back_to(shop: Shop) -> None:
    put(shop, action="banner", text="one")
    put(shop, action="banner", text="two")
    assert shop.rules.put({"rule_id": "r", "action": "banner", "text": "two"})[0].status == "duplicate"
    shop.rules.remove("r", by="mia")
    assert shop.search("tea").applied_rules == ()
    with pytest.raises(NotFoundError):
        shop.rules.get("r")
    shop.rules.roll_back("r", 1, by="leo")
    assert shop.search("tea").applied_rules == (AppliedRule("r", 4, "banner", (), "one"),)
    told = [(each.version, each.rule.text, each.by, each.removed) for each in shop.rules.history("r")]
    assert told == [
        (4, "one", "leo", False),
        (3, "two", "mia", True),
        (2, "two", "test", False),
        (1, "one", "test", False),
    ]
    assert all(each.at_ms > 0 for each in shop.rules.history("r"))
    for wrong in (
        lambda: shop.rules.roll_back("r", 9),
        lambda: shop.rules.history("x"),
        lambda: shop.rules.remove("x"),
    ):
        with pytest.raises(NotFoundError):
            wrong()


def test_a_row_that_cannot_be_read_is_left_out_named_and_can_be_removed(shop_folder: Path) -> None:
    with shopmind.open(shop_folder) as shop:
        put(shop, "good", action="banner", text="x")
        shop.records.put(ROWS, "half", {"rule": {"rule_id": "half", "action": "pi"}, "version": 1, "at_ms": 1})
        shop.records.put(ROWS, "empty", {})
    with shopmind.open(shop_folder) as shop:
        slate = shop.search("tea")
        assert "rules: not readable, left out: empty, half" in slate.degraded
        assert [rule.rule_id for rule in slate.applied_rules] == ["good"]
        assert set(shop.rules.unreadable()) == {"empty", "half"}
        finding = next(each for each in examine(shop) if each.name == "rules")
        assert (finding.state, "2 rules or words" in finding.text) == ("warn", True)
        for key in ("half", "empty"):
            shop.rules.remove(key)
        assert not any("rules" in each for each in shop.search("tea").degraded)


def test_a_change_reaches_another_process_within_a_second(shop: Shop) -> None:
    assert shop.search("tea").applied_rules == ()
    code = f"""
import shopmind
with shopmind.open({str(shop.path)!r}) as shop:
    shop.rules.put({{"rule_id": "far", "action": "banner", "text": "hello"}})
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    time.sleep(0.6)
    assert [rule.rule_id for rule in shop.search("tea").applied_rules] == ["far"]


def test_bad_rows_never_lose_good_ones_and_a_file_is_all_or_nothing(shop: Shop) -> None:
    statuses = shop.rules.put(
        [
            {"rule_id": "a", "action": "banner", "text": "x"},
            {"rule_id": "b", "action": "banner"},
            {"rule_id": "c", "action": "banner", "text": "x", "scenarios": ["serach"]},
            "no row",  # type: ignore[list-item]
        ]
    )
    assert [(each.status, each.field) for each in statuses] == [
        ("accepted", None),
        ("rejected", "text"),
        ("rejected", "scenarios"),
        ("rejected", None),
    ]
    assert "did you mean 'search'" in (statuses[2].reason or "")
    good = read_rule({"rule_id": "d", "action": "banner", "text": "x"}, where="test")
    bad = read_rule({"rule_id": "e", "action": "banner", "text": "x", "scenarios": ["no"]}, where="test")
    with pytest.raises(InputError):
        shop.rules.apply([good, bad])
    assert [each.rule.rule_id for each in shop.rules.all()] == ["a"]


def test_a_preview_shows_what_moves_and_stores_nothing(shop: Shop) -> None:
    put(shop, "stored", action="banner", text="x")
    draft = [
        read_rule({"rule_id": "p", "action": "pin", "items": ["kit-02", "nobody"]}, where="test"),
        read_rule({"rule_id": "stored", "action": "hide", "items": ["tea-01"]}, where="test"),
    ]
    shown = shop.rules.preview(draft, text="green tea", user="u01")
    assert [rule.rule_id for rule in shown.before.applied_rules] == ["stored"]
    assert [(rule.rule_id, rule.version) for rule in shown.after.applied_rules] == [("stored", 0), ("p", 0)]
    moves = {move.item_id: (move.before, move.after) for move in shown.moved}
    assert moves["kit-02"] == (None, 0)
    assert moves["tea-01"][1] is None
    assert shown.left_out == {"p": ("nobody",)}
    assert shown.warnings["p"] == ["not in the catalogue: nobody"]
    assert ids(shop.search("green tea")) == ids(shown.before)
    assert shop.records.scan(HISTORY)[0][0] == "stored"
    assert [each.rule.action for each in shop.rules.all()] == ["banner"]


FILES = {
    "half.toml": ('[[rules]]\nrule_id = "a"\naction = "ban', "half.toml: .*line 3"),
    "wrong.toml": ('[[rules]]\nrule_id="a"\naction="banner"\ntext="x"\n\n[[rules]]\nrule_id="b"\n', "line 6: 'action'"),
    "key.toml": ('[[rule]]\nrule_id = "a"\n', "unknown table: 'rule'.*did you mean 'rules'"),
    "plain.toml": ('rules = "a"\n', "written as tables"),
    "twice.toml": ('[[rules]]\nrule_id="a"\naction="banner"\ntext="x"\n' * 2, "line 5: rule 'a' is there twice"),
    "empty.toml": ("", "no rules and no words"),
    "words.toml": ('[[words]]\nkind = "two_way"\nwords = ["sofa"]\n', "line 1: two_way needs"),
    "stamp.toml": ('[[words]]\nkind = "stop_word"\nwords = ["x"]\nkey = "@stamp"\n', "line 1: a key may not begin"),
    "half.ndjson": ('{"rule_id":"a","action":"banner","text":"x"}\n{"rule_id":', "half.ndjson line 2: not JSON"),
    "list.ndjson": ("[]\n", "line 1: a JSON object"),
    "field.ndjson": ('\n{"rule_id":"a","action":"banner","txt":"x"}\n', "line 2: unknown field: 'txt'.*did you mean"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_half_written_or_wrong_says_where(tmp_path: Path, name: str) -> None:
    content, says = FILES[name]
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(InputError, match=says):
        read_file(tmp_path / name)


def test_a_file_holds_rules_and_words_in_toml_and_ndjson(tmp_path: Path) -> None:
    toml = tmp_path / "spring.toml"
    toml.write_text(
        '[[rules]]\nrule_id = "a"\naction = "banner"\ntext = "春茶"\nfrom = 2026-03-01T00:00:00Z\n'
        '[[words]]\nkind = "two_way"\nwords = ["sofa", "couch"]\n',
        "utf-8",
    )
    found = read_file(toml)
    assert (found.rules[0].text, found.rules[0].from_ms, found.words[0].kind) == ("春茶", 1_772_323_200_000, "two_way")
    lines = tmp_path / "spring.ndjson"
    lines.write_text(
        '{"rule_id":"a","action":"banner","text":"春茶","from":"2026-03-01T00:00:00Z"}\n\n'
        '{"kind":"two_way","words":["sofa","couch"]}\n',
        "utf-8",
    )
    assert read_file(lines) == found
    for wrong in (tmp_path / "nowhere.toml", tmp_path):
        with pytest.raises(NotFoundError):
            read_file(wrong)
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="UTF-8"):
        read_file(tmp_path / "bytes.toml")


def test_words_are_written_listed_and_removed(shop: Shop) -> None:
    statuses = shop.lexicon.put(
        [
            {"kind": "two_way", "words": ["brew", "tea"]},
            {"kind": "stop_word", "words": []},
            {"kind": "correction", "words": ["绿查"], "to": "绿茶"},
        ],
        by="mia",
    )
    assert [status.status for status in statuses] == ["accepted", "rejected", "accepted"]
    assert {(each.kind, each.author) for each in shop.lexicon.all()} == {("two_way", "mia"), ("correction", "mia")}
    shop.lexicon.remove(str(statuses[0].id))
    assert [each.kind for each in shop.lexicon.all()] == ["correction"]
    with pytest.raises(NotFoundError):
        shop.lexicon.remove("nothing")


def test_training_judges_what_is_found_without_the_hand_of_rules(shop: Shop) -> None:
    before = shop._answering.found("green tea", 5).tolist()
    put(shop, action="pin", items=["kit-02"])
    put(shop, "h", action="hide", items=["tea-01"])
    assert shop._answering.found("green tea", 5).tolist() == before


def test_rules_may_change_while_many_search(shop: Shop) -> None:
    stop = threading.Event()
    seen: set[int] = set()

    def search() -> None:
        while not stop.is_set():
            seen.update(rule.version for rule in shop.search("tea").applied_rules)

    with ThreadPoolExecutor(3) as threads:
        searching = [threads.submit(search) for _ in range(3)]
        try:
            for at in range(1_000):
                put(shop, action="pin", items=["kit-02"], note=str(at))
                assert shop.search("tea").applied_rules[0].version == at + 1
                if at >= 25 and len(seen) > 1:
                    break
        finally:
            stop.set()
        for each in searching:
            each.result()
    assert len(seen) > 1


def test_many_contradictory_rules_still_answer(shop: Shop) -> None:
    rows: list[dict[str, object]] = []
    for at, action in enumerate(("pin", "hide", "boost", "bury") * 20):
        rows.append({"rule_id": f"r{at}", "action": action, "items": [f"tea-0{1 + at % 9}", f"kit-0{1 + at % 7}"]})
    assert {status.status for status in shop.rules.put(rows)} == {"accepted"}
    slate = shop.search("tea")
    hidden = {item for rule in slate.applied_rules if rule.action == "hide" for item in rule.items}
    assert not hidden & set(ids(slate))
    assert len(set(ids(slate))) == len(ids(slate))
