from __future__ import annotations

import numpy as np
import pytest

from shopmind.text.category_words import CategoryWords
from shopmind.training.categories import _counted, class_of


def test_evidence_by_hand() -> None:
    """Two categories of one title each: "tea" and "tea pot"; m = 20."""
    model = CategoryWords.of(_counted(("A", "B"), [(("tea",), 0, 1.0), (("tea", "pot"), 1, 1.0)], 1.0))
    odds = model.evidence(["pot"])
    assert odds is not None
    prior = np.log(2 / 4)
    expected_a = prior + np.log(20 / 21)
    expected_b = prior + np.log(20 / 22) + np.log1p(1 / (20 * (1 / 3)))
    np.testing.assert_allclose(odds, [expected_a, expected_b])
    assert model.evidence(["chair"]) is None
    shares = model.probabilities(["pot"])
    assert shares is not None
    assert shares.sum() == pytest.approx(1.0)
    assert shares[1] > shares[0]


def test_a_small_category_counts_for_the_one_above() -> None:
    found = class_of(["A > B > C", "A > B", "A", "Z"], ["A", "A > B"])
    assert found.tolist() == [1, 1, 0, -1]
