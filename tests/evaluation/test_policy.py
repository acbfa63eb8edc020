"""`evaluate policy` on tables: what is accepted, what is answered, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from shopmind.cli.app import app
from shopmind.evaluation.policy import evaluate_policy, mapping
from shopmind.kit.errors import InputError, NotFoundError

CHANCES = {"a": 0.4, "b": 0.3, "c": 0.2, "d": 0.1}
RATES = {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.4}


def randomised(rows: int = 3_000, seed: int = 0) -> pl.DataFrame:
    """Four arms with constant chances; uniform earns .25 a row, the log .2."""
    random = np.random.default_rng(seed)
    arms = random.choice(list(CHANCES), rows, p=list(CHANCES.values()))
    return pl.DataFrame(
        {
            "arm": arms,
            "propensity": [CHANCES[arm] for arm in arms],
            "reward": (random.random(rows) < np.array([RATES[arm] for arm in arms])).astype(int),
            "age": random.normal(40, 10, rows),
            "city": random.choice(["north", "south", "东"], rows),
        }
    )


def write(folder: Path, frame: pl.DataFrame, name: str = "log.parquet") -> Path:
    folder.mkdir(exist_ok=True)
    if name.endswith(".csv"):
        frame.write_csv(folder / name)
    else:
        frame.write_parquet(folder / name)
    return folder


def with_rows(frame: pl.DataFrame, column: str, values: dict[int, Any]) -> pl.DataFrame:
    changed = frame[column].cast(pl.Float64).to_list()
    for row, value in values.items():
        changed[row] = value
    return frame.with_columns(pl.Series(column, changed, pl.Float64))


@pytest.mark.parametrize("name", ["log.parquet", "anything.csv"])
def test_a_randomised_table_is_accepted_as_it_is(tmp_path: Path, name: str) -> None:
    told = evaluate_policy(write(tmp_path / "data", randomised(), name))
    assert told["refused"] is None
    assert told["cases"] == 3_000
    assert told["protocol"]["features"] == ["age", "city"]
    for each in ("ips", "snips", "dm", "dr", "sndr", "switch_dr", "dros"):
        found = told["estimators"][each]
        assert found["low"] < 0.25 < found["high"], each
        assert found["bootstrap"]["low"] < found["value"] < found["bootstrap"]["high"], each
    diagnostics = told["estimators"]["ips"]["diagnostics"]
    assert diagnostics["mean_weight"] == pytest.approx(1.0, abs=0.05)
    assert diagnostics["effective_sample_size"] < 3_000
    assert told["estimators"]["mips"]["value"] is None
    assert "kind" in told["estimators"]["mips"]["refused"]


def test_the_same_log_and_seed_give_the_same_answer(tmp_path: Path) -> None:
    folder = write(tmp_path / "data", randomised(800))
    assert evaluate_policy(folder, draws=100) == evaluate_policy(folder, draws=100)


def test_known_and_mapped_column_names_are_taken_and_told(tmp_path: Path) -> None:
    known = randomised(800).rename({"arm": "item_id", "propensity": "pscore", "reward": "click"})
    told = evaluate_policy(write(tmp_path / "known", known), draws=0)
    assert "column 'pscore' is taken for propensity" in told["protocol"]["notes"]
    other = randomised(800).rename({"arm": "a", "propensity": "b", "reward": "c"})
    folder = write(tmp_path / "other", other)
    with pytest.raises(InputError, match=r"no column for arm, propensity, reward; it has a, b, c.*--columns arm=NAME"):
        evaluate_policy(folder)
    mapped = evaluate_policy(folder, columns=mapping("arm=a,propensity=b,reward=c"), draws=0)
    assert mapped["estimators"]["ips"]["value"] == told["estimators"]["ips"]["value"]
    with pytest.raises(InputError, match="there is no column 'z'"):
        evaluate_policy(folder, columns=mapping("arm=z"))
    with pytest.raises(InputError, match="NAME=COLUMN"):
        mapping("arm")
    with pytest.raises(InputError, match="'price' is not allowed"):
        evaluate_policy(folder, columns=mapping("price=a"))


@pytest.mark.parametrize("bad", [0.0, 1.5, -0.1, float("nan"), None])
def test_a_propensity_that_is_no_chance_names_its_row_or_is_left_out_and_counted(tmp_path: Path, bad: Any) -> None:
    folder = write(tmp_path / "data", with_rows(randomised(800), "propensity", {4: bad, 16: bad}))
    with pytest.raises(InputError, match=r"propensity is not a chance .* in 2 of 800 rows: row 5 \(.*\), row 17"):
        evaluate_policy(folder)
    told = evaluate_policy(folder, leave_out=True, draws=0)
    assert told["protocol"]["left_out"] == {"bad propensity": 2}
    assert told["cases"] == 798


def test_a_reward_or_an_arm_that_is_missing_names_its_row(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"reward is not a number in 1 of 800 rows: row 3"):
        evaluate_policy(write(tmp_path / "one", with_rows(randomised(800), "reward", {2: None})))
    nameless = (
        randomised(800)
        .with_row_index("n")
        .with_columns(pl.when(pl.col("n") == 7).then(None).otherwise(pl.col("arm")).alias("arm"))
    )
    with pytest.raises(InputError, match=r"arm is missing in 1 of 800 rows: row 8"):
        evaluate_policy(write(tmp_path / "two", nameless.drop("n")))


def test_rows_that_are_named_twice_count_once_and_must_not_differ(tmp_path: Path) -> None:
    frame = randomised(800).with_columns(pl.Series("event_id", [f"e{each}" for each in range(800)]))
    doubled = pl.concat([frame, frame.head(3)])
    told = evaluate_policy(write(tmp_path / "data", doubled), draws=0)
    assert told["protocol"]["left_out"] == {"duplicates": 3}
    assert told["cases"] == 800
    differing = pl.concat([frame, frame.head(1).with_columns((1 - pl.col("reward")).alias("reward"))])
    with pytest.raises(InputError, match=r"same event_id say different things: row 1, row 801"):
        evaluate_policy(write(tmp_path / "other", differing))


def test_a_target_of_chances_may_differ_by_any_column_of_the_log(tmp_path: Path) -> None:
    folder = write(tmp_path / "data", randomised(6_000))
    north = {"a": 0.7, "b": 0.1, "c": 0.1, "d": 0.1}
    rest = {"a": 0.1, "b": 0.1, "c": 0.1, "d": 0.7}
    rows = [
        (city, arm, p) for city, told in (("north", north), ("south", rest), ("东", rest)) for arm, p in told.items()
    ]
    path = tmp_path / "target.parquet"
    pl.DataFrame(rows, ["city", "arm", "probability"], orient="row").write_parquet(path)
    told = evaluate_policy(folder, target=path, draws=0)
    truth = (0.7 * 0.1 + 0.1 * 0.9) / 3 + 2 * (0.7 * 0.4 + 0.1 * 0.6) / 3
    assert told["estimators"]["dr"]["low"] < truth < told["estimators"]["dr"]["high"]


@pytest.mark.parametrize(
    ("rows", "columns", "says"),
    [
        ([("a", 0.5), ("b", 0.2)], ["arm", "probability"], "do not add up to 1; the first to 0.7"),
        ([("a", -0.5), ("b", 1.5)], ["arm", "probability"], "not within 0..1"),
        ([("a", 0.5), ("a", 0.5)], ["arm", "probability"], "two probabilities"),
        ([("a", 1.0, "x")], ["arm", "probability", "planet"], "'planet' is none of the log's"),
        ([("a", 1.0, "north")], ["arm", "probability", "city"], "rows of the log have no probabilities"),
        ([("a", 1.0)], ["arm", "chance"], "no column probability"),
    ],
)
def test_chances_that_are_none_are_an_error(tmp_path: Path, rows: Any, columns: list[str], says: str) -> None:
    folder, path = write(tmp_path / "data", randomised(200)), tmp_path / "target.csv"
    pl.DataFrame(rows, columns, orient="row").write_csv(path)
    with pytest.raises(InputError, match=says):
        evaluate_policy(folder, target=path)


def test_what_the_log_never_showed_is_refused(tmp_path: Path) -> None:
    folder, path = write(tmp_path / "data", randomised(800)), tmp_path / "target.parquet"
    pl.DataFrame({"arm": ["a", "new"], "probability": [0.5, 0.5]}).write_parquet(path)
    told = evaluate_policy(folder, target=path, draws=0)
    assert "50.0% of the target goes to arms that the log never showed" in told["refused"]
    assert all(each["value"] is None for each in told["estimators"].values())
    assert told["logged"]["value"] is not None


def test_a_log_without_chance_is_refused_with_the_advice_to_explore(tmp_path: Path) -> None:
    frame = randomised(800).with_columns(propensity=pl.lit(1.0))
    told = evaluate_policy(write(tmp_path / "data", frame), draws=0)
    assert "exploration" in told["refused"]


def test_too_few_effective_rows_or_rewards_or_wrong_propensities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "target.parquet"
    pl.DataFrame({"arm": ["d"], "probability": [1.0]}).write_parquet(path)
    few = evaluate_policy(write(tmp_path / "few", randomised(150)), target=path, draws=0)
    assert "effective sample size" in few["refused"]
    assert few["estimators"]["ips"]["value"] is None
    none = evaluate_policy(write(tmp_path / "none", randomised(800).with_columns(reward=pl.lit(0))), draws=0)
    assert "0 rewards" in none["refused"]
    wrong = randomised(3_000).with_columns(pl.col("propensity") / 2)
    assert "the mean weight is 1.99" in evaluate_policy(write(tmp_path / "wrong", wrong), draws=0)["refused"]


def test_answers_of_several_places_are_told_per_answer(tmp_path: Path) -> None:
    frame = randomised(3_000).with_columns(
        request_id=pl.Series([f"r{each // 3}" for each in range(3_000)]), position=pl.Series([0, 1, 2] * 1_000)
    )
    told = evaluate_policy(write(tmp_path / "data", frame), draws=0)
    assert told["cases"] == 1_000
    assert told["reward"] == "mean reward of an answer"
    assert told["estimators"]["iips"]["value"] == pytest.approx(told["estimators"]["ips"]["value"])
    for name in ("iips", "rips", "cascade_dr"):
        assert told["estimators"][name]["low"] < 0.75 < told["estimators"][name]["high"], name


def test_what_is_not_there_or_not_meant_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        evaluate_policy(tmp_path / "nowhere")
    folder = write(tmp_path / "data", randomised(200))
    with pytest.raises(InputError, match="own log"):
        evaluate_policy(folder, target="home.toml")
    with pytest.raises(NotFoundError):
        evaluate_policy(folder, target="missing.parquet")
    with pytest.raises(InputError, match="did you mean 'snips'"):
        evaluate_policy(folder, estimators=["snip"])
    (folder / "log.parquet").rename(folder / "one.parquet")
    write(folder, randomised(200), "two.csv")
    with pytest.raises(InputError, match=r"which of one\.parquet, two\.csv is the log"):
        evaluate_policy(folder)


def test_the_command_prints_json_alone_and_exits_1_on_a_refusal(tmp_path: Path) -> None:
    folder = write(tmp_path / "data", randomised(800))
    done = CliRunner().invoke(app, ["evaluate", "policy", str(folder), "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["estimators"]["dr"]["value"] is not None
    assert CliRunner().invoke(app, ["evaluate", "policy", str(folder)]).exit_code == 0
    certain = write(tmp_path / "certain", randomised(800).with_columns(propensity=pl.lit(1.0)))
    refused = CliRunner().invoke(app, ["evaluate", "policy", str(certain), "--json"])
    assert refused.exit_code == 1
    assert "exploration" in json.loads(refused.stdout)["refused"]


@pytest.mark.slow
def test_random_is_told_from_the_log_of_bts_and_held_against_its_own(data_folder: Path) -> None:
    told = evaluate_policy(data_folder / "bandit", draws=0)
    assert told["refused"] is None
    for campaign in ("all", "men"):
        found = told["parts"][campaign]["random from bts"]
        assert found["refused"] is None
        truth = found["on_policy"]["value"]
        for name in ("ips", "snips", "dm", "dr", "sndr", "switch_dr", "dros", "mips"):
            assert found["estimators"][name]["low"] < truth < found["estimators"][name]["high"], (campaign, name)
    women = told["parts"]["women"]["random from bts"]
    assert "one row carries 69% of all weight" in women["refused"]
    assert women["estimators"]["ips"]["value"] is None
    back = told["parts"]["men"]["bts from random"]
    assert "mean propensity of each item by campaign and position" in back["approximate"].replace("\n", " ")
    assert back["agrees"]["snips"]
