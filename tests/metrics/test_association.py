"""Rules by hand, against scipy's exact test and its false discovery control, and on independent goods."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from shopmind.kit.errors import InputError
from shopmind.metrics.association import confidence, false_discovery, fisher, leverage, lift


def test_a_rule_of_ten_orders_is_as_worked_by_hand() -> None:
    # of 10 orders 4 hold tea, 5 hold a pot, 3 hold both
    assert confidence(3, 4) == pytest.approx(0.75)
    assert lift(3, 4, 5, 10) == pytest.approx(1.5)
    assert leverage(3, 4, 5, 10) == pytest.approx(0.3 - 0.4 * 0.5)
    # P(X >= 3) = [C(5,3) C(5,1) + C(5,4) C(5,0)] / C(10,4) = (50 + 5) / 210
    assert fisher(3, 4, 5, 10) == pytest.approx(55 / 210)


def test_what_no_order_holds_has_no_confidence_and_no_lift() -> None:
    assert np.isnan(confidence(0, 0))
    assert np.isnan(lift(0, 0, 5, 10))


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 300), st.data())
def test_the_exact_test_is_that_of_scipy(orders: int, data: st.DataObject) -> None:
    first, second = data.draw(st.integers(0, orders)), data.draw(st.integers(0, orders))
    both = data.draw(st.integers(max(0, first + second - orders), min(first, second)))
    table = [[both, first - both], [second - both, orders - first - second + both]]
    expected = stats.fisher_exact(table, alternative="greater").pvalue
    assert fisher(both, first, second, orders) == pytest.approx(expected, rel=1e-8, abs=1e-12)


def test_the_exact_test_holds_for_large_shops_and_far_tails() -> None:
    both, first, second = np.array([400, 5_000, 60]), np.array([1_000, 30_000, 50_000]), np.array([20_000, 30_000, 100])
    found = fisher(both, first, second, 155_848)
    expected = stats.hypergeom.sf(both - 1, 155_848, first, second)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert fisher(900, 1_000, 1_000, 155_848) == 0.0  # beyond what a float can hold


def test_counts_that_cannot_be_are_refused() -> None:
    for counts in ((5, 4, 9, 10), (3, 4, 11, 10), (-1, 4, 5, 10)):
        with pytest.raises(InputError, match="fisher"):
            fisher(*counts)


def test_false_discoveries_are_held_as_worked_by_hand_and_as_scipy_does() -> None:
    p = np.array([0.01, 0.04, 0.03, 0.5])
    # rising: 0.01 * 4 / 1, 0.03 * 4 / 2 = 0.06, 0.04 * 4 / 3 = 0.0533, 0.5
    np.testing.assert_allclose(false_discovery(p), [0.04, 0.16 / 3, 0.16 / 3, 0.5])
    np.testing.assert_allclose(false_discovery(p), stats.false_discovery_control(p))


def test_tests_that_are_not_given_count_as_made() -> None:
    p = np.array([0.001, 0.01])
    padded = stats.false_discovery_control(np.concatenate([p, np.ones(8)]))[:2]
    np.testing.assert_allclose(false_discovery(p, 10), padded)
    with pytest.raises(InputError, match="tests"):
        false_discovery(p, 1)
    assert not len(false_discovery([]))


def test_goods_that_are_bought_independently_are_called_rules_no_more_often_than_promised() -> None:
    random = np.random.default_rng(3)
    false = 0
    for _ in range(40):
        held = random.random((400, 30)) < 0.2
        counts = held.sum(axis=0)
        both = held.T.astype(int) @ held
        one, other = np.triu_indices(30, 1)
        false += bool((false_discovery(fisher(both[one, other], counts[one], counts[other], 400)) <= 0.05).any())
    assert false <= 6  # 2 expected at most; 6 or more of 40 has a chance below 2 %
