"""What was said of like items for like queries: worked by hand, and never of the query itself."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest

from shopmind.training import precedents
from shopmind.training.precedents import (
    DOUBT,
    ITEM_SHARPNESS,
    QUERY_SHARPNESS,
    Precedents,
    axes_of,
    named,
    reduced,
    remember,
)

WAYS = np.eye(3, dtype=np.float32)


def two_queries() -> Precedents:
    """ "tea" wants the first way and not the second; "lamp" wants the second."""
    return remember(
        ("tea", "lamp"),
        WAYS[:2],
        np.array([0, 0, 1]),
        WAYS[[0, 1, 1]],
        np.array([1.0, 0.0, 1.0]),
        np.ones(3),
        WAYS,
    )


def test_a_pair_is_told_by_the_pairs_of_near_queries_and_near_items() -> None:
    known = two_queries()
    # queries: usual cosine 0; items: three pairs of different rows, one of them equal, so 1/3
    assert known.usual == pytest.approx([0.0, 1 / 3])
    told = known.columns(WAYS[0], WAYS[:1])
    same, other = 1.0, exp(-ITEM_SHARPNESS * (1 - (0 - 1 / 3) / (1 - 1 / 3)))
    lamp = exp(-QUERY_SHARPNESS) * other
    total = same + other + lamp + DOUBT
    expected = (same * (1 - 2 / 3) + other * (0 - 2 / 3) + lamp * (1 - 2 / 3)) / total
    assert told["precedent"] == pytest.approx([expected], abs=1e-4)
    assert told["familiar_pair"] == pytest.approx([log(total / DOUBT)], abs=1e-4)
    assert told["familiar_query"] == pytest.approx([1.0])


def test_the_pairs_of_a_text_itself_do_not_count_when_it_is_left_out() -> None:
    known = two_queries()
    told = known.columns(WAYS[0], WAYS[1:2], without=named(" Tea"))
    assert told["familiar_query"] == pytest.approx([0.0])
    weight = exp(-QUERY_SHARPNESS)
    assert told["precedent"] == pytest.approx([weight / 3 / (weight + DOUBT)], abs=1e-3)


def test_nothing_known_says_nothing_for_and_nothing_against() -> None:
    known = two_queries()
    alone = remember(("tea",), WAYS[:1], np.array([0]), WAYS[:1], np.ones(1), np.ones(1), WAYS)
    told = alone.columns(WAYS[0], WAYS[:2], without=named("tea"))
    assert told["precedent"].tolist() == [0.0, 0.0]
    assert told["familiar_pair"].tolist() == [0.0, 0.0]
    assert np.isnan(told["familiar_query"]).all()
    unknown = known.columns(WAYS[0], np.full((1, 3), np.nan, np.float32))
    assert np.isnan(unknown["precedent"]).all()


def test_pairs_without_a_vector_are_left_out_and_the_surest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precedents, "EACH", 2)
    items = np.concatenate([WAYS, np.full((1, 3), np.nan, np.float32)])
    known = remember(
        ("a", "b"), WAYS[:2], np.array([1, 1, 1, 1]), items, np.arange(4) / 4, np.array([0.2, 0.9, 0.5, 1.0]), WAYS
    )
    assert known.starts.tolist() == [0, 0, 2]
    assert known.weights.tolist() == pytest.approx([0.9, 0.5])


def test_arrays_give_back_what_was_kept_and_hold_no_text() -> None:
    known = two_queries()
    arrays = known.arrays()
    again = Precedents.of(arrays)
    assert again is not None
    assert np.array_equal(again.columns(WAYS[0], WAYS)["precedent"], known.columns(WAYS[0], WAYS)["precedent"])
    assert all(array.dtype.kind in "iuf" for array in arrays.values())
    assert Precedents.of({}) is None


def test_few_axes_keep_the_products_of_vectors_that_lie_along_them() -> None:
    chance = np.random.default_rng(0)
    flat = reduced(chance.standard_normal((50, 2)).astype(np.float32), np.eye(2, dtype=np.float32))
    vectors = (flat @ np.linalg.qr(chance.standard_normal((8, 2)))[0].T).astype(np.float32)
    short = reduced(vectors, axes_of(vectors, 2))
    assert short.shape == (50, 2)
    assert short @ short.T == pytest.approx(vectors @ vectors.T, abs=1e-5)
