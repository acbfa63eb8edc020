from __future__ import annotations

import pytest

from shopmind.evaluation.estimators import MENU
from shopmind.testing import estimator_suite


@pytest.mark.parametrize("name", MENU)
def test_an_estimator_keeps_its_contract(name: str) -> None:
    estimator_suite.check_estimator(MENU.load(name)(), estimator_suite.make_log())


@pytest.mark.parametrize("name", MENU)
def test_an_estimator_tells_a_policy_from_its_own_log_what_it_earned(name: str) -> None:
    estimator_suite.check_agrees_with_the_log(MENU.load(name)(), estimator_suite.make_log())
