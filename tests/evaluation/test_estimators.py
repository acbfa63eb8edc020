"""Every estimator worked by hand, and beside the values of another implementation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from shopmind.evaluation.estimators import MENU
from shopmind.evaluation.estimators.bias import chosen_weights
from shopmind.evaluation.estimators.dr import Dr
from shopmind.evaluation.estimators.dros import Dros
from shopmind.evaluation.estimators.logged import Floats, Logged, Target
from shopmind.evaluation.estimators.plain_dr import PlainDr
from shopmind.evaluation.estimators.reward_model import Modelled, modelled
from shopmind.evaluation.estimators.switch_dr import SwitchDr
from shopmind.metrics.off_policy import estimated, influence
from shopmind.testing.bandit_worlds import COVERED, world

ARMS = np.array([0, 1, 2, 1, 0, 2])
REWARDS = np.array([1.0, 0, 1, 1, 0, 0])
PROPENSITIES = np.array([0.5, 0.25, 0.25, 0.2, 0.5, 0.3])
TARGET = np.array(
    [[0.2, 0.3, 0.5], [0.6, 0.2, 0.2], [0.1, 0.1, 0.8], [0.3, 0.4, 0.3], [0.5, 0.25, 0.25], [0.1, 0.6, 0.3]]
)
FORESEEN = np.array(
    [[0.4, 0.2, 0.6], [0.1, 0.3, 0.5], [0.2, 0.2, 0.7], [0.5, 0.6, 0.1], [0.3, 0.3, 0.3], [0.2, 0.4, 0.1]]
)


def six_rows(times: int = 1) -> Logged:
    """Weights .4, .8, 3.2, 2, 1, 1 and a given model; all rows so many times."""
    logged = Logged(
        np.tile(ARMS, times),
        np.tile(PROPENSITIES, times),
        np.tile(REWARDS, times),
        Target(csr_array(TARGET), np.tile(np.arange(6), times)),
        np.zeros((6 * times, 0)),
        np.tile([0, 0, 0, 1, 1, 1], times),
        kinds=np.array([0, 1, 1]),
    )
    expected, chosen = np.tile((TARGET * FORESEEN).sum(axis=1), times), np.tile(FORESEEN[np.arange(6), ARMS], times)
    given = Modelled(chosen, expected, expected, np.zeros(6 * times), (1.0, 1.0))
    logged.__dict__["model"] = logged.__dict__["direct"] = given
    return logged


def value(name: str, logged: Logged) -> float:
    return influence(MENU.load(name)().sum(logged).terms).value


def test_the_weights_are_target_over_propensity() -> None:
    np.testing.assert_allclose(six_rows().weights, [0.4, 0.8, 3.2, 2.0, 1.0, 1.0])


@pytest.mark.parametrize(
    ("name", "by_hand"),
    [
        ("ips", (0.4 + 3.2 + 2.0) / 6),
        ("snips", (0.4 + 3.2 + 2.0) / 8.4),
        ("dm", (0.44 + 0.22 + 0.60 + 0.42 + 0.30 + 0.29) / 6),
        ("plain_dr", 2.27 / 6 + (0.4 * 0.6 - 0.8 * 0.3 + 3.2 * 0.3 + 2 * 0.4 - 0.3 - 0.1) / 6),
        ("sndr", 2.27 / 6 + (0.24 - 0.24 + 0.96 + 0.8 - 0.3 - 0.1) / 8.4),
        # kinds: arm 0 | arms 1 and 2; cells (stratum 0: 0) .4, (0: 1) (.8 + 3.2) / 2 = 2, (1: 0) 1, (1: 1) 1.5
        ("mips", (0.4 + 2.0 + 1.5) / 6),
    ],
)
def test_an_estimator_is_its_formula(name: str, by_hand: float) -> None:
    assert value(name, six_rows()) == pytest.approx(by_hand)


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("ips", 0.9333333333333332),
        ("snips", 0.6666666666666666),
        ("dm", 0.3783333333333334),
        ("plain_dr", 0.605),
        ("sndr", 0.5402380952380953),
    ],
)
def test_an_estimator_agrees_with_open_bandit_pipeline(name: str, theirs: float) -> None:
    """The values are those of obp 0.4.1 (obp.ope.estimators) on the six rows above."""
    assert value(name, six_rows()) == pytest.approx(theirs, rel=1e-12)


def test_bounded_weights_agree_with_open_bandit_pipeline() -> None:
    """obp 0.4.1: SwitchDoublyRobust(tau=1.5), DoublyRobustWithShrinkage(lambda_=2.0)."""
    logged = six_rows()
    assert influence(SwitchDr(1.5).sum(logged).terms).value == pytest.approx(0.3116666666666666)
    assert influence(Dros(2.0).sum(logged).terms).value == pytest.approx(0.4112111309170133)


def test_dr_is_the_model_where_the_correction_is_no_more_than_chance() -> None:
    """d = .37833 − .605; its squared standard error 1.46853 / 6 / 5, times 1.5 above d²; that of plain_dr above |d|."""
    made = Dr().sum(six_rows())
    assert influence(made.terms).value == pytest.approx(2.27 / 6)
    assert made.chosen == {"model": 1.0, "propensities_replaced": 0.0}


def test_dr_is_drawn_less_to_the_model_the_clearer_the_correction_is() -> None:
    """The same rows twenty times: the squared standard error of d is 1.46853 / 6 / 119, so the share is
    1.5 · .0020568 / .22667² = .060049."""
    logged = six_rows(20)
    made, d = Dr().sum(logged), 2.27 / 6 - 0.605
    assert made.chosen["model"] == pytest.approx(0.060049, rel=1e-4)
    assert influence(made.terms).value == pytest.approx(0.605 + 0.060049 * d, rel=1e-5)


def test_the_interval_of_dr_is_that_of_the_plain_estimator_and_holds_its_value() -> None:
    for seed in range(5):
        logged = world(COVERED["plain"], seed).log(seed)
        drawn, plain = estimated([Dr().sum(logged).terms, PlainDr().sum(logged).terms], seed=0, draws=100)
        assert drawn.value != plain.value
        assert (drawn.low, drawn.high, drawn.drawn_low) == (plain.low, plain.high, plain.drawn_low)
        assert drawn.low < drawn.value < drawn.high


def test_switching_keeps_weights_up_to_the_threshold_and_drops_the_others() -> None:
    made = SwitchDr(1.5).sum(six_rows())
    assert made.weights is not None
    assert made.clipped is not None
    np.testing.assert_allclose(made.weights, [0.4, 0.8, 0.0, 0.0, 1.0, 1.0])
    assert made.clipped.tolist() == [False, False, True, True, False, False]


def test_shrinkage_takes_most_from_the_largest_weight() -> None:
    made = Dros(2.0).sum(six_rows())
    assert made.weights is not None
    np.testing.assert_allclose(made.weights[2], 2 * 3.2 / (3.2**2 + 2))
    np.testing.assert_allclose(made.weights[0], 2 * 0.4 / (0.16 + 2))


def slates() -> Logged:
    """Two answers of three places; weights .5, .8, 2 | 1.5, .4, 1."""
    weights, propensities = np.array([0.5, 0.8, 2.0, 1.5, 0.4, 1.0]), np.array([0.5, 0.5, 0.25, 0.4, 0.5, 0.2])
    chances = np.zeros((6, 2))
    chances[:, 0] = weights * propensities
    chances[:, 1] = 1 - chances[:, 0]
    logged = Logged(
        np.zeros(6, np.int64),
        propensities,
        REWARDS,
        Target(csr_array(chances), np.arange(6)),
        np.zeros((6, 0)),
        np.zeros(6, np.int64),
        slates=np.array([0, 0, 0, 1, 1, 1]),
        places=np.array([0, 1, 2, 0, 1, 2]),
    )
    given = Modelled(np.full(6, 0.5), np.full(6, 0.4), np.full(6, 0.4), np.zeros(6), (1.0, 1.0))
    logged.__dict__["model"] = logged.__dict__["direct"] = given
    return logged


def test_slate_estimators_are_their_formulas_and_agree_with_open_bandit_pipeline() -> None:
    """obp 0.4.1: SlateIndependentIPS 2.0 and SlateRewardInteractionIPS 1.4 on the same answers."""
    logged = slates()
    np.testing.assert_allclose(logged.so_far, [0.5, 0.4, 0.8, 1.5, 0.6, 0.6])
    assert value("iips", logged) == pytest.approx((0.5 + 2.0 + 1.5) / 2)
    assert value("rips", logged) == pytest.approx((0.5 + 0.8 + 1.5) / 2)
    # Σ over places of .4 + product · (r − .5), the mean of two answers
    left = 0.5 * 0.5 - 0.4 * 0.5 + 0.8 * 0.5 + 1.5 * 0.5 - 0.6 * 0.5 - 0.6 * 0.5
    assert value("cascade_dr", logged) == pytest.approx((6 * 0.4 + left) / 2)


def test_products_of_weights_know_a_zero_and_begin_anew_with_each_answer() -> None:
    logged = slates()
    logged.__dict__["weights"] = np.array([2.0, 0.0, 3.0, 1e-200, 1e-200, 1e300])
    np.testing.assert_allclose(logged.so_far[:4], [2.0, 0.0, 0.0, 1e-200])


def test_the_model_is_what_ridge_regression_makes_of_it() -> None:
    """One feature, no differences between arms within reach: the closed form, by hand."""
    features = np.array([[-1.0], [1.0], [-1.0], [1.0]])
    rewards = np.array([0.0, 1.0, 0.0, 1.0])
    arms = np.array([0, 0, 1, 1])
    chances = csr_array(np.array([[0.5, 0.5]]))
    made = modelled(arms, rewards, features, None, chances, np.zeros(4, np.int64), ridges=(np.inf, np.inf))
    # XᵀX = diag(4 + 1e-6, 4 + 1), Xᵀr = (2, 2): constant .5, slope .4
    np.testing.assert_allclose(made.whole, [0.1, 0.9, 0.1, 0.9], atol=1e-6)


def test_an_arm_is_drawn_to_the_average_by_so_many_rows() -> None:
    rewards = np.array([1.0, 1.0, 0.0, 0.0])
    chances = csr_array(np.array([[1.0, 0.0]]))
    made = modelled(
        np.array([0, 0, 1, 1]), rewards, np.zeros((4, 0)), None, chances, np.zeros(4, np.int64), ridges=(2.0, np.inf)
    )
    np.testing.assert_allclose(made.whole, 0.5 + 2 * 0.5 / (2 + 2), atol=1e-6)


def test_what_the_model_says_of_a_target_is_linear_in_the_rewards() -> None:
    """The pull of each row, which the interval of dm rests on, gives back the value itself."""
    logged = world(COVERED["plain"], 3).log(3)
    model = logged.direct
    pulls = model.noise / (logged.rewards - model.chosen) / len(logged)
    assert pulls @ logged.rewards == pytest.approx(float(model.whole.mean()), rel=1e-9)


def test_the_bound_of_the_bias_decides_how_far_weights_are_shrunk() -> None:
    """Without a residual that large weights carry, shrinking costs nothing; with one it does."""
    logged = six_rows()
    none: list[tuple[float, Floats]] = [(0.0, np.zeros(6)), (1.0, logged.weights)]
    logged.__dict__["model"] = Modelled(REWARDS, np.full(6, 0.4), np.full(6, 0.4), np.zeros(6), (1.0, 1.0))
    assert chosen_weights(logged, none)[0] == 0.0
    biased = world(COVERED["plain"], 1).log(1)
    biased.__dict__["model"] = Modelled(
        np.zeros(len(biased)), np.zeros(len(biased)), np.zeros(len(biased)), np.zeros(len(biased)), (1.0, 1.0)
    )
    assert chosen_weights(biased, [(0.0, np.zeros(len(biased))), (1.0, biased.weights)])[0] == 1.0


def test_a_model_of_no_use_is_drawn_to_a_constant_and_a_useful_one_stays() -> None:
    """Of what a model says at random, nothing is left; of one that knows every reward, everything."""
    logged = world(COVERED["plain"], 2).log(2)
    random, n = np.random.default_rng(0), len(logged)
    constant = float((logged.weights * logged.rewards).sum() / logged.weights.sum())
    useless = Modelled(random.normal(size=n), np.zeros(n), np.zeros(n), np.zeros(n), (1.0, 1.0))
    drawn = logged._moderated(useless)
    assert np.abs(drawn.chosen - constant).max() < 0.2 * np.abs(useless.chosen - constant).max()
    knowing = Modelled(logged.rewards, np.full(n, 0.3), np.full(n, 0.3), np.zeros(n), (1.0, 1.0))
    assert logged._moderated(knowing) is knowing
