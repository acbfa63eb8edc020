from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from shopmind.kit.errors import InputError
from shopmind.testing.trial_worlds import trial_world
from shopmind.training.uplift.encoding import Column, matrix, of_card, row
from shopmind.training.uplift.trial import read_trial


def frame(people: int = 80, **columns: Any) -> pl.DataFrame:
    said = {
        "user_id": [f"u{place}" for place in range(people)],
        "treatment": [place % 2 for place in range(people)],
        "outcome": [place % 3 == 0 for place in range(people)],
        "age": [20 + place % 7 for place in range(people)],
    }
    return pl.DataFrame({**said, **columns})


@pytest.mark.parametrize(
    "treatment", [[0, 1], [0.0, 1.0], [False, True], ["0", "1"], ["control", "1"], ["Control", "1.0"]]
)
def test_arms_are_the_same_however_a_file_writes_them(treatment: list[Any]) -> None:
    trial = read_trial(frame(treatment=treatment * 40), "t")
    assert trial.arms[1] == "1"
    assert trial.arms[0].casefold() in ("0", "control")
    assert trial.arm.tolist() == [0, 1] * 40
    assert trial.binary


def test_a_table_of_texts_is_read_as_one_of_numbers() -> None:
    told = frame().with_columns(pl.col("outcome").cast(pl.Int64)).with_columns(pl.all().cast(pl.String))
    trial, same = read_trial(told, "t"), read_trial(frame(), "t")
    np.testing.assert_array_equal(trial.outcome, same.outcome)
    np.testing.assert_array_equal(matrix(trial.columns, trial.frame), matrix(same.columns, same.frame))


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"treatment": [1] * 80}, "one arm only, '1' (80 people)"),
        ({"treatment": ["a", "b"] * 40}, "which arm was given nothing"),
        ({"treatment": [0] * 78 + [1] * 2}, "too few people in an arm: '1' has 2"),
        ({"treatment": [None, 1] * 40}, "treatment is missing in 40 of 80 rows: row 1 (None)"),
        ({"propensity": [0.5] * 79 + [1.0]}, "in 1 of 80 rows: row 80 (1.0)"),
        ({"propensity": [0.0] + [0.5] * 79}, "propensity is not a chance above 0 and below 1"),
        ({"propensity": [None] + [0.5] * 79}, "propensity is not a chance"),
        ({"outcome": ["yes"] * 80}, "outcome is not a number in 80 of 80 rows: row 1 (yes)"),
        ({"outcome": [float("nan")] + [1.0] * 79}, "outcome is not a number"),
        ({"value": [float("inf")] + [1.0] * 79}, "value is not a number"),
        ({"age": [float("nan")] + [1.0] * 79}, "age is NaN or infinite (leave it empty if unknown) in 1 of 80 rows"),
        ({"user_id": [None, *(f"u{place}" for place in range(79))]}, "user_id is missing"),
        ({"user_id": ["u0", "u0", *(f"u{place}" for place in range(78))]}, "in two arms: 'u0'"),
    ],
)
def test_what_is_wrong_with_a_trial_is_said_with_rows(columns: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as error:
        read_trial(frame(**columns), "trial.csv")
    assert said in error.value.message
    assert error.value.message.startswith("trial.csv: ")


def test_a_missing_column_is_named_with_those_that_are_there() -> None:
    with pytest.raises(InputError, match=r"no column treatment; it has user_id, outcome, age"):
        read_trial(frame().drop("treatment"), "t")


def test_bad_rows_are_left_out_and_counted_when_asked() -> None:
    trial = read_trial(frame(propensity=[0.0, 1.0] + [0.5] * 78), "t", leave_out=True)
    assert len(trial) == 78
    assert trial.left_out == {"bad propensity": 2}


def test_an_arm_by_any_name_is_control_when_it_is_named() -> None:
    assert read_trial(frame(treatment=["b", "a"] * 40), "t", control="b").arms == ("b", "a")


def test_propensities_are_read_as_what_the_shares_bear_out() -> None:
    random = np.random.default_rng(0)
    chance = random.uniform(0.2, 0.8, 2_000)
    treated = random.random(2_000) < chance
    own = np.where(treated, chance, 1 - chance)
    for said in (chance, own):
        trial = read_trial(frame(2_000, treatment=treated, propensity=said), "t")
        np.testing.assert_allclose(trial.chance, own)


def test_one_chance_for_all_is_read_either_way() -> None:
    treatment = [0, 1, 1, 1] * 40
    for said in ([0.75] * 160, [0.25, 0.75, 0.75, 0.75] * 40):
        np.testing.assert_allclose(
            read_trial(frame(160, treatment=treatment, propensity=said), "t").chance, [0.25, 0.75, 0.75, 0.75] * 40
        )


def test_without_propensities_the_chances_are_the_shares_of_the_arms() -> None:
    trial = read_trial(frame(treatment=[0, 1, 1, 1] * 40, people=160), "t")
    np.testing.assert_allclose(trial.chance, [0.25, 0.75, 0.75, 0.75] * 40)


def test_unknown_is_a_value_of_its_own() -> None:
    trial = read_trial(frame(age=[None, 30.0] * 40, town=["a", None] * 40), "t")
    assert [column.name for column in trial.columns] == ["age", "town"]
    wide = matrix(trial.columns, trial.frame)
    np.testing.assert_allclose(wide[:2], [[30, 1, 1, 0], [30, 0, 0, 1]])
    assert any("age: 40 unknown" in note for note in trial.notes)


def test_a_person_is_read_as_the_same_row_of_the_trial_was() -> None:
    trial = read_trial(trial_world("same", 200, 0).frame, "t")
    wide = matrix(trial.columns, trial.frame)
    columns = of_card([column.plain() for column in trial.columns])
    for place, person in enumerate(trial.frame.iter_rows(named=True)):
        np.testing.assert_allclose(row(columns, person)[0], wide[place], rtol=1e-6)


def test_an_attribute_of_another_type_is_unknown() -> None:
    columns = (Column("age", (), 40.0, 3), Column("town", ("a", "b"), 0.0, 0))
    np.testing.assert_allclose(row(columns, {"age": "many", "town": 3}), [[40, 1, 0, 0]])
    np.testing.assert_allclose(row(columns, {"age": "37", "town": "b"}), [[37, 0, 0, 1]])


def test_ids_and_constants_are_no_features() -> None:
    trial = read_trial(frame(code=[f"c{place}" for place in range(80)], one=[1] * 80), "t")
    assert [column.name for column in trial.columns] == ["age"]
    assert any("code, one" in note for note in trial.notes)
