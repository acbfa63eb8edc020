"""Clicks made by known people: what is true is recovered."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from shopmind.training.click_model import (
    Examination,
    Shown,
    attraction_of,
    examination,
    position_based,
    until_last_click,
)

TRUE = 1 / np.arange(1, 11) ** 0.8
QUERIES, ITEMS, ANSWERS = 40, 10, 400


def simulated(seed: int, *, noise: float, answers: int = ANSWERS) -> tuple[Shown, NDArray[np.float64]]:
    """Answers of a ranker that orders by truth plus noise, clicked by people who look as TRUE says."""
    chance = np.random.default_rng(seed)
    truth = chance.beta(1, 4, (QUERIES, ITEMS))
    habit = truth + noise * chance.standard_normal(truth.shape)
    pairs, places, clicked, lists = [], [], [], []
    for answer in range(answers * QUERIES):
        query = answer % QUERIES
        order = np.argsort(-(habit[query] + noise * chance.standard_normal(ITEMS)))
        liked = chance.random(ITEMS) < truth[query, order]
        looked = chance.random(ITEMS) < TRUE
        pairs.append(query * ITEMS + order)
        places.append(np.arange(ITEMS))
        clicked.append((liked & looked).astype(np.float64))
        lists.append(np.full(ITEMS, answer))
    return Shown(*map(np.concatenate, (pairs, places, clicked, lists))), truth.ravel()


def test_examination_is_recovered_from_pairs_that_moved() -> None:
    shown, _ = simulated(0, noise=0.1)
    found = examination(shown)
    assert found.learned
    np.testing.assert_allclose(found.share, TRUE, atol=0.06)


def test_attraction_is_recovered_and_corrects_what_clicks_alone_say() -> None:
    shown, truth = simulated(1, noise=0.3)
    corrected, looks = attraction_of(shown, shown.clicked, examination(shown))
    rate = np.bincount(shown.pairs, shown.clicked) / np.bincount(shown.pairs)
    assert np.abs(corrected - truth).mean() < 0.035
    assert np.abs(rate - truth).mean() > 0.08
    assert (looks > 0).all()


def test_a_ranking_that_never_moves_teaches_no_bias_and_the_usual_curve_is_assumed() -> None:
    shown, _ = simulated(2, noise=0.0, answers=20)
    found = examination(shown)
    assert not found.learned
    assert found.moved == 0
    np.testing.assert_allclose(found.share, 1 / np.arange(1, 11))


def test_the_position_based_model_worked_by_hand() -> None:
    # One pair at two places, clicked half the time at the first and a quarter at the second: examination 1 and 1/2.
    shown = Shown(
        np.zeros(8000, np.int64), np.arange(8000) % 2,
        np.isin(np.arange(8000) % 8, (0, 1, 4)).astype(float), np.arange(8000),
    )  # fmt: skip
    rates = [shown.clicked[shown.places == place].mean() for place in (0, 1)]
    assert rates == [0.5, 0.25]
    share, _ = position_based(shown, 2)
    assert share[1] / share[0] == pytest.approx(0.5, abs=0.01)


def test_reading_down_to_the_last_click_worked_by_hand() -> None:
    # List 0: clicks on the second of three; list 1: no click, nothing is known to be read.
    shown = Shown(
        np.array([0, 1, 2, 0, 1, 2]), np.array([0, 1, 2, 0, 1, 2]), np.array([0.0, 1, 0, 0, 0, 0]), np.repeat([0, 1], 3)
    )
    attraction, often = until_last_click(shown)
    assert attraction[:2].tolist() == [0.0, 1.0]
    assert np.isnan(attraction[2])
    assert often.tolist() == [1, 1, 0]


def test_worth_over_looks_worked_by_hand() -> None:
    shown = Shown(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([1.0, 0, 1]), np.arange(3))
    found, looks = attraction_of(shown, shown.clicked, Examination(np.array([1.0, 0.5]), 0, False), shrink=0.0)
    assert looks.tolist() == [1.5, 0.5]
    assert found.tolist() == [pytest.approx(1 / 1.5), 2.0]


def test_no_impressions_say_nothing() -> None:
    nothing = np.empty(0, np.int64)
    found = examination(Shown(nothing, nothing, np.empty(0), nothing))
    assert not found.learned
    assert found.share.tolist() == [1.0]
