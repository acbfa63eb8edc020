"""Whether a log's choices look like its propensities."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import logsumexp

from shopmind.evaluation.estimators.choice_model import SURE, choices
from shopmind.evaluation.estimators.logged import Logged
from shopmind.evaluation.support import support
from shopmind.testing.bandit_worlds import COVERED, DEVELOPED, DEVELOPED_FROM, Kind, world

folds = np.arange(1_000) % 5


def two_arms(share: float, seed: int = 0) -> np.ndarray:
    return (np.random.default_rng(seed).random(1_000) < share).astype(np.int64)


def test_evidence_is_the_mean_over_folds_of_the_likelihood_of_the_model_over_that_of_the_log() -> None:
    arms = two_arms(0.7)
    found = choices(arms, np.zeros((1_000, 0)), 2, np.full(1_000, 0.5), folds)
    assert found is not None
    # without features the model is the share of the arm in the other folds
    share = np.array([(arms[folds != fold] == 1).mean() for fold in range(5)])[folds]
    np.testing.assert_allclose(found.fitted, np.where(arms == 1, share, 1 - share), atol=0.002)
    each = [np.log(found.fitted / 0.5)[folds == fold].sum() for fold in range(5)]
    assert found.alone == pytest.approx(float(logsumexp(each) - np.log(5)))
    assert found.contradicted


def test_chances_that_are_true_are_not_contradicted() -> None:
    """40 logs of uniform choices; each would be by chance once in a thousand times."""
    for seed in range(40):
        found = choices(two_arms(0.5, seed), np.zeros((1_000, 0)), 2, np.full(1_000, 0.5), folds)
        assert found is not None
        assert not found.contradicted


def test_true_chances_that_hang_on_what_the_model_does_not_see_are_kept() -> None:
    """The model knows no feature, the log chose by one: what it says is nearer to the choices, and true."""
    random = np.random.default_rng(1)
    leaning = np.where(random.random(1_000) < 0.5, 0.9, 0.1)
    arms = (random.random(1_000) < leaning).astype(np.int64)
    found = choices(arms, np.zeros((1_000, 0)), 2, np.where(arms == 1, leaning, 1 - leaning), folds)
    assert found is not None
    assert not found.contradicted


@pytest.mark.parametrize("name", ["stale", "tempered"])
def test_wrong_propensities_are_noticed_and_replaced_by_nearer_ones(name: str) -> None:
    made = world(DEVELOPED[name], DEVELOPED_FROM)
    log = made.log(DEVELOPED_FROM)
    assert log.choices is not None
    assert log.choices.replaced
    assert log.believed is not log
    told = support(log)
    assert any("contradicts its own propensities" in each for each in told.cautions)
    rows = log.target.groups
    true = made.logging[rows, log.arms]
    far, near = np.log(log.propensities / true), np.log(log.believed.propensities / true)
    assert (near**2).mean() < 0.7 * (far**2).mean()


def test_noisy_propensities_that_know_more_than_the_model_stay() -> None:
    """The log chose by what no feature says; its propensities are noisy by factors whose logarithms cancel out."""
    random = np.random.default_rng(1)
    leaning = np.where(random.random(1_000) < 0.5, 0.9, 0.1)
    arms = (random.random(1_000) < leaning).astype(np.int64)
    true = np.where(arms == 1, leaning, 1 - leaning)
    told = true * np.where(np.arange(1_000) // 5 % 2, 1.6, 1 / 1.6)
    found = choices(arms, np.zeros((1_000, 0)), 2, np.minimum(told, 1.0), folds)
    assert found is not None
    assert not found.replaced


def test_a_log_that_tells_the_truth_is_believed() -> None:
    log = world(COVERED["plain"], 4).log(4)
    assert log.believed is log
    assert not any("contradicts" in each for each in support(log).cautions)


def test_without_anything_to_compare_nothing_is_said() -> None:
    assert choices(np.zeros(1, np.int64), np.zeros((1, 0)), 2, np.ones(1), np.zeros(1, np.int64)) is None
    assert choices(np.zeros(9, np.int64), np.zeros((9, 0)), 1, np.ones(9), np.arange(9) % 5) is None


def test_the_limit_is_one_in_a_thousand() -> None:
    assert np.exp(-SURE) == pytest.approx(0.001)


def log_of(kind: Kind, seed: int) -> Logged:
    return world(kind, seed).log(seed)


def test_a_log_of_more_rows_than_are_fitted_is_told_on_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shopmind.evaluation.estimators.choice_model.MOST_ROWS", 300)
    log = log_of(COVERED["plain"], 4)
    assert log.choices is not None
    assert log.choices.fitted.shape == (len(log),)
    assert ((log.choices.fitted > 0) & (log.choices.fitted < 1)).all()
