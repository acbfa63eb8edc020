from __future__ import annotations

import numpy as np
import pytest

from shopmind.kit.errors import InputError
from shopmind.metrics.uplift import auuc, curves, drawn, effect, qini

SCORES = [4.0, 3.0, 2.0, 1.0]
TREATED = [1, 0, 1, 0]
OUTCOMES = [1.0, 0.0, 0.0, 1.0]


def test_both_curves_are_those_worked_by_hand() -> None:
    found = curves(SCORES, TREATED, OUTCOMES)
    np.testing.assert_allclose(found.shares, [0, 0.25, 0.5, 0.75, 1])
    # k=1: 1/1 − 0; k=2: 1/1 − 0/1; k=3: 1/2 − 0/1; k=4: 1/2 − 1/2; each times k/4
    np.testing.assert_allclose(found.uplift, [0, 0.25, 0.5, 0.375, 0])
    # (1, 1 − 0·1/1, 1 − 0·2/1, 1 − 1·2/2) of two treated
    np.testing.assert_allclose(found.qini, [0, 0.5, 0.5, 0.5, 0])


def test_both_areas_are_those_worked_by_hand() -> None:
    # trapezoids of width a quarter: (0 + .25)/2 + (.25 + .5)/2 + (.5 + .375)/2 + (.375 + 0)/2 = 1.125
    assert auuc(SCORES, TREATED, OUTCOMES) == pytest.approx(1.125 / 4)
    # (0 + .5)/2 + .5 + .5 + .25 = 1.5 quarters; the straight line ends at 0
    assert qini(SCORES, TREATED, OUTCOMES) == pytest.approx(1.5 / 4)


def test_equal_scores_come_in_together_and_give_half_the_effect() -> None:
    found = curves([1, 1, 1, 1], TREATED, [1, 0, 1, 1])
    np.testing.assert_allclose(found.shares, [0, 1])
    np.testing.assert_allclose(found.uplift, [0, 0.5])
    assert auuc([1, 1, 1, 1], TREATED, [1, 0, 1, 1]) == pytest.approx(0.25)
    assert qini([1, 1, 1, 1], TREATED, [1, 0, 1, 1]) == pytest.approx(0)


def test_a_weight_of_two_counts_as_a_second_row_of_the_same_person() -> None:
    treated, outcomes, weights = [1, 1, 0, 0], [1.0, 0.0, 1.0, 0.0], [2.0, 1.0, 1.0, 3.0]
    # 2/3 of the treated against 1/4 of the others
    assert effect(treated, outcomes, weights) == pytest.approx(2 / 3 - 1 / 4)
    assert curves([4, 3, 2, 1], treated, outcomes, weights).uplift[-1] == pytest.approx(2 / 3 - 1 / 4)


def test_equal_weights_change_nothing() -> None:
    random = np.random.default_rng(0)
    treated, outcomes, scores = random.random(300) < 0.3, random.random(300), random.random(300)
    weights = np.where(treated, 1 / 0.3, 1 / 0.7)
    assert qini(scores, treated, outcomes, weights) == pytest.approx(qini(scores, treated, outcomes))
    assert auuc(scores, treated, outcomes, weights) == pytest.approx(auuc(scores, treated, outcomes))


def test_the_first_draw_is_the_data_and_a_perfect_order_is_clear_of_chance() -> None:
    random = np.random.default_rng(1)
    n = 2_000
    tau = random.random(n) < 0.5
    treated = random.random(n) < 0.5
    outcomes = ((random.random(n) < 0.1) | (treated & tau & (random.random(n) < 0.4))).astype(float)
    found = drawn({"truth": tau, "chance": random.random(n)}, treated, outcomes, seed=0, draws=200)
    assert found["truth"][0, 1] == pytest.approx(qini(tau, treated, outcomes))
    assert found["truth"][0, 0] == pytest.approx(auuc(tau, treated, outcomes))
    assert np.percentile(found["truth"][1:, 1] - found["chance"][1:, 1], 2.5) > 0
    low, high = np.percentile(found["chance"][1:, 1], [2.5, 97.5])
    assert low < 0 < high


def test_people_are_drawn_with_all_their_rows() -> None:
    scores, treated, outcomes = [4.0, 4.0, 1.0, 1.0], [1, 1, 0, 0], [1.0, 1.0, 0.0, 0.0]
    found = drawn({"a": scores}, treated, outcomes, units=[0, 0, 1, 1], seed=0, draws=40)["a"]
    known = found[~np.isnan(found[:, 0])]
    assert 1 < len(known) < 41  # about half of the draws hold one person twice, and so lack an arm
    np.testing.assert_allclose(known[:, 0], known[0, 0])


@pytest.mark.parametrize(
    ("scores", "outcomes", "weights"),
    [
        ([1.0, np.nan], [0.0, 1.0], None),
        ([1.0, 2.0], [0.0, np.nan], None),
        ([1.0, 2.0], [0.0, 1.0], [1.0, 0.0]),
        ([1.0, 2.0], [0.0, 1.0], [1.0, np.inf]),
        ([1.0, 2.0, 3.0], [0.0, 1.0], None),
    ],
)
def test_what_cannot_be_measured_is_refused(
    scores: list[float], outcomes: list[float], weights: list[float] | None
) -> None:
    with pytest.raises(InputError):
        qini(scores, [1, 0], outcomes, weights)


def test_one_arm_alone_has_no_effect() -> None:
    assert np.isnan(effect([1, 1], [0.0, 1.0]))


@pytest.mark.parametrize(
    ("seed", "digits", "area", "above_chance"),
    [(0, 6, 0.08872472358782532, 0.021973974942213967), (1, 2, 0.09078262079069233, 0.04075279500679552)],
)
def test_areas_are_those_of_scikit_uplift(seed: int, digits: int, area: float, above_chance: float) -> None:
    """Version 0.5.1: auc(uplift_curve) / n², and (auc(qini_curve) − auc of the straight line) / (n · treated)."""
    random = np.random.default_rng(seed)
    scores = np.round(random.random(1_000), digits)
    treated = random.random(1_000) < 0.4
    outcomes = random.random(1_000) < 0.2 + 0.3 * treated * scores
    assert auuc(scores, treated, outcomes) == pytest.approx(area, rel=1e-12)
    assert qini(scores, treated, outcomes) == pytest.approx(above_chance, rel=1e-12)
