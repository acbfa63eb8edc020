"""Baselines: each one worked by hand on a log small enough to read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from shopmind.evaluation.baskets import Baskets, baskets_of
from shopmind.evaluation.neighbours import (
    ItemNeighbours,
    TimedFrequencyNeighbours,
    similarities,
    timed_frequency,
)
from shopmind.evaluation.systems import Material, PersonalFrequency, PersonalThenPopular, Popularity, Random, System
from shopmind.kit.clock import DAY_MS

from .conftest import make_table

MakeTable = Callable[..., pl.DataFrame]
SIZE = 8

# User 1 buys {1, 2}, {1}, {1, 3}; user 2 buys {2, 4}, {4}; user 3 buys {5}.
LOG = [
    (1, 1, 0, 1), (1, 2, 0, 1), (1, 1, 5, 2), (1, 1, 9, 3), (1, 3, 9, 3),
    (2, 2, 0, 4), (2, 4, 0, 4), (2, 4, 9, 5),
    (3, 5, 0, 6),
]  # fmt: skip


def held(rows: list[tuple[int, int, float, int]] = LOG, users: tuple[int, ...] = (1, 2, 3)) -> Baskets:
    table = make_table(rows).with_columns(row=pl.col("user") - 1)
    return baskets_of(table, "row", np.array(users), ("purchase",), SIZE)


@pytest.fixture
def material() -> Material:
    allowed = np.array([False] + [True] * 6 + [False])
    return Material(held(), held(), allowed, np.arange(SIZE, 0, -1).astype(np.uint64), 10 * DAY_MS)


def test_baskets_are_ranked_from_the_newest_and_count_an_item_once() -> None:
    baskets = held([*LOG, (1, 3, 9, 3)])
    first = baskets.rows == 0
    assert baskets.items[first].tolist() == [1, 2, 1, 1, 3]
    assert baskets.ranks[first].tolist() == [2, 2, 1, 0, 0]
    assert baskets.counts.tolist() == [3, 2, 1]
    assert baskets.baskets.max() == 5


def test_events_of_other_types_and_items_outside_are_left_out(table: MakeTable) -> None:
    rows = table([(1, 1, 0, 1), (1, 2, 0, 1), (1, 99, 0, 1)], ["purchase", "return", "purchase"])
    baskets = baskets_of(rows.with_columns(row=pl.lit(0)), "row", np.array([1]), ("purchase",), SIZE)
    assert baskets.items.tolist() == [1]


def test_popularity_counts_baskets_of_the_window_and_older_ones_decide_between_equals(material: Material) -> None:
    # In the last 5 days: 1 twice (days 5 and 9), 3 and 4 once; of those 4 is in two baskets ever, 3 in one.
    assert Popularity(material, 5).order[:3].tolist() == [1, 4, 3]


def test_equal_items_are_ordered_by_hash_and_items_not_allowed_are_never_shown(material: Material) -> None:
    order = Popularity(material, 100).order.tolist()
    assert order == [1, 4, 2, 5, 3, 6], "2 and 4, and 5 and 3, are equal; the smaller hash comes first"
    assert 7 not in order


def test_personal_frequency_shows_only_what_the_user_had(material: Material) -> None:
    assert PersonalFrequency(material).rank(3).tolist() == [[1, 3, 2], [4, 2, -1], [5, -1, -1]]


def test_empty_places_are_filled_by_popularity_without_repeats(material: Material) -> None:
    assert PersonalThenPopular(material, 5).rank(3).tolist() == [[1, 3, 2], [4, 2, 1], [5, 1, 4]]


def test_without_history_nothing_the_user_had_is_shown(material: Material) -> None:
    assert PersonalFrequency(material).rank(2, without_history=True).tolist() == [[-1, -1]] * 3
    assert Popularity(material, 5).rank(2, without_history=True).tolist() == [[4, 5], [1, 3], [1, 4]]
    for row, had in zip(Random(material).rank(6, without_history=True), ({1, 2, 3}, {2, 4}, {5}), strict=True):
        shown = {int(item) for item in row if item >= 0}
        assert shown == {1, 2, 3, 4, 5, 6} - had


def test_random_is_a_permutation_that_follows_the_seed(material: Material) -> None:
    first = Random(material).rank(6)
    assert (first == Random(material).rank(6)).all()
    assert all(sorted(row) == [1, 2, 3, 4, 5, 6] for row in first.tolist())
    other = Material(material.known, material.asked, material.allowed, material.tie, material.now_ms, seed=1)
    assert (first != Random(other).rank(6)).any()


def test_similarity_worked_by_hand() -> None:
    # Baskets: {1,2} {1} {1,3} {2,4} {4} {5}. c1 = 3, c2 = 2, c3 = 1, c12 = c13 = c24 = 1.
    sim = similarities(held(), neighbours=5, shrink=1.0, block=2).toarray()
    assert sim[1, 2] == pytest.approx(1 / np.sqrt(6) / 2)
    assert sim[1, 3] == pytest.approx(1 / np.sqrt(3) / 2)
    assert sim[2, 4] == pytest.approx(1 / 2 / 2)
    assert sim[1, 1] == 0.0
    assert sim[5].sum() == 0.0
    only = similarities(held(), neighbours=1, shrink=1.0).toarray()
    assert (only[1] > 0).tolist() == [False, False, False, True, False, False, False, False]


def test_baskets_of_one_item_are_joined_to_the_users_whole_history() -> None:
    single = held([(1, 1, 0, 1), (1, 2, 1, 2), (2, 1, 0, 3)])
    assert similarities(single, 5, 0.0).toarray()[1, 2] == pytest.approx(1 / np.sqrt(2))


def test_item_neighbours_weigh_newer_baskets_more(material: Material) -> None:
    system = ItemNeighbours(material, shrink=1.0, half_life=1.0)
    # User 2 has 4 in the newest and 2 in the older basket, which has 4 too: w4 = 1 + 1/2, w2 = 1/2.
    scores = system.scores(slice(1, 2)).toarray()[0]
    assert scores[1] == pytest.approx(0.5 / np.sqrt(6) / 2)
    assert scores[2] == pytest.approx(1.5 / 2 / 2)
    itself = ItemNeighbours(material, shrink=1.0, half_life=1.0, itself=1.0).scores(slice(1, 2)).toarray()[0]
    assert itself[4] == pytest.approx(1.5 + 0.5 / 2 / 2)


def test_timed_frequency_worked_by_hand() -> None:
    # User 1, groups of 2 from the newest: [{1,3}, {1}] and [{1,2}]; within .5, between .25.
    vector = timed_frequency(held(), group=2, within=0.5, between=0.25).toarray()[0]
    newest = np.array([0, 1 + 0.5, 0, 1, 0, 0, 0, 0]) / 2
    oldest = np.array([0, 1, 1, 0, 0, 0, 0, 0]) / 1
    assert vector == pytest.approx((newest + 0.25 * oldest) / 2)


def test_the_nearest_user_lends_his_items_and_nobody_is_his_own_neighbour(material: Material) -> None:
    system = TimedFrequencyNeighbours(material, group=1, within=1.0, between=1.0, neighbours=1, alpha=0.5)
    # Vectors are (3/3, 1/3, 1/3), (1/2 of item 2, 1 of item 4), (1 of item 5). Squared distances: 1–2: 1 + (1/6)² +
    # (1/3)² + 1 = 2.14; 1–3: 1 + 2/9 + 1 = 2.22; 2–3: 2.25.
    scores = system.scores(slice(0, 3)).toarray()
    assert scores[0] == pytest.approx([0, 0.5, 1 / 6 + 0.25, 1 / 6, 0.5, 0, 0, 0])
    assert scores[1] == pytest.approx([0, 0.5, 0.25 + 1 / 6, 1 / 6, 0.5, 0, 0, 0])
    assert scores[2] == pytest.approx([0, 0.5, 1 / 6, 1 / 6, 0, 0.5, 0, 0])


def test_fewer_users_than_neighbours_are_averaged_over_those_there_are(material: Material) -> None:
    few = TimedFrequencyNeighbours(material, group=1, within=1.0, between=1.0, neighbours=99, alpha=0.0)
    assert few.scores(slice(2, 3)).toarray()[0] == pytest.approx([0, 0.5, (1 / 3 + 1 / 2) / 2, 1 / 6, 0.5, 0, 0, 0])


@pytest.mark.parametrize(
    "system", [Random, Popularity, PersonalFrequency, PersonalThenPopular, ItemNeighbours, TimedFrequencyNeighbours]
)
def test_every_system_shows_allowed_items_once_and_does_not_depend_on_blocks(
    system: type[System], material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = system(material).rank(5)
    for row in whole.tolist():
        shown = [item for item in row if item >= 0]
        assert len(shown) == len(set(shown))
        assert all(material.allowed[item] for item in shown)
    monkeypatch.setattr("shopmind.evaluation.systems.BLOCK", 1)
    assert (system(material).rank(5) == whole).all()


def test_a_shop_without_known_events_is_ranked_without_failing() -> None:
    nobody = held([(9, 1, 0, 1)], users=())
    asked = held()
    empty = Material(nobody, asked, np.ones(SIZE, np.bool_), np.arange(SIZE).astype(np.uint64), DAY_MS)
    for system in (Popularity, ItemNeighbours, TimedFrequencyNeighbours):
        assert system(empty).rank(2).shape == (3, 2)
