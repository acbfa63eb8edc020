from __future__ import annotations

from collections import Counter
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopmind.shop import interleaving
from shopmind.shop.interleaving import propensities, team_draft

LISTS = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=6)


def drafts(first: list[str], second: list[str], n: int, count: int = 400) -> list[list[tuple[int, str]]]:
    return [team_draft(first, second, f"coin {i}", n) for i in range(count)]


def test_a_draft_worked_by_hand() -> None:
    """a b c against b d a. The first picks: a then b, or b then a; the second round c against d, in either order."""
    found = {tuple(each) for each in drafts(list("abc"), list("bda"), 4)}
    first = [((0, "a"), (1, "b")), ((1, "b"), (0, "a"))]
    second = [((0, "c"), (1, "d")), ((1, "d"), (0, "c"))]
    assert found == {one + two for one, two in product(first, second)}


@given(LISTS, LISTS)
@settings(max_examples=60, deadline=None)
def test_a_draft_has_each_item_once_and_teams_pick_in_turn(first: list[str], second: list[str]) -> None:
    for picks in drafts(first, second, 10, 5):
        items = [item for _, item in picks]
        assert len(items) == len(set(items))
        assert set(items) == set(first) | set(second)
        for team, items_of in ((0, first), (1, second)):
            own = [item for by, item in picks if by == team]
            assert own == sorted(own, key=items_of.index)


@given(LISTS, LISTS, st.integers(1, 7))
@settings(max_examples=40, deadline=None)
def test_a_propensity_is_how_often_the_item_stands_there(first: list[str], second: list[str], n: int) -> None:
    many = drafts(first, second, n)
    seen: Counter[tuple[int, str]] = Counter((place, item) for picks in many for place, (_, item) in enumerate(picks))
    for picks in many[:3]:
        told = propensities(first, second, picks)
        for place, (chance, (_, item)) in enumerate(zip(told, picks, strict=True)):
            assert chance is not None
            assert abs(seen[place, item] / len(many) - chance) < 0.13


def test_where_there_are_too_many_drafts_the_propensity_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interleaving, "MOST_DRAFTS", 1)
    first, second = list("abcdef"), list("bacfde")
    told = propensities(first, second, team_draft(first, second, "x", 6))
    assert told[0] == 0.5
    assert told[-1] is None
