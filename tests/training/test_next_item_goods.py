"""What reads alike and what explains what: by hand, and beside the closed form over all items."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from shopmind.domain import EVENT_TYPES, History, Item
from shopmind.training.next_item.asked import Asked
from shopmind.training.next_item.evidence import TABLES, Signals, needed
from shopmind.training.next_item.explained import explained
from shopmind.training.next_item.statistics import Goods, Shape, statistics
from shopmind.training.next_item.walks import Sequences
from shopmind.training.next_item.wording import VECTOR_SHARE, likeness, words


class Shelf:
    """A catalogue of titles, numbered from 1."""

    def __init__(self, titles: list[str]) -> None:
        self._items = [Item(f"i{number}", title=title) for number, title in enumerate(titles, 1)]

    def scan(self) -> list[tuple[int, Item]]:
        return list(enumerate(self._items, 1))


def nothing(height: int, width: int) -> sparse.csr_array:
    return sparse.csr_array(np.zeros((height, width), np.float32))


def test_what_one_other_explains_is_a_ridge_of_one() -> None:
    held = sparse.csr_array(np.array([[0, 1, 1], [0, 1, 1], [0, 1, 0]], np.float32))
    found = explained(held, nothing(3, 3), worth=2.5, ridge=4.0, k=1).toarray()
    assert found[1, 2] == pytest.approx(2 / (3 + 4))
    assert found[2, 1] == pytest.approx(2 / (2 + 4))
    assert not found[0].any()
    assert not found[:, 0].any()


def test_with_all_neighbours_it_is_ease_with_side_information() -> None:
    chance = np.random.default_rng(0)
    held = (chance.random((60, 12)) < 0.4).astype(np.float32)
    texts = chance.random((12, 5))
    texts /= np.linalg.norm(texts, axis=1, keepdims=True)
    alike = texts @ texts.T
    np.fill_diagonal(alike, 0)
    found = explained(sparse.csr_array(held), sparse.csr_array(alike), worth=3.0, ridge=5.0, k=12).toarray()
    inverse = np.linalg.inv(held.T @ held + 3.0 * (alike + np.eye(12)) + 5.0 * np.eye(12))
    expected = -inverse / np.diag(inverse)
    np.fill_diagonal(expected, 0)
    assert found == pytest.approx(expected, abs=1e-4)


def test_a_rare_shared_word_makes_titles_alike_and_a_lone_or_common_one_does_not() -> None:
    titles = ["ink 901 black", "ink 901 colour", "ink blue", *(f"paper {'abcdefgh'[n]} ink" for n in range(8))]
    found = words(Shelf(titles), 12, np.zeros(12))  # type: ignore[arg-type]
    near = likeness(found, nothing(12, 12), 5).toarray()
    assert near[1, 2] == pytest.approx(1 / (1 + VECTOR_SHARE)), "the one word that tells is all they have"
    assert near[1, 3] == 0
    assert not near.diagonal().any()
    assert (near == near.T).all()


def test_vectors_add_to_shared_words() -> None:
    near = sparse.csr_array(np.array([[0, 0, 0], [0, 0, 0.6], [0, 0, 0]], np.float32))
    found = likeness(nothing(3, 1), near, 5).toarray()
    assert found[1, 2] == found[2, 1] == pytest.approx(VECTOR_SHARE * 0.6 / (1 + VECTOR_SHARE))


def test_the_closest_is_the_best_of_all_events_and_not_their_sum() -> None:
    like = np.zeros((5, 5), np.float32)
    like[1, 4], like[2, 4], like[2, 3] = 0.4, 0.6, 0.3
    like += like.T
    sequences = Sequences(np.array([0, 0, 1, 1]), np.array([1, 2, 3, 4]), 5)
    goods = Goods(nothing(5, 1), nothing(5, 5), sparse.csr_array(like))
    arrays = statistics(sequences, goods, Shape(factors=2), 0, needed(["closest"])) | {
        "centre": np.zeros(1, np.float32)
    }
    arrays |= {name: np.zeros(5, np.float32) for name in TABLES if name != "popular"}
    items = np.array([1, 2], np.int64)
    kinds = np.full(2, EVENT_TYPES.index("purchase"), np.int8)
    past = History(items, kinds, items * 1_000, np.ones(2, np.float32), items, np.zeros(2, np.int64))
    walked = Signals(arrays, None, chosen=("closest",)).of(Asked.of([past], [0]))
    columns, values = walked.found["closest"].row(0)
    assert dict(zip(columns.tolist(), values.tolist(), strict=True)) == pytest.approx({3: 0.3, 4: 0.6})
