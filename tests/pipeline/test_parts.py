from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pipeline.test_filter_language import Shelf

from shopmind.domain import EVENT_TYPES, Candidates, History, Query
from shopmind.pipeline.context import Context, best
from shopmind.pipeline.filters.blocked import Blocked
from shopmind.pipeline.filters.bought import Bought
from shopmind.pipeline.rankers.fusion import Fusion
from shopmind.pipeline.rerankers.diversity import Diversity
from shopmind.pipeline.rerankers.top import Top
from shopmind.pipeline.retrievers.viewed import Viewed

DAY_MS = 86_400_000
NO_TOOLS = None  # the parts of this file are made from their options alone


def history(*rows: tuple[str, int, int]) -> History:
    """Rows of (type, item, day)."""
    count = len(rows)
    return History(
        np.array([item for _, item, _ in rows], np.int64),
        np.array([EVENT_TYPES.index(kind) for kind, _, _ in rows], np.int8),  # type: ignore[arg-type]
        np.array([day * DAY_MS for _, _, day in rows], np.int64),
        np.ones(count, np.float32),
        np.arange(count, dtype=np.int64),
        np.arange(1, count + 1, dtype=np.int64),
    )


def context(did: History | None = None, now_day: int = 100) -> Context:
    shelf = Shelf()
    return Context(
        query=Query("home"),
        kinds=("product",),
        now_ms=now_day * DAY_MS,
        columns=shelf,
        load_history=lambda: did or History.empty(),
        anchors=np.empty(0, np.int64),
        encode=lambda text: np.zeros(2, np.float32),
        allowed=shelf.shown,
    )


def candidates(**columns: list[float]) -> Candidates:
    size = len(next(iter(columns.values())))
    return Candidates(
        np.arange(1, size + 1, dtype=np.int64), {name: np.array(c, np.float32) for name, c in columns.items()}
    )


def test_rank_fusion_by_hand() -> None:
    ranked = Fusion(Fusion.Options(weights={"b": 2.0}), NO_TOOLS).rank(
        context(), candidates(a=[9.0, 5.0, np.nan], b=[np.nan, 1.0, 3.0])
    )
    expected = [1 / 61, 1 / 62 + 2 / 62, 2 / 61]
    np.testing.assert_allclose(ranked.scores, expected, rtol=1e-6)
    np.testing.assert_allclose(ranked.contributions["b"], [0, 2 / 62, 2 / 61], rtol=1e-6)


def test_equal_scores_share_the_best_of_their_ranks() -> None:
    ranked = Fusion(Fusion.Options(), NO_TOOLS).rank(context(), candidates(a=[5.0, 5.0, 1.0]))
    np.testing.assert_allclose(ranked.scores, [1 / 61, 1 / 61, 1 / 63], rtol=1e-6)


def test_score_fusion_by_hand() -> None:
    ranked = Fusion(Fusion.Options(by="score", weights={"a": 0.6, "b": 0.4}), NO_TOOLS).rank(
        context(), candidates(a=[10.0, 5.0, np.nan], b=[0.2, 0.4, 0.8])
    )
    np.testing.assert_allclose(ranked.scores, [0.6, 0.4 * (0.2 / 0.6), 0.4], rtol=1e-5)


def test_contributions_add_up_to_the_score() -> None:
    ranked = Fusion(Fusion.Options(), NO_TOOLS).rank(context(), candidates(a=[1.0, 2.0], b=[3.0, np.nan]))
    np.testing.assert_allclose(np.sum(list(ranked.contributions.values()), axis=0), ranked.scores, rtol=1e-6)


def test_viewed_counts_each_look_by_its_age() -> None:
    did = history(("view", 1, 93), ("view", 2, 100), ("click", 1, 100), ("purchase", 3, 100))
    items, scores = Viewed(Viewed.Options(half_life_days=7.0), NO_TOOLS).retrieve(context(did), 10)
    assert items.tolist() == [1, 2]
    np.testing.assert_allclose(scores, [1.5, 1.0])


def test_bought_hides_purchases_for_ever_or_for_some_days() -> None:
    did = history(("purchase", 1, 10), ("purchase", 2, 95), ("view", 3, 99))
    assert Bought(Bought.Options(), NO_TOOLS).keep(context(did)).tolist() == [True, False, False, True]
    assert Bought(Bought.Options(days=30), NO_TOOLS).keep(context(did)).tolist() == [True, True, False, True]


def test_a_disliked_item_is_blocked_until_it_is_wanted_again() -> None:
    did = history(("dislike", 1, 1), ("dislike", 2, 2), ("favourite", 1, 3))
    assert Blocked(Blocked.Options(), NO_TOOLS).keep(context(did)).tolist() == [True, True, False, True]


def test_who_never_disliked_anything_needs_no_history_to_be_read() -> None:
    asked: list[str] = []
    never = replace(context(), load_history=lambda: pytest.fail("read"), ask_ever=lambda kind: bool(asked.append(kind)))
    assert Blocked(Blocked.Options(), NO_TOOLS).keep(never).all()
    assert asked == ["dislike"]
    once = replace(context(history(("dislike", 1, 1))), ask_ever=lambda kind: True)
    assert Blocked(Blocked.Options(), NO_TOOLS).keep(once).tolist() == [True, False, True, True]


def test_an_item_newer_than_the_picture_does_no_harm() -> None:
    did = history(("purchase", 99, 1), ("dislike", 99, 1), ("view", 99, 1))
    assert Bought(Bought.Options(), NO_TOOLS).keep(context(did)).all()
    assert Blocked(Blocked.Options(), NO_TOOLS).keep(context(did)).all()
    assert len(Viewed(Viewed.Options(), NO_TOOLS).retrieve(context(did), 5)[0]) == 0


def ranked(scores: list[float]) -> Candidates:
    return Candidates(np.arange(1, len(scores) + 1, dtype=np.int64), {}, np.array(scores, np.float32))


def test_diversity_by_hand() -> None:
    # 1 and 2 share a brand's group when grouped by colour's first value; 3 has none
    shelf = context()
    diverse = Diversity(Diversity.Options(by="organic", strength=0.5), NO_TOOLS)
    assert diverse.rerank(shelf, ranked([1.0, 0.9, 0.8]), 3).items.tolist() == [1, 2, 3]
    same = Diversity(Diversity.Options(by="kind_of_nothing", strength=0.5), NO_TOOLS)
    assert same.rerank(shelf, ranked([1.0, 0.9, 0.8]), 3).items.tolist() == [1, 2, 3]


def test_strength_zero_keeps_the_order_and_out_of_range_is_refused() -> None:
    plain = Diversity(Diversity.Options(by="brand", strength=0.0), NO_TOOLS)
    assert plain.rerank(context(), ranked([3.0, 2.0]), 2).items.tolist() == [1, 2]
    with pytest.raises(ValueError, match=r"0\.\.1"):
        Diversity.Options(strength=1.5)


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=3), st.floats(0, 1), st.integers(1, 5))
def test_diversity_loses_and_doubles_nothing(scores: list[float], strength: float, n: int) -> None:
    given_order = ranked(sorted(scores, reverse=True))
    chosen = Diversity(Diversity.Options(by="brand", strength=strength), NO_TOOLS).rerank(context(), given_order, n)
    assert sorted(chosen.items.tolist()) == given_order.items.tolist()
    assert chosen.items[0] == given_order.items[0]


def test_top_drops_what_lies_under_the_bar() -> None:
    assert Top(Top.Options(at_least=0.5), NO_TOOLS).rerank(context(), ranked([1.0, 0.4]), 5).items.tolist() == [1]


def test_best_breaks_ties_by_hash_and_leaves_unknown_scores_out() -> None:
    scores = np.array([np.nan, 1.0, 1.0, np.nan, 2.0, -np.inf], np.float32)
    tie = np.array([0, 9, 3, 1, 5, 2], np.uint64)
    assert best(scores, np.ones(6, np.bool_), tie, 3).tolist() == [4, 2, 1]
    assert best(scores, np.ones(6, np.bool_), tie, 2).tolist() == [4, 2]
    assert best(scores, np.zeros(6, np.bool_), tie, 2).tolist() == []


@given(st.lists(st.one_of(st.none(), st.integers(0, 3)), max_size=30), st.integers(0, 40))
def test_best_equals_a_full_sort(values: list[int | None], k: int) -> None:
    scores = np.array([np.nan if v is None else v for v in values], np.float32)
    tie = np.arange(len(values), dtype=np.uint64)[::-1].copy()
    expected = [n for n in np.lexsort((tie, -scores)) if not np.isnan(scores[n])][:k]
    assert best(scores, np.ones(len(values), np.bool_), tie, k).tolist() == expected


@given(st.integers(0, 2**32 - 1), st.sampled_from([0, 1, 30, 700]), st.sampled_from([3, 1_000]))
def test_the_best_of_many_are_those_of_a_full_sort(seed: int, k: int, kinds: int) -> None:
    """By score and then by hash, where many scores are the same and some are none."""
    chance = np.random.default_rng(seed)
    scores = chance.integers(0, kinds, 5_000).astype(np.float32)
    scores[chance.random(5_000) < 0.3] = np.nan
    scores[chance.random(5_000) < 0.1] = -np.inf
    allowed, tie = chance.random(5_001) < 0.8, chance.integers(0, 2**64, 5_001, np.uint64)
    numbers = [number for number in range(5_000) if allowed[number] and scores[number] > -np.inf]
    expected = sorted(numbers, key=lambda number: (-scores[number], tie[number]))[:k]
    assert best(scores, allowed, tie, k).tolist() == expected
