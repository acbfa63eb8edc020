from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopmind.pipeline.slots import Slots, dealt


def every_order(slots: Slots, size: int) -> list[tuple[float, np.ndarray]]:  # type: ignore[type-arg]
    """All that can happen, each with its probability, by trying all draws."""
    found = [(1 - slots.share, slots.order(size, None))]
    choices = [list(zip(rows.tolist(), p, strict=True)) for rows, p in zip(slots.arms, slots.chances, strict=True)]
    for drawn in itertools.product(*choices):
        chance = slots.share * float(np.prod([p for _, p in drawn]))
        found.append((chance, slots.order(size, [row for row, _ in drawn])))
    return found


@st.composite
def plans(draw: st.DrawFn) -> tuple[Slots, int]:
    head = draw(st.integers(1, 6))
    places = tuple(sorted(draw(st.sets(st.integers(0, head - 1), min_size=1, max_size=min(3, head)))))
    pool = draw(st.sets(st.integers(head, head + 8), min_size=len(places), max_size=7))
    arms, chances = [], []
    for slot, rows in enumerate(dealt(np.array(sorted(pool)), len(places))):
        with_incumbent = [head - len(places) + slot] if draw(st.booleans()) else []
        arms.append(np.array([*with_incumbent, *rows]))
        weights = np.array(draw(st.lists(st.floats(0.01, 1), min_size=len(arms[-1]), max_size=len(arms[-1]))))
        chances.append(weights / weights.sum())
    return Slots(places, head, draw(st.floats(0, 1)), tuple(arms), tuple(chances)), head + 10


@settings(max_examples=150, deadline=None)
@given(plans())
def test_every_place_of_every_order_has_the_probability_that_all_draws_together_give_it(
    plan: tuple[Slots, int],
) -> None:
    slots, size = plan
    whole = np.zeros((size, size))  # row, place
    orders = every_order(slots, size)
    for chance, order in orders:
        assert sorted(order.tolist()) == list(range(size))
        whole[order, np.arange(size)] += chance
    for chance, order in orders:
        if chance > 0:
            np.testing.assert_allclose(slots.probabilities(order), whole[order, np.arange(size)], atol=1e-12)
    np.testing.assert_allclose(whole.sum(axis=0), 1)
    np.testing.assert_allclose(whole.sum(axis=1), 1)


def test_a_drawn_item_is_put_in_and_the_last_of_the_head_takes_its_place() -> None:
    slots = Slots((1,), 4, 0.2, (np.array([3, 5, 6]),), (np.array([0.5, 0.4, 0.1]),))
    assert slots.order(8, None).tolist() == [0, 1, 2, 3, 4, 5, 6, 7]
    assert slots.order(8, [5]).tolist() == [0, 5, 1, 2, 4, 3, 6, 7]
    assert slots.order(8, [3]).tolist() == [0, 3, 1, 2, 4, 5, 6, 7]
    # 0.2: the request explores; 0.4, 0.1: the arms 5 and 6
    np.testing.assert_allclose(slots.probabilities(slots.order(8, [5])), [1, 0.08, 0.2, 0.2, 1, 0.08, 0.98, 1])
    np.testing.assert_allclose(slots.probabilities(slots.order(8, None)), [1, 0.8, 0.8, 0.8, 1, 0.92, 0.98, 1])


def test_where_the_slot_is_the_last_of_the_head_nothing_else_moves() -> None:
    slots = Slots((2,), 3, 1.0, (np.array([2, 3]),), (np.array([0.7, 0.3]),))
    np.testing.assert_allclose(slots.probabilities(slots.order(5, [2])), [1, 1, 0.7, 0.7, 1])
    np.testing.assert_allclose(slots.probabilities(slots.order(5, [3])), [1, 1, 0.3, 0.3, 1])


def test_a_shorter_page_has_the_same_probabilities() -> None:
    slots = Slots((1,), 4, 0.2, (np.array([3, 5, 6]),), (np.array([0.5, 0.4, 0.1]),))
    whole = slots.probabilities(slots.order(8, [5]))
    for n in range(9):
        np.testing.assert_array_equal(slots.probabilities(slots.order(8, [5])[:n]), whole[:n])


def test_a_pool_is_dealt_in_turn() -> None:
    assert [each.tolist() for each in dealt(np.array([10, 11, 12, 13, 14]), 2)] == [[10, 12, 14], [11, 13]]


def test_with_share_one_the_order_as_ranked_is_not_possible_any_more() -> None:
    slots = Slots((0,), 2, 1.0, (np.array([2, 3]),), (np.array([0.5, 0.5]),))
    assert slots.probabilities(slots.order(4, [2])) == pytest.approx([0.5, 1, 0.5, 0.5])
