from __future__ import annotations

import numpy as np
import pytest

from benchmarks.search import tables
from benchmarks.search.figures import Truth
from benchmarks.search.question_pairs import Pairs, average_precision, scores


def _truth() -> Truth:
    """Query 0: items 0 and 1 judged, 1 is right; query 1: items 1, 2 and 3, graded 3, 2, 1."""
    cases, items = np.array([0, 0, 1, 1, 1]), np.array([0, 1, 1, 2, 3])
    return Truth(2, cases, items, np.array([1.0, 2.0, 3.0, 2.0, 1.0]), zero=1.0)


def test_the_whole_corpus_counts_what_nobody_judged_as_nothing() -> None:
    shown = np.array([[7, 1, -1], [1, 2, 8]])
    found = _truth().full(shown, shown)
    assert found["ndcg@10"] == pytest.approx([1 / np.log2(3), 1.0])
    assert found["judged@10"] == pytest.approx([1 / 2, 2 / 3])
    assert found["mrr@10"] == pytest.approx([1 / 2, 1.0])


def test_the_judged_pool_puts_what_a_system_does_not_bring_last_by_row() -> None:
    found = _truth().judged(np.array([-1, 5, -1, 0, -1]))
    gained, ideal = 1 + 2 / np.log2(3), 2 + 1 / np.log2(3)
    assert found["ndcg@10"] == pytest.approx([1.0, gained / ideal])


def test_agreement_is_asked_only_of_more_than_two_grades() -> None:
    assert _truth().agreement(np.array([0.1, 0.2, 0.9, 0.3, 0.2])) == pytest.approx(8 / np.sqrt(9.5 * 9))
    two = Truth(1, np.array([0, 0]), np.array([0, 1]), np.array([0.0, 1.0]), zero=0.0)
    assert two.agreement(np.array([0.0, 1.0])) is None


def test_average_precision_takes_equal_scores_as_one_step() -> None:
    said, labels = np.array([0.9, 0.5, 0.5, 0.1]), np.array([1.0, 0.0, 1.0, 1.0])
    once = np.ones((1, 4))
    assert average_precision(said, labels, once)[0] == pytest.approx((1 + 2 / 3 + 3 / 4) / 3)
    assert average_precision(np.zeros(4), labels, once)[0] == pytest.approx(3 / 4)


def test_a_pair_drawn_twice_counts_twice_in_average_precision() -> None:
    said, labels = np.array([0.9, 0.5, 0.1]), np.array([0.0, 1.0, 0.0])
    drawn = average_precision(said, labels, np.array([[1.0, 2.0, 0.0]]))
    written_out = average_precision(np.array([0.9, 0.5, 0.5]), np.array([0.0, 1.0, 1.0]), np.ones((1, 3)))
    assert drawn == pytest.approx(written_out)


def test_a_pair_scores_what_its_second_question_has_of_the_best() -> None:
    class Fixed:
        def search(self, text: str, k: int) -> tuple[list[int], list[float]]:
            return {"p": ([0, 1], [4.0, 1.0]), "q": ([], [])}[text]

    pairs = Pairs(["p", "q", "r"], np.array([0, 0, 1]), np.array([1, 2, 0]), np.zeros(3), ["s"] * 3)
    assert scores(Fixed(), pairs).tolist() == [0.25, 0.0, 0.0]  # type: ignore[arg-type]


def test_the_table_says_where_ours_is_behind_or_slower_and_nothing_else() -> None:
    def told(value: float) -> dict[str, object]:
        return {"full": {"mrr@10": {"value": value}}}

    found = {
        "graded": False,
        "quality": {"shopmind": told(0.5), "quick": told(0.4), "better": told(0.6), "worse": told(0.1)},
        "speed": {
            name: {"p50_ms": ms} for name, ms in (("shopmind", 4.0), ("quick", 2.0), ("better", 8.0), ("worse", 8.0))
        },
    }
    lines = [line for line in tables.verdicts({"a_set": found}) if line.startswith("| a set")]
    assert lines == ["| a set | quick | 2.0 × its p50 |", "| a set | better | 0.100 behind in mrr@10 |"]
