"""What no mixture of an estimate and a model can do, by hand where it can be."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from benchmarks.policy_limit import BIASES, SEEN, limit
from shopmind.evaluation.estimators.dr import CLEAR


def test_where_the_model_is_right_the_error_is_that_of_the_garrote_at_nothing() -> None:
    """E(z − c / z)² where z² > c, with f and q density and tail of √c: 2 ((√c + c √c) f + (1 − 2c − c²) q)."""
    root = np.sqrt(CLEAR)
    f, q = stats.norm.pdf(root), stats.norm.sf(root)
    kept = 2 * ((root + CLEAR * root) * f + (1 - 2 * CLEAR - CLEAR**2) * q)
    assert limit(0.3)["right"] == pytest.approx(np.sqrt((0.7 + 0.3 * kept) / 0.7), abs=2e-3)


def test_no_rule_can_be_as_near_to_the_better_of_both_as_it_is_asked_where_the_model_saves_much() -> None:
    told = limit(0.3)
    assert 1.05 < told["least"] < told["worst"]
    assert limit(0.1)["worst"] < 1.05


def test_the_grid_holds_what_can_be_seen() -> None:
    assert SEEN[0] < BIASES[0] - 3.9
    assert SEEN[-1] > BIASES[-1] + 3.9
