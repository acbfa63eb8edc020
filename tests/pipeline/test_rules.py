from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopmind.domain import Candidates, User
from shopmind.kit.errors import InputError
from shopmind.pipeline.rules import Rule, RuleVersion, read_rule, rule_row
from shopmind.pipeline.rules.apply import pinned, pushed
from shopmind.pipeline.rules.book import Ruleset
from shopmind.pipeline.rules.contradictions import contradictions
from shopmind.pipeline.rules.ruling import Pin, Push
from shopmind.pipeline.rules.segment import belongs
from shopmind.pipeline.rules.words import meets, phrase

EVERYTHING = {
    "rule_id": "tea-week",
    "action": "boost",
    "items": ["tea-01"],
    "filter": 'brand = "Quiet Hill"',
    "strength": 4.0,
    "scenarios": ["search"],
    "query": ["green tea", "绿茶"],
    "match": "starts",
    "segment": 'city = "Leeds"',
    "language": "en",
    "priority": 3,
    "enabled": False,
    "note": "spring",
    "from": "2026-03-01T00:00:00Z",
    "until": "2026-04-01T00:00:00Z",
}


def rule(**row: object) -> Rule:
    return read_rule({"rule_id": "r", **row}, where="test")


def items(*numbers: int, size: int = 12) -> np.ndarray:
    mask = np.zeros(size, np.bool_)
    mask[list(numbers)] = True
    return mask


def ranked(*scores: float) -> Candidates:
    numbers = np.arange(1, len(scores) + 1, dtype=np.int64)
    column = np.array(scores, np.float32)
    return Candidates(numbers, {"lexical": column}, column, {"lexical": column})


def test_a_row_goes_in_and_the_same_row_comes_out() -> None:
    assert rule_row(read_rule(EVERYTHING, where="test")) == EVERYTHING
    assert rule_row(rule(action="banner", text="hello", url=None)) == {
        "rule_id": "r",
        "action": "banner",
        "text": "hello",
    }


@pytest.mark.parametrize(
    ("row", "field", "says"),
    [
        ({"action": "pinn", "items": ["a"]}, "action", "pin"),
        ({"items": ["a"]}, "action", "required"),
        ({"rule_id": "a b", "action": "hide", "items": ["a"]}, "rule_id", "letters"),
        ({"action": "pin", "items": ["a"], "wher": "x"}, "wher", "unknown field"),
        ({"action": "pin"}, "items", "needs items"),
        ({"action": "hide", "strength": 3, "items": ["a"]}, "strength", "belongs to boost, bury"),
        ({"action": "boost", "items": ["a"], "strength": 80}, "strength", "1..8"),
        ({"action": "boost", "items": ["a"], "strength": "x"}, "strength", "float"),
        ({"action": "bury", "filter": "price <"}, "filter", "expected"),
        ({"action": "pin", "items": ["a"], "place": 0}, "place", "1..200"),
        ({"action": "redirect", "url": "javascript:alert(1)", "query": ["tea"]}, "url", "address"),
        ({"action": "redirect", "url": "//elsewhere.example", "query": ["tea"]}, "url", "address"),
        ({"action": "redirect", "url": "/tea"}, "query", "every visitor"),
        ({"action": "banner", "text": " "}, "text", "banner"),
        ({"action": "banner", "text": "x", "query": ["😀"]}, "query", "no words"),
        ({"action": "banner", "text": "x", "segment": "city ="}, "segment", "expected"),
        ({"action": "banner", "text": "x", "language": "english"}, "language", "code"),
        ({"action": "banner", "text": "x", "from": "soon"}, "from", "RFC 3339"),
        ({"action": "banner", "text": "x", "from": "2026-02-01", "until": "2026-02-01"}, "until", "after"),
    ],
)
def test_a_wrong_row_is_refused_with_its_field(row: dict[str, object], field: str, says: str) -> None:
    with pytest.raises(InputError, match="test") as caught:
        rule(**row)
    assert caught.value.field == field
    assert says in caught.value.message


@pytest.mark.parametrize(
    ("query", "wanted", "match", "met"),
    [
        ("Green Teas", "green tea", "exact", True),
        ("the green tea", "green tea", "exact", True),
        ("green tea cups", "green tea", "exact", False),
        ("green tea cups", "green tea", "starts", True),
        ("cups for green tea", "green tea", "starts", False),
        ("tea, green", "green tea", "all", True),
        ("tea pots", "green tea", "all", False),
        ("t shirt", "T-Shirts", "all", False),
        ("t-shirt men", "T-Shirts", "all", True),
        ("买绿茶杯子", "绿茶", "all", True),
        ("绿茶", "綠茶", "exact", False),
        ("龙井绿茶礼盒", "龙井", "starts", True),
        ("礼盒龙井", "龙井", "starts", False),
        ("紫砂茶杯套装", "茶", "all", True),
        ("不锈钢保温杯", "不锈钢", "starts", True),
        ("红茶", "绿茶", "all", False),
        ("", "tea", "all", False),
        ("😀", "tea", "exact", False),
    ],
)
def test_a_phrase_is_met_after_analysis(query: str, wanted: str, match: str, met: bool) -> None:
    assert meets(phrase(query), phrase(wanted), match) is met  # type: ignore[arg-type]


def test_a_query_is_only_held_against_rules_that_share_a_word() -> None:
    rules = [RuleVersion(rule(action="banner", text="x", rule_id=f"r{i}", query=[f"word{i} tea"])) for i in range(20)]
    everywhere = RuleVersion(rule(action="banner", text="x", rule_id="all"))
    chinese = RuleVersion(rule(action="banner", text="x", rule_id="zh", query=["绿茶"]))
    ruleset = Ruleset.of([*rules, everywhere, chinese])
    near = [each.rule.rule_id for each in ruleset.near([phrase("word7 tea")])]
    assert near == ["all", "r7"]
    alike = Ruleset.of([RuleVersion(rule(action="banner", text="x", query=["女同款"]))])
    assert len(alike.near([phrase("轻薄羽绒服男女同款")])) == 1  # no token of the phrase's beginning is in the query
    assert [each.rule.rule_id for each in ruleset.near([phrase("买绿茶杯子")])] == ["all", "zh"]


def test_rules_come_in_the_order_in_which_they_win_and_disabled_ones_not_at_all() -> None:
    rows = [("b", 0, True), ("a", 0, True), ("c", 5, True), ("d", 9, False)]
    rules = [
        RuleVersion(rule(action="banner", text="x", rule_id=name, priority=priority, enabled=enabled))
        for name, priority, enabled in rows
    ]
    assert [each.rule.rule_id for each in Ruleset.of(rules).rules] == ["c", "a", "b"]


def test_a_segment_is_of_known_users_who_do_not_refuse() -> None:
    leeds = User("p1", attributes={"city": "Leeds", "age": 41, "vip": True})
    assert belongs(leeds, 'city = "leeds" and age >= 40 and vip = true')
    assert belongs(leeds, 'city in ("Porto", "Leeds") and tier != "gold"')
    assert not belongs(leeds, "tier < 3")
    assert not belongs(leeds, 'not city = "Leeds"')
    assert not belongs(leeds, 'age = "41"')
    assert not belongs(None, 'not city = "Leeds"')
    assert not belongs(User("p2", attributes={"city": "Leeds"}, consent={"personalise": False}), 'city = "Leeds"')


def test_a_boost_moves_by_its_share_of_the_distance_worked_by_hand() -> None:
    by = RuleVersion(rule(action="boost", items=["a"]))
    after = pushed(ranked(1.0, 0.8, 0.4, 0.0), [Push(by, items(3), 1.0)])  # a boost of 2: log2(2) / 3 of the span of 1
    np.testing.assert_allclose(after.scores, [1.0, 0.8, 0.4 + 1 / 3, 0.0], atol=1e-6)
    np.testing.assert_allclose(after.contributions["rules"], [0, 0, 1 / 3, 0], atol=1e-6)
    np.testing.assert_allclose(after.columns["rules"], [np.nan, np.nan, 1 / 3, np.nan], atol=1e-6)


def test_strengths_multiply_and_are_capped() -> None:
    boost, bury = RuleVersion(rule(action="boost", items=["a"])), RuleVersion(rule(action="bury", items=["a"]))
    negative = ranked(-1.0, -2.0, -3.0)
    both = pushed(negative, [Push(boost, items(2), 2.0), Push(bury, items(2), -2.0)])
    np.testing.assert_allclose(both.scores, negative.scores)
    most = pushed(negative, [Push(boost, items(3), 3.0), Push(boost, items(3), 3.0)])
    np.testing.assert_allclose(
        most.scores, [-1.0, -2.0, -1.0]
    )  # the worst beside the best, however often it is boosted
    least = pushed(negative, [Push(bury, items(1), -3.0)])
    np.testing.assert_allclose(least.scores, [-3.0, -2.0, -3.0])


def test_equal_scores_can_be_boosted_and_unknown_ones_stay_unknown() -> None:
    boost = RuleVersion(rule(action="boost", items=["a"]))
    after = pushed(ranked(0.0, 0.0, np.nan), [Push(boost, items(2, 3), 3.0)])
    np.testing.assert_allclose(after.scores, [0.0, 1.0, np.nan])
    assert pushed(ranked(), [Push(boost, items(2), 3.0)]).scores.shape == (0,)
    untouched = ranked(1.0, 2.0)
    assert pushed(untouched, [Push(boost, items(9), 3.0)]) is untouched


def pin(*at: tuple[int, int], name: str = "p") -> list[Pin]:
    by = RuleVersion(rule(action="pin", items=["a"], rule_id=name))
    return [Pin(by, place, item) for place, item in at]


def test_pins_take_their_places_and_the_others_close_up() -> None:
    after, placed = pinned(ranked(5, 4, 3, 2, 1), pin((0, 4), (2, 1)), items(*range(1, 10)))
    assert after.items.tolist() == [4, 2, 1, 3, 5]
    assert [(by.rule.rule_id, numbers) for by, numbers in placed] == [("p", [4, 1])]
    np.testing.assert_array_equal(after.columns["pinned"], [0, np.nan, 2, np.nan, np.nan])


def test_items_of_one_rule_follow_each_other_and_close_up_over_one_that_may_not_be_shown() -> None:
    pins = pin((0, 7), (0, 5), (0, 3))
    assert pinned(ranked(5, 4, 3, 2, 1), pins, items(1, 2, 3, 4, 5, 7))[0].items.tolist() == [7, 5, 3, 1, 2, 4]
    assert pinned(ranked(5, 4, 3, 2, 1), pins, items(1, 2, 3, 4, 7))[0].items.tolist() == [7, 3, 1, 2, 4, 5]


def test_an_item_that_nobody_brought_joins_without_a_score() -> None:
    after, _ = pinned(ranked(5, 4), pin((1, 9)), items(1, 2, 9))
    assert after.items.tolist() == [1, 9, 2]
    np.testing.assert_array_equal(after.scores, [5, np.nan, 4])
    np.testing.assert_array_equal(after.columns["lexical"], [5, np.nan, 4])
    nothing, _ = pinned(Candidates.empty(), pin((3, 9)), items(9))
    assert nothing.items.tolist() == [9]


def test_two_pins_for_one_place_or_of_one_item_are_settled_by_order() -> None:
    pins = [*pin((0, 2), (0, 3), name="first"), *pin((0, 4), (3, 2), name="second")]
    after, placed = pinned(ranked(5, 4, 3, 2, 1), pins, items(*range(1, 6)))
    assert after.items.tolist() == [2, 3, 4, 1, 5]
    assert [(by.rule.rule_id, numbers) for by, numbers in placed] == [("first", [2, 3]), ("second", [4])]


def test_pins_beyond_the_picture_or_the_end_do_no_harm() -> None:
    after, placed = pinned(ranked(5, 4), pin((0, 99), (50, 1)), items(1, 2))
    assert after.items.tolist() == [2, 1]
    assert len(placed) == 1
    unchanged = ranked(2, 1)
    assert pinned(unchanged, pin((0, 0), (0, 99)), items(1, 2)) == (unchanged, [])


@given(
    st.integers(0, 12),
    st.lists(st.tuples(st.integers(0, 15), st.integers(0, 20)), max_size=12),
    st.sets(st.integers(1, 18)),
)
def test_whatever_is_pinned_nothing_is_lost_or_twice(
    found: int, wanted: list[tuple[int, int]], shown: set[int]
) -> None:
    before = ranked(*range(found, 0, -1))
    after, placed = pinned(before, pin(*wanted), items(*shown, size=19))
    there = after.items.tolist()
    ones = [item for _, numbers in placed for item in numbers]
    assert len(set(there)) == len(there)
    assert set(there) == set(before.items.tolist()) | set(ones)
    assert set(ones) == {item for _, item in wanted if item in shown}
    assert [item for item in there if item not in ones] == [i for i in before.items.tolist() if i not in ones]
    assert len(after.scores) == len(after.columns["lexical"]) == len(after)


def test_contradictions_are_told_in_words() -> None:
    hide = rule(rule_id="h", action="hide", items=["tea-01"])
    first = rule(rule_id="a", action="pin", items=["tea-01"], query=["tea"])
    second = rule(rule_id="b", action="pin", items=["tea-02", "tea-01"], query=["green tea"], priority=1)
    told = contradictions([first], [hide, second])["a"]
    assert told == [
        "rule 'h' hides 'tea-01': the item stays hidden",
        "rule 'b' pins 'tea-01' too: 'b' places it",
        "rule 'b' pins to the same place: 'b' goes first, the other's items follow",
    ]
    up = rule(rule_id="u", action="boost", filter="price < 9", items=["x"])
    down = rule(rule_id="d", action="bury", items=["x"])
    assert "opposite" in contradictions([up, down], [])["u"][0]
    here = rule(rule_id="m", action="redirect", url="/a", query=["tea"])
    there = rule(rule_id="n", action="redirect", url="/b", query=["tea sets"])
    assert contradictions([here], [there]) == {"m": ["rule 'n' redirects the same query: 'm' leads"]}


def test_rules_that_never_meet_do_not_contradict() -> None:
    pins = {"action": "pin", "items": ["tea-01"]}
    apart = [
        ({"scenarios": ["home"]}, {"scenarios": ["search"]}),
        ({"language": "en"}, {"language": "zh"}),
        ({"until": "2026-01-01"}, {"from": "2026-01-01"}),
        ({"query": ["tea"], "match": "exact"}, {"query": ["coffee"], "match": "exact"}),
        ({"enabled": False}, {}),
    ]
    for one, other in apart:
        first, second = rule(rule_id="a", **pins, **one), rule(rule_id="b", **pins, **other)
        assert contradictions([first], [second]) == {}, one
