from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopmind.domain import Candidates
from shopmind.kit.errors import InputError
from shopmind.pipeline.exploration import Choice, Exploration
from shopmind.pipeline.rules import Rule, RuleVersion, read_rule, rule_row
from shopmind.pipeline.rules.capping import capped
from shopmind.pipeline.rules.ruling import Cap


def rule(**row: object) -> Rule:
    return read_rule({"rule_id": "c", "action": "cap", **row}, where="test")


def cap(groups: str, most: int, first: int, name: str = "c") -> Cap:
    """`groups` has one letter for each item from number 1 on; "." is in none."""
    codes = np.array([-1, *(-1 if letter == "." else ord(letter) - 97 for letter in groups)], np.int32)
    return Cap(RuleVersion(rule(rule_id=name, by="brand", most=most, first=first)), codes)


def ranked(size: int) -> Candidates:
    scores = np.arange(size, 0, -1).astype(np.float32)
    return Candidates(np.arange(1, size + 1), {"x": scores}, scores)


def order(groups: str, *caps: Cap, fixed: frozenset[int] = frozenset()) -> str:
    found, _ = capped(ranked(len(groups)), caps, fixed)
    return "".join(groups[item - 1] for item in found.items.tolist())


def test_what_is_above_the_cap_moves_behind_the_first_places_worked_by_hand() -> None:
    found, moved = capped(ranked(7), [cap("aaabacd", 1, 4)], frozenset())
    assert found.items.tolist() == [1, 4, 6, 7, 2, 3, 5]  # one a, then b, c, d; the other three follow in their order
    assert moved == {"c": [2, 3]}  # item 5 stood behind the first four places already
    np.testing.assert_array_equal(found.scores, [7, 4, 2, 1, 6, 5, 3])


def test_a_cap_hides_nothing_where_too_few_others_are_left() -> None:
    assert order("aaab", cap("aaab", 1, 4)) == "abaa"
    assert order("aaa", cap("aaa", 1, 3)) == "aaa"
    assert capped(ranked(0), [cap("", 1, 3)], frozenset())[0].items.tolist() == []


def test_none_at_all_may_be_asked_of_the_first_places() -> None:
    assert order("aabbc", cap("aa...", 0, 2)) == "bbaac"


def test_caps_of_several_lengths_hold_together() -> None:
    groups = "aaaabbbbcd"
    found = order(groups, cap(groups, 1, 2, "short"), cap(groups, 2, 6, "long"))
    assert found[:2] == "ab"
    assert found[:6] == "abaabc" or max(found[:6].count(letter) for letter in "abcd") <= 2
    assert sorted(found) == sorted(groups)


def test_pinned_rows_stay_and_count() -> None:
    groups = "abaac"
    assert order(groups, cap(groups, 1, 3), fixed=frozenset({2})) == "bcaaa"[:5]
    found, _ = capped(ranked(5), [cap(groups, 1, 3)], frozenset({2}))
    assert found.items.tolist()[2] == 3


def test_an_item_beyond_the_picture_is_in_no_group() -> None:
    assert capped(ranked(4), [cap("aa", 1, 3)], frozenset())[0].items.tolist() == [1, 3, 4, 2]


@given(
    st.text("abc.", max_size=14),
    st.integers(0, 3),
    st.integers(1, 10),
    st.integers(0, 3),
    st.integers(1, 10),
    st.sets(st.integers(0, 13), max_size=4),
)
def test_no_cap_is_broken_while_anything_else_could_stand_there(
    groups: str, most: int, first: int, most2: int, first2: int, pinned: set[int]
) -> None:
    caps = [
        cap(groups, min(m, f - 1), f, name) for name, m, f in (("one", most, first), ("two", most2, first2)) if f > 0
    ]
    fixed = frozenset(row for row in pinned if row < len(groups))
    found, moved = capped(ranked(len(groups)), caps, fixed)
    there = found.items.tolist()
    assert sorted(there) == list(range(1, len(groups) + 1))
    assert all(there[row] == row + 1 for row in fixed)
    loose = [item for item in there if item - 1 not in fixed]
    for each in caps:
        limit, places = each.by.rule.most, min(each.by.rule.first, len(there))
        pinned_of = [each.groups[row + 1] for row in fixed if row < places]
        for at in range(places):
            group = each.groups[there[at]]
            if at in fixed or group < 0:
                continue
            seen = sum(each.groups[item] == group for item in there[: at + 1])
            ahead = sum(code == group for row, code in zip(sorted(fixed), pinned_of, strict=False) if row > at)
            if seen + ahead > limit:  # then nothing that comes later would have broken no cap
                later = [item for item in loose if there.index(item) > at]
                assert all(_breaks(item, there[:at], caps, fixed, at) for item in later)
    assert set(moved) <= {"one", "two"}


def _breaks(item: int, before: list[int], caps: list[Cap], fixed: frozenset[int], at: int) -> bool:
    for each in caps:
        group = each.groups[item]
        if group < 0 or at >= each.by.rule.first:
            continue
        ahead = sum(each.groups[row + 1] == group for row in fixed if at < row < each.by.rule.first)
        if sum(each.groups[other] == group for other in before) + ahead >= each.by.rule.most:
            return True
    return False


def test_a_cap_is_a_row_like_any_other() -> None:
    row = {"rule_id": "c", "action": "cap", "by": "brand", "most": 2, "first": 5, "filter": "price < 9"}
    assert rule_row(read_rule(row, where="test")) == row


@pytest.mark.parametrize(
    ("row", "field", "says"),
    [
        ({}, "items", 'by = "brand"'),
        ({"by": "brand", "most": 10}, "most", "below `first`"),
        ({"by": "brand", "most": -1}, "most", "0..9"),
        ({"by": "brand", "first": 0}, "first", "1..200"),
        ({"by": "brand name"}, "by", "column"),
        ({"by": "brand", "strength": 2.5}, "strength", "belongs to"),
        ({"action": "pin", "items": ["a"], "most": 3}, "most", "belongs to cap"),
    ],
)
def test_a_wrong_cap_is_refused_with_its_field(row: dict[str, object], field: str, says: str) -> None:
    with pytest.raises(InputError, match="test") as caught:
        rule(**row)
    assert caught.value.field == field
    assert says in caught.value.message


def test_what_a_cap_moved_is_no_longer_a_draw_of_known_chance() -> None:
    drawn = Exploration("thompson", (Choice(7, 2, 0.3, True), Choice(8, 4, 0.5, True)), {7: 0.3, 8: 0.5})
    after = drawn.without([7, 9])
    assert [each.item for each in after.choices] == [8]
    assert after.propensities == {7: None, 8: 0.5, 9: None}
