from __future__ import annotations

import numpy as np
import pytest

from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import silent
from shopmind.testing.trial_worlds import trial_world
from shopmind.training.lambdamart import Growth
from shopmind.training.uplift.encoding import matrix
from shopmind.training.uplift.learners import (
    LEARNERS,
    Cases,
    arrays,
    crossed,
    folds_of,
    of_arrays,
    out_of_fold,
    pseudo_outcomes,
    response,
    summed,
)
from shopmind.training.uplift.recipe import UpliftRecipe, cases_of, growth_of
from shopmind.training.uplift.trial import read_trial

GROWTH = Growth(trees=30, leaves=4, rate=0.1, at_least=20)


def world(kind: str, people: int = 3_000, seed: int = 0) -> tuple[Cases, np.ndarray]:
    drawn = trial_world(kind, people, seed)
    trial = read_trial(drawn.frame, "t")
    return cases_of(trial, matrix(trial.columns, trial.frame), np.ones(people, np.bool_)), drawn.effect


def test_the_doubly_robust_outcome_is_that_worked_by_hand() -> None:
    cases = Cases(
        np.zeros((2, 1), np.float32),
        np.array([True, False]),
        np.array([1.0, 1.0]),
        np.array([0.5, 0.8]),
        np.array([0, 1]),
        True,
    )
    found = pseudo_outcomes(cases, np.array([0.6, 0.6]), np.array([0.2, 0.2]))
    # 0.4 + (1 − 0.6)/0.5 and 0.4 − (1 − 0.2)/0.8
    np.testing.assert_allclose(found, [1.2, -0.6])


@pytest.mark.parametrize("name", LEARNERS)
def test_every_learner_finds_who_is_persuaded(name: str) -> None:
    cases, effect = world("persuadable")
    other, truth = world("persuadable", seed=9)
    said = summed(LEARNERS[name](cases, GROWTH, 0), other.matrix)
    first = np.argsort(-said)[:900]
    assert truth[first].mean() > 1.6 * truth.mean()
    assert said.mean() == pytest.approx(effect.mean(), abs=0.04)


def test_the_response_is_not_the_effect_where_those_who_come_anyway_are_least_moved() -> None:
    cases, _ = world("opposed")
    other, truth = world("opposed", seed=9)
    first = np.argsort(-summed(response(cases, GROWTH, 0), other.matrix))[:900]
    assert truth[first].mean() < truth.mean()


def test_chances_that_differ_are_taken_out() -> None:
    cases, effect = world("confounded", 6_000)
    plain = cases.outcome[cases.treated].mean() - cases.outcome[~cases.treated].mean()
    mean = pseudo_outcomes(cases, *crossed(cases, GROWTH, 0)).mean()
    assert abs(mean - effect.mean()) < 0.03 < abs(plain - effect.mean())


def test_a_person_is_in_one_fold_whatever_the_order_of_the_file() -> None:
    ids = [f"u{place}" for place in range(500)]
    people = np.repeat(np.arange(500), 2)
    folds = folds_of(ids, people, 5, 0)
    assert (folds[::2] == folds[1::2]).all()
    assert set(folds.tolist()) == {0, 1, 2, 3, 4}
    np.testing.assert_array_equal(folds_of(ids[::-1], people, 5, 0)[::2], folds[::2][::-1])


def test_no_row_is_scored_by_a_model_that_saw_it() -> None:
    """A learner that knows every row it saw by heart says nothing of those of its own fold."""
    cases, _ = world("none", 400)
    seen: list[set[int]] = []

    def remembering(part: Cases, growth: Growth, seed: int) -> tuple[()]:
        seen.append(set(part.people.tolist()))
        return ()

    folds = folds_of([str(each) for each in range(400)], cases.people, 4, 0)
    said = out_of_fold(remembering, cases, folds, GROWTH, 0)
    assert not np.isnan(said).any()
    for fold, known in enumerate(seen):
        assert not known & set(cases.people[folds == fold].tolist())


def test_what_is_kept_in_an_artifact_says_the_same() -> None:
    cases, _ = world("bent", 1_000)
    for name, learner in LEARNERS.items():
        terms = learner(cases, GROWTH, 0)
        held = arrays(terms, name)
        np.testing.assert_array_equal(summed(of_arrays(held, name), cases.matrix), summed(terms, cases.matrix))
    assert of_arrays(held, "other") == ()


def test_without_a_trial_the_recipe_names_the_command() -> None:
    from shopmind.training.recipe import Tables

    tables = Tables(None, None, 0)  # type: ignore[arg-type]
    with pytest.raises(NotReadyError, match="shopmind train FOLDER uplift --trial FILE"):
        UpliftRecipe().fit(tables, UpliftRecipe.Options(), seed=0, progress=silent)


def test_leaves_grow_with_the_trial() -> None:
    assert growth_of(100).at_least == 20
    assert growth_of(100_000).at_least == 2_000
