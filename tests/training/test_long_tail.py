"""What few know: the tail, the neighbours in it, the space and the generator as numpy runs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import polars as pl
import pytest
from scipy import sparse

from shopmind.kit.errors import MissingExtraError, NotReadyError
from shopmind.kit.progress import silent
from shopmind.training.long_tail.adversarial import TailGeneratorRecipe, pairs_of
from shopmind.training.long_tail.discounted import LongTailRecipe, levelled
from shopmind.training.long_tail.space import DECAY, generated, item_space, nearness, profile, unit
from shopmind.training.long_tail.tail import chosen, tail_of
from shopmind.training.recipe import Tables
from shopmind.training.sparse import row
from shopmind.training.worth import WORTH

MakeLog = Callable[..., pl.DataFrame]


@pytest.fixture
def one_hit(make_log: MakeLog, make_shelf: type) -> Tables:
    """Item 1 is bought by everybody; items 2 and 3 by the same two, item 4 by one, item 5 by nobody."""
    rows = [("purchase", 50.0 - user, user, 1, user) for user in range(1, 31)]
    rows += [("purchase", 5.0, user, item, 100 + user) for user in (1, 2) for item in (2, 3)]
    rows.append(("purchase", 4.0, 3, 4, 200))
    return Tables(make_log(rows), make_shelf(6), 10**12)


def test_the_tail_is_what_the_head_leaves(one_hit: Tables) -> None:
    tail = tail_of(one_hit, chosen(one_hit, dict(WORTH)), 0.8, "long_tail")
    assert np.flatnonzero(tail).tolist() == [2, 3, 4, 5]


def test_neighbours_of_the_tail_are_worked_by_hand(one_hit: Tables) -> None:
    options = LongTailRecipe.Options(discount=1.0, shrink=0.0, likeness=0.0)
    fitted = LongTailRecipe().fit(one_hit, options, seed=0, progress=silent)
    columns, values = row(fitted.arrays, "similar", 1)
    # of those who bought j all bought item 1, so c / n_j is 1 for every j, and over the largest of the row it stays so
    assert columns.tolist() == [2, 3, 4]
    np.testing.assert_allclose(values, [1, 1, 1])
    cosine = LongTailRecipe.Options(discount=0.5, shrink=0.0, likeness=0.0)
    columns, values = row(LongTailRecipe().fit(one_hit, cosine, seed=0, progress=silent).arrays, "similar", 1)
    # people who bought but one thing are left out: n_1 is 3; 2 / sqrt(3 · 2) against 1 / sqrt(3 · 1)
    np.testing.assert_allclose(dict(zip(columns.tolist(), values, strict=True))[4], np.sqrt(0.5), rtol=1e-6)
    assert fitted.figures["tail"] == 4
    assert fitted.figures["reached"] == 3


def test_what_nobody_bought_is_reached_by_what_it_says(one_hit: Tables) -> None:
    vectors = np.array([[0, 0], [1, 0], [-1, 0.2], [-1, 0.1], [-1, 0], [1, 0.05]], np.float32)
    vectors = unit(vectors)
    tables = replace(one_hit, vectors=lambda numbers: vectors[numbers])
    fitted = LongTailRecipe().fit(tables, LongTailRecipe.Options(likeness=1.0), seed=0, progress=silent)
    assert 5 in row(fitted.arrays, "similar", 1)[0]
    assert 1 not in row(fitted.arrays, "similar", 5)[0]


def test_rows_are_levelled_by_their_largest_value() -> None:
    matrix = sparse.csr_array(np.array([[0, 2.0, 4.0], [0, 0, 0]], np.float32))
    np.testing.assert_allclose(levelled(matrix).toarray(), [[0, 0.5, 1], [0, 0, 0]])


def test_a_profile_counts_newer_items_more_as_worked_by_hand() -> None:
    space = np.array([[0, 0], [1, 0], [0, 1]], np.float32)
    expected = np.array([DECAY, 1.0]) / np.hypot(DECAY, 1.0)
    np.testing.assert_allclose(profile(space, np.array([1, 2, 9])), expected, rtol=1e-6)
    assert not profile(space, np.array([7])).any()


def test_the_generator_is_two_layers_upon_the_profile_as_worked_by_hand() -> None:
    arrays = {
        "noise": np.array([[1.0], [-1.0]], np.float32),
        "first": np.array([[0.0, 0.0, 1.0]], np.float32),  # one hidden unit that hears the noise alone
        "first_bias": np.array([0.0], np.float32),
        "second": np.array([[1.0], [0.0]], np.float32),
        "second_bias": np.array([0.0, 0.0], np.float32),
        "space": np.array([[0, 0], [1, 0], [0, 1], [0.6, 0.8]], np.float16),
        "tail": np.array([False, True, True, False]),
    }
    made = generated(arrays, np.array([0.0, 1.0], np.float32))
    # hidden 1 and -0.2 (it leaks), upon the profile (0, 1): (1, 1) and (-0.2, 1)
    np.testing.assert_allclose(made, unit(np.array([[1, 1], [-0.2, 1]], np.float32)), rtol=1e-6)
    scores = nearness(arrays, made)
    assert np.isnan(scores[[0, 3]]).all()
    np.testing.assert_allclose(scores[[1, 2]], [np.sqrt(0.5), 1 / np.hypot(0.2, 1)], rtol=1e-5)


def test_the_space_has_factors_for_what_people_hold_and_texts_for_the_rest() -> None:
    holding = sparse.csr_array(np.array([[0, 1, 1, 0, 0], [0, 1, 1, 0, 0], [0, 0, 0, 1, 0]], np.float32))
    texts = unit(np.array([[0, 0], [1, 0], [0, 1], [1, 0], [1, 0]], np.float32))
    space = item_space(texts, holding, 2, 0)
    assert space.shape == (5, 4)
    np.testing.assert_allclose(np.linalg.norm(space[1:], axis=1), 1, rtol=1e-5)
    assert not space[0].any()
    assert space[1, :2] @ space[2, :2] > 0.49
    assert not space[4, :2].any()


def test_the_pairs_are_what_of_the_tail_came_after_what(one_hit: Tables) -> None:
    lines = chosen(one_hit, dict(WORTH))
    tail = tail_of(one_hit, lines, 0.8, "tail_generator")
    profiles, items = pairs_of(lines, np.eye(6, dtype=np.float32), tail, 20)
    assert sorted(items.tolist()) == [2, 2, 3, 3, 4]
    assert (profiles[items == 4] == np.eye(6)[1]).all()


def test_a_generator_says_what_it_lacks(one_hit: Tables) -> None:
    recipe = TailGeneratorRecipe()
    if find_spec("torch") is None:
        with pytest.raises(MissingExtraError, match="train"):
            recipe.fit(one_hit, TailGeneratorRecipe.Options(), seed=0, progress=silent)
        return
    with pytest.raises(NotReadyError, match="200 are needed"):
        recipe.fit(one_hit, TailGeneratorRecipe.Options(), seed=0, progress=silent)


@pytest.mark.skipif(find_spec("torch") is None, reason="the extra [train] is not installed")
def test_the_generator_learns_a_planted_taste(make_log: MakeLog, make_shelf: type) -> None:
    """Everybody buys a hit of one of two kinds and then something rare of the same kind."""
    chance = np.random.default_rng(0)
    rows = []
    for user in range(1, 401):
        kind = user % 2
        rows.append(("purchase", 20.0, user, 1 + kind, user))
        rows += [("purchase", age, user, 3 + kind * 60 + int(chance.integers(60)), user) for age in (10.0, 5.0)]
    options = TailGeneratorRecipe.Options(steps=300, at_least=50, dimension=8, head_share=0.3)
    fitted = TailGeneratorRecipe().fit(
        Tables(make_log(rows), make_shelf(123), 10**12), options, seed=0, progress=silent
    )
    arrays = fitted.arrays
    for kind in (0, 1):
        scores = nearness(arrays, generated(arrays, profile(np.asarray(arrays["space"]), np.array([1 + kind]))))
        best = np.argsort(-np.nan_to_num(scores, nan=-1))[:10]
        assert ((best >= 3 + kind * 60) & (best < 63 + kind * 60)).mean() > 0.7


def test_nothing_is_known_of_a_shop_without_events(empty_shop: Tables) -> None:
    with pytest.raises(NotReadyError, match="nobody has chosen"):
        LongTailRecipe().fit(empty_shop, LongTailRecipe.Options(), seed=0, progress=silent)
