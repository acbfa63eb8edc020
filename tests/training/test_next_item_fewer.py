"""Which signals stay: curvature beside differences, the order beside refits, and what is left of copies and noise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from shopmind.training.next_item.blend import Blend, Choices
from shopmind.training.next_item.evidence import FORMS
from shopmind.training.next_item.fewer import Foreseen, fewer, foreseen, halves, missed_least
from shopmind.training.next_item.recipe import NextItemRecipe

RIDGE = 1e-2
LISTS, LONG = 600, 12


def lists(weights: dict[str, float], *, copies: tuple[tuple[str, str], ...] = (), seed: int = 0) -> Choices:
    """Lists of which one is taken by chance, the likelier the higher the weighted sum of its signals.

    A copy (NAME, OF) says what the other says.
    """
    chance = np.random.default_rng(seed)
    columns = tuple(f"{name}{form}" for name in weights for form in FORMS)
    found = Choices((*columns, "popular"), ("long_history",))
    for _ in range(LISTS):
        values = {name: chance.standard_normal(LONG).astype(np.float32) for name in (*columns, "popular")}
        for name, of in copies:
            for form in FORMS:
                values[f"{name}{form}"] = values[f"{of}{form}"]
        values["long_history"] = np.full(LONG, chance.standard_normal(), np.float32)
        score = sum(weight * values[name] for name, weight in weights.items()) + chance.gumbel(size=LONG)
        found.add(values, np.arange(LONG) == np.argmax(score))
    return found


WEIGHTS = {"after": 2.0, "before": 0.0, "next": 1.0, "traits": 0.3, "factors": 0.0}


def loss(choices: Choices, blend: Blend, flat: NDArray[np.float64]) -> float:
    """Mean of -ln softmax of what was taken, written anew."""
    total = 0.0
    moved = Blend(blend.columns, blend.gates, blend.centre, blend.scale, flat.astype(np.float32).reshape(2, -1))
    for matrix, taken in zip(choices._matrices, choices._taken, strict=True):
        names = (*choices.columns, *choices.gates)
        values = {name: matrix[:, place].astype(np.float32) for place, name in enumerate(names)}
        scores = moved.scores(values).astype(np.float64)
        total += np.log(np.exp(scores - scores.max()).sum()) + scores.max() - scores[taken].mean()
    return total / len(choices) + RIDGE * float(flat @ flat)


def test_the_curvature_is_the_second_difference_of_the_loss() -> None:
    choices = lists({"after": 1.0})
    blend = choices.blend(RIDGE)
    nothing = Blend(
        blend.columns, blend.gates, blend.centre, blend.scale, np.zeros((2, len(blend.columns)), np.float32)
    )
    found = choices.curvature(nothing, RIDGE, range(len(choices)))
    assert found == pytest.approx(found.T)

    def value(*steps: tuple[int, float]) -> float:
        flat = np.zeros(blend.weights.size)
        for place, step in steps:
            flat[place] += step
        return loss(choices, blend, flat)

    step = 0.05
    for one, other in ((0, 0), (0, 1), (0, 3), (1, 4)):
        bent = value((one, step), (other, step)) - value((one, step), (other, -step))
        bent += value((one, -step), (other, -step)) - value((one, -step), (other, step))
        assert found[one, other] == pytest.approx(bent / (4 * step * step), abs=2e-3)


def test_what_says_nothing_goes_first_and_what_says_most_last() -> None:
    choices = lists(WEIGHTS)
    order = missed_least(choices, choices.blend(RIDGE), RIDGE, range(len(choices)))
    assert set(order[:2]) == {"before", "factors"}
    assert order[2:] == ["traits", "next", "after"]


def test_of_two_that_say_the_same_one_goes_early_and_the_other_takes_over() -> None:
    choices = lists({**WEIGHTS, "after_last": 0.0}, copies=(("after_last", "after"),))
    order = missed_least(choices, choices.blend(RIDGE), RIDGE, range(len(choices)))
    assert order[-1] in ("after", "after_last")
    assert {"after", "after_last"} & set(order[:3]), "its half of the weight is not missed: the copy has it"


def test_the_fewest_that_foresee_as_well_stay() -> None:
    choices = lists(WEIGHTS)
    splits = halves(len(choices), both=True, seed=0)
    whole = foreseen(choices, splits, RIDGE)
    found = fewer(whole, splits, RIDGE, least=1, tolerance=1.0)
    assert {"after", "next"} <= set(found.choices.columns)
    assert not {"before", "factors"} & set(found.choices.columns)
    assert "popular" in found.choices.columns, "only signals are left out: tables cost nothing"
    assert found.worth >= 0.97 * whole.worth
    again = foreseen(choices.of(found.choices.columns), splits, RIDGE)
    assert again.worth == pytest.approx(found.worth, abs=2e-3), (
        "where the search begins changes little of where it ends"
    )


def test_a_loss_is_held_against_the_error_of_the_difference_worked_by_hand() -> None:
    choices = Choices((), ())
    best, less = (Foreseen(choices, (), np.array(ranks, float)) for ranks in ([0, 0, 0, 20], [0, 0, 20, 20]))
    # lost 0, 0, 1, 0: the mean is .25, the deviation .433, its error .2165: 1.155 errors are lost
    assert (best.worth, less.worth) == (0.75, 0.5)
    assert less.as_good_as(best, 1.16)
    assert not less.as_good_as(best, 1.15)
    assert best.as_good_as(less, 0.0)
    assert less.as_good_as(less, 0.0)


def test_the_same_share_may_be_lost_by_few_lists_and_not_by_many() -> None:
    """Of a hundred lists chance loses one hit as often as it wins one; of ten thousand not a hundred."""
    choices = Choices((), ())

    def pair(lists: int) -> tuple[Foreseen, Foreseen]:
        ranks = np.zeros(lists)
        ranks[: lists // 2] = 20
        worse = ranks.copy()
        worse[-lists // 100 :] = 20
        return Foreseen(choices, (), ranks), Foreseen(choices, (), worse)

    few, few_worse = pair(100)
    many, many_worse = pair(10_000)
    assert few_worse.worth / few.worth == pytest.approx(many_worse.worth / many.worth)
    assert few_worse.as_good_as(few, 1.1)
    assert not many_worse.as_good_as(many, 1.1)


def test_so_many_stay_whatever_they_add() -> None:
    choices = lists({"after": 3.0, "before": 0.0, "next": 0.0, "traits": 0.0})
    splits = halves(len(choices), both=False, seed=0)
    found = fewer(foreseen(choices, splits, RIDGE), splits, RIDGE, least=3, tolerance=3.0)
    assert len([name for name in found.choices.columns if name in WEIGHTS]) == 3


def test_each_half_is_foreseen_from_the_other_alone() -> None:
    (learned, asked), (second, first) = halves(50, both=True, seed=1)
    assert (learned, asked) == (first, second)
    assert sorted(learned + asked) == list(range(50))
    assert halves(50, both=False, seed=1) == [(learned, asked)]


@pytest.mark.parametrize(
    ("option", "value"), [("least", -1), ("tolerance", -0.1), ("tolerance", np.inf), ("tolerance", np.nan)]
)
def test_what_would_keep_nothing_is_refused(option: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"{option} is .* allowed is 0"):
        NextItemRecipe.Options(**{option: value})


def test_all_may_go_where_none_is_missed() -> None:
    choices = lists({"after": 0.0, "before": 0.0})
    splits = halves(len(choices), both=True, seed=0)
    found = fewer(foreseen(choices, splits, RIDGE), splits, RIDGE, least=0, tolerance=2.0)
    assert found.choices.columns == ("popular",)
