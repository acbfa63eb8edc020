"""Calibration, worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from shopmind.kit.errors import InputError
from shopmind.metrics import calibration


def test_ece_worked_by_hand() -> None:
    # Two bins. Lower: said .2 and .4 (mean .3), happened 0 and 1 (mean .5). Upper: said .9, happened 1.
    error = calibration.expected_calibration_error([0.2, 0.4, 0.9], [0, 1, 1], bins=2)
    assert error == pytest.approx((2 * 0.2 + 1 * 0.1) / 3)


def test_the_upper_edge_belongs_to_its_bin_and_zero_to_the_first() -> None:
    assert calibration.expected_calibration_error([0.0, 0.5, 1.0], [0, 1, 1], bins=2) == pytest.approx(0.5 / 3)


def test_brier_and_log_loss_worked_by_hand() -> None:
    assert calibration.brier([0.5, 0.9], [0, 1]) == pytest.approx((0.25 + 0.01) / 2)
    assert calibration.log_loss([0.5, 0.9], [0, 1]) == pytest.approx(-(math.log(0.5) + math.log(0.9)) / 2)


def test_log_loss_of_a_sure_mistake_is_large_but_finite() -> None:
    assert calibration.log_loss([1.0], [0]) == pytest.approx(-math.log(1e-15), rel=1e-3)


def test_nothing_to_measure_is_nan() -> None:
    for metric in (calibration.expected_calibration_error, calibration.brier, calibration.log_loss):
        assert math.isnan(metric([], []))


def test_a_well_calibrated_forecast_has_a_small_error() -> None:
    random = np.random.default_rng(0)
    said = random.random(20_000)
    assert calibration.expected_calibration_error(said, (random.random(20_000) < said).astype(float)) < 0.02


@pytest.mark.parametrize(
    ("said", "happened"), [([1.2], [1]), ([math.nan], [1]), ([0.5], [0.5]), ([0.5, 0.5], [1]), ([[0.5]], [[1]])]
)
def test_what_is_no_probability_or_no_outcome_is_refused(said: list[float], happened: list[float]) -> None:
    with pytest.raises(InputError):
        calibration.brier(said, happened)
