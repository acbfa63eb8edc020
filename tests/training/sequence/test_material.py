from __future__ import annotations

import numpy as np
import pytest

from shopmind.domain import Item
from shopmind.kit.errors import NotReadyError
from shopmind.training.recipe import Tables
from shopmind.training.sequence.material import _cut, gather
from shopmind.training.sequence_model import gap_buckets, padded, trait_keys


def test_the_held_step_is_no_target(shop_with_a_rule: Tables) -> None:
    material = gather(shop_with_a_rule, least=200, judges=10_000, seed=0)
    assert len(material.held_starts) - 1 <= 240
    assert np.diff(material.starts).max() == 5  # of six steps the last is held
    assert material.weights[material.starts[:-1]].max() == 0
    assert len(material.numbers) == 48
    assert material.text.shape == (48, 16)
    assert not material.text[47].any()
    lengths = np.linalg.norm(material.text[:47], axis=1)
    np.testing.assert_allclose(lengths, 1, rtol=1e-5)


def test_traits_that_all_items_have_tell_nothing(shop_with_a_rule: Tables) -> None:
    material = gather(shop_with_a_rule, least=200, judges=10_000, seed=0)
    assert len(material.keys) == 4 + 3  # four aisles, three tags; "all" is left out
    assert set(np.diff(material.trait_starts).tolist()) == {2}


def test_few_users_are_not_enough(shop_with_a_rule: Tables) -> None:
    with pytest.raises(NotReadyError, match="240 users with two events or more; 1000 are needed"):
        gather(shop_with_a_rule, least=1_000, judges=10, seed=0)


def test_every_event_of_a_long_history_is_a_target_once() -> None:
    for n in (1, 2, 30, 51, 52, 75, 76, 120, 126):
        counted = [place for start, stop, first in _cut(10, 10 + n) for place in range(first, stop)]
        assert sorted(counted) == list(range(11, 10 + n)), n
        assert all(stop - start <= 51 for start, stop, _ in _cut(10, 10 + n))
    newest = list(_cut(0, 1_000))
    assert len(newest) == 4
    assert newest[0][1] == 1_000


def test_gaps_are_logarithms_of_minutes_and_never_cross_users() -> None:
    minute = 60_000
    times = np.array([0, minute, 4 * minute, 10**12, 10**12], np.int64)
    assert gap_buckets(times, np.array([0, 3, 3, 5])).tolist() == [0, 1, 2, 0, 0]


def test_short_histories_are_filled_up_with_their_last_event() -> None:
    places, lengths = padded(np.array([0, 2, 5]), np.array([1, 0]))
    assert places.tolist() == [[2, 3, 4], [0, 1, 1]]
    assert lengths.tolist() == [3, 2]


def test_a_list_has_a_key_for_every_value() -> None:
    both = trait_keys(Item("a", attributes={"tags": "red; blue"}))
    assert len(both) == 2
    assert set(trait_keys(Item("b", attributes={"tags": "blue"})).tolist()) < set(both.tolist())
