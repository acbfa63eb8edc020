"""BM25 over fields: worked by hand, beside a reference implementation, and its bounds."""

from __future__ import annotations

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopmind.text.bm25 import inverse_frequency, share, weighted_counts


def test_a_document_of_two_fields_by_hand() -> None:
    # one word, twice in a title of 4 (mean 8) and once in a text of 30 (mean 20); weights 3 and 1, b = ½
    counts = np.array([[[2.0, 1.0]]])
    weighted = weighted_counts(counts, np.array([[4.0, 30.0]]), np.array([8.0, 20.0]), np.array([3.0, 1.0]), 0.5)
    assert weighted[0, 0] == pytest.approx(2 * 3 / (0.5 + 0.5 * 4 / 8) + 1 / (0.5 + 0.5 * 30 / 20))  # 8 + 0.8
    worth = inverse_frequency(10, np.array([2]))
    assert worth[0] == pytest.approx(np.log(1 + 8.5 / 2.5))
    assert share(weighted, worth, 0.6)[0] == pytest.approx(8.8 / 9.4)


def test_one_field_ranks_as_the_reference_does() -> None:
    chance = np.random.default_rng(3)
    documents = [[f"w{w}" for w in chance.integers(0, 12, chance.integers(1, 15))] for _ in range(60)]
    peer = bm25s.BM25(k1=0.6, b=0.5, method="lucene")
    peer.index(documents, show_progress=False)
    lengths = np.array([len(d) for d in documents], np.float64)
    for query in (["w1"], ["w2", "w7"], ["w3", "w4", "w11"]):
        counts = np.array([[[d.count(w)] for w in query] for d in documents], np.float64)
        worth = inverse_frequency(60, np.count_nonzero(counts[:, :, 0], axis=0))
        weighted = weighted_counts(counts, lengths[:, None], lengths.mean(keepdims=True), np.ones(1), 0.5)
        ours = share(weighted, worth, 0.6) * worth.sum()
        assert ours == pytest.approx(peer.get_scores(query), rel=1e-5)


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=5), st.floats(0.01, 10), st.integers(0, 5_000))
def test_a_share_lies_between_nothing_and_all(counts: list[int], k1: float, having: int) -> None:
    worth = inverse_frequency(5_000, np.full(len(counts), having))
    found = share(np.array([counts], np.float64), worth, k1)[0]
    assert 0 <= found < 1
    assert (found == 0) == (sum(counts) == 0)


def test_a_word_nobody_has_lowers_every_share() -> None:
    worth = inverse_frequency(100, np.array([5, 0]))
    both = share(np.array([[2.0, 0.0]]), worth, 0.6)
    assert both[0] < share(np.array([[2.0]]), worth[:1], 0.6)[0]


def test_no_words_and_fields_without_documents_are_worth_nothing() -> None:
    assert share(np.zeros((3, 0)), np.zeros(0), 0.6).tolist() == [0, 0, 0]
    weighted = weighted_counts(np.zeros((1, 1, 1)), np.zeros((1, 1)), np.zeros(1), np.ones(1), 0.5)
    assert weighted.tolist() == [[0]]
