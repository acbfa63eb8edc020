from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from shopmind.evaluation.experiments import Question, analyse
from shopmind.evaluation.experiments.drafts import judge
from shopmind.kit.errors import InputError

HALVES = {"a": 0.5, "b": 0.5}


def shares(**arms: tuple[int, int]) -> pl.DataFrame:
    """Variant → (units that did, units): a share."""
    rows = [(f"{name}{i}", name, float(i < did), 1.0) for name, (did, units) in arms.items() for i in range(units)]
    return pl.DataFrame(rows, ["unit", "variant", "numerator", "denominator"], orient="row")


def asked(**keys: Any) -> Question:
    return Question(**{"shares": HALVES, "test": "fixed", "effect": 0.1, **keys})


def decided(frames: dict[str, pl.DataFrame], question: Question) -> tuple[str, str, str]:
    told = analyse(frames, question)["decision"]
    return told["action"], told["english"], told["chinese"]


def test_a_variant_that_surely_adds_is_shipped() -> None:
    action, english, chinese = decided({"conversion": shares(a=(5_000, 50_000), b=(5_400, 50_000))}, asked())
    assert action == "ship"
    assert english == "Variant b adds 8.0 % to conversion, 95 % interval 4.1 to 12.0; ship it."
    assert chinese == "方案 b 使转化率提高 8.0 %(95 % 区间 4.1 至 12.0);可以上线。"


def test_a_variant_that_surely_takes_is_stopped() -> None:
    action, english, chinese = decided({"conversion": shares(a=(5_400, 50_000), b=(5_000, 50_000))}, asked())
    assert action == "stop"
    assert english == "Variant b takes 7.4 % from conversion, 95 % interval -10.7 to -4.0; stop it."
    assert chinese.startswith("方案 b 使转化率降低 7.4 %")


def test_too_few_units_wait_and_say_how_many_more() -> None:
    told = analyse({"conversion": shares(a=(500, 5_000), b=(560, 5_000))}, asked())
    assert told["decision"]["action"] == "wait"
    assert told["plan"]["units_needed"] == 29497
    assert told["decision"]["english"].startswith("Not enough yet: 19,497 more units. So far: variant b adds 12.0 %")
    assert told["decision"]["chinese"].startswith("数据还不够:还需要 19,497 个单元。")
    assert told["plan"]["finds"] == pytest.approx(0.1 * np.sqrt(2.9497), rel=1e-4)


def test_a_fixed_test_is_not_read_before_its_time_and_a_sequential_one_is() -> None:
    frames = {"conversion": shares(a=(500, 5_000), b=(700, 5_000))}
    assert decided(frames, asked())[0] == "wait"
    assert decided(frames, asked(over=True))[0] == "ship"
    assert decided(frames, asked(test="sequential"))[0] == "ship"


def test_enough_units_without_a_difference_keep_the_control() -> None:
    action, english, chinese = decided({"conversion": shares(a=(5_000, 50_000), b=(5_010, 50_000))}, asked())
    assert action == "keep"
    assert english.startswith("No sure difference: variant b adds 0.2 % to conversion, 95 % interval -3.")
    assert english.endswith("; keep a.")
    assert chinese.endswith("保留 a。")


def test_a_broken_split_is_not_read() -> None:
    told = analyse({"conversion": shares(a=(5_000, 50_000), b=(9_000, 48_000))}, asked())
    assert told["split"]["broken"]
    assert told["decision"]["action"] == "broken"
    assert told["decision"]["english"].startswith("The split is broken: do not read it. a 50,000, b 48,000 units came")
    assert told["decision"]["chinese"].startswith("分流已损坏")


def test_a_handful_of_units_is_never_read() -> None:
    assert decided({"conversion": shares(a=(0, 20), b=(20, 20))}, asked(test="sequential"))[0] == "wait"
    assert decided({"conversion": shares(a=(0, 200), b=(200, 200))}, asked(test="sequential"))[0] == "wait"
    for empty in (shares(a=(0, 0), b=(0, 0)), shares(a=(0, 1), b=(0, 1)), shares(a=(0, 500), b=(0, 500))):
        told = analyse({"conversion": empty}, asked(test="sequential"))
        assert told["decision"]["action"] == "wait"
        assert told["plan"]["units_needed"] is None


def test_of_several_variants_the_p_are_corrected_and_the_best_is_shipped() -> None:
    question = asked(shares={"a": 0.25, "b": 0.25, "c": 0.25, "d": 0.25})
    frame = shares(a=(5_000, 50_000), b=(5_390, 50_000), c=(5_600, 50_000), d=(5_210, 50_000))
    told = analyse({"conversion": frame}, question)
    assert (told["decision"]["action"], told["decision"]["variant"]) == ("ship", "c")
    rows = told["metrics"]["conversion"]["comparisons"]
    assert rows["d"]["p"] < 0.05
    assert rows["d"]["p_adjusted"] == rows["d"]["p"]  # the largest of three: Holm leaves it
    assert rows["c"]["p_adjusted"] == pytest.approx(3 * rows["c"]["p"])


def test_a_watched_metric_that_falls_is_named_before_anything_is_shipped() -> None:
    frames = {
        "conversion": shares(a=(5_000, 50_000), b=(5_400, 50_000)),
        "add_to_cart": shares(a=(10_000, 50_000), b=(9_000, 50_000)),
        "clicks": shares(a=(10_000, 50_000), b=(10_010, 50_000)),
    }
    action, english, chinese = decided(frames, asked())
    assert action == "ship"
    assert english.endswith("; but add-to-cart surely falls; look before you ship it.")
    assert "加购率明显下降" in chinese


def test_a_variant_that_was_removed_is_counted_and_not_compared() -> None:
    question = asked(shares={"a": 0.4, "b": 0.3, "c": 0.3}, gone=("c",))
    told = analyse({"conversion": shares(a=(4_000, 40_000), b=(3_300, 30_000), c=(900, 9_000))}, question)
    assert told["units"] == {"a": 40_000, "b": 30_000, "c": 9_000}
    assert not told["split"]["broken"]
    assert list(told["metrics"]["conversion"]["comparisons"]) == ["b"]


def test_without_its_control_nothing_is_compared() -> None:
    question = asked(shares={"a": 0.4, "b": 0.3, "c": 0.3}, gone=("a",))
    told = analyse({"conversion": shares(a=(400, 4_000), b=(3_300, 30_000), c=(2_900, 30_000))}, question)
    assert told["metrics"]["conversion"]["comparisons"] == {}
    assert told["decision"]["action"] == "broken"
    assert told["decision"]["english"].startswith("Variant a was removed: there is nothing to compare with.")


def test_the_earlier_period_narrows_the_interval() -> None:
    random = np.random.default_rng(1)
    habit = random.gamma(2.0, 1.0, 4_000)
    frame = pl.DataFrame(
        {
            "unit": np.arange(4_000),
            "variant": ["a", "b"] * 2_000,
            "numerator": random.poisson(habit),
            "earlier": random.poisson(habit),
        }
    )
    row = analyse({"orders": frame}, asked(metric="orders"))["metrics"]["orders"]["comparisons"]["b"]
    assert 0.6 < row["variance_kept"] < 0.85


def test_frames_that_cannot_be_read_are_refused() -> None:
    good = shares(a=(1, 2), b=(1, 2))
    for frame, words in (
        (good.drop("unit"), "no column 'unit'"),
        (pl.concat([good, good]), "stands twice"),
        (good.with_columns(numerator=pl.lit(float("nan"))), "no number"),
        (good.with_columns(numerator=pl.lit(None, pl.Float64)), "no number"),
    ):
        with pytest.raises(InputError, match=words):
            analyse({"conversion": frame}, asked())
    with pytest.raises(InputError, match="no frame of the metric"):
        analyse({"clicks": good}, asked())


def votes(control: int, other: int, neither: int = 0, silent: int = 0) -> pl.DataFrame:
    rows = [(1, 0)] * control + [(0, 2)] * other + [(1, 1)] * neither + [(0, 0)] * silent
    return pl.DataFrame({"unit": range(len(rows)), "control": [a for a, _ in rows], "other": [b for _, b in rows]})


def test_an_interleaving_is_judged_by_the_votes_of_its_units() -> None:
    """60 of 100 votes: the sign test says p = 0.0569 (scipy.stats.binomtest)."""
    question = asked(effect=0.3, over=True)
    told = judge(votes(40, 60, 20, 500), question)
    assert told["votes"] == {"a": 40, "b": 60, "neither": 20}
    assert told["units"] == {"shown": 620, "voted": 120}
    assert told["preference"]["value"] == pytest.approx(20 / 120)
    assert told["preference"]["p"] == pytest.approx(0.0569, abs=1e-4)
    assert told["preference"]["low"] < told["preference"]["value"] < told["preference"]["high"]
    assert told["decision"]["action"] == "keep"
    won = judge(votes(100, 160), question)["decision"]
    assert won["english"].startswith("Variant b adds 23.1 % to preference")
    assert won["action"] == "ship"
    assert judge(votes(160, 100), question)["decision"]["action"] == "stop"


def test_an_interleaving_that_lost_a_team_is_not_read() -> None:
    for gone in ("a", "b"):
        told = judge(votes(100, 200), asked(gone=(gone,)))
        assert (
            told["decision"]["english"]
            == f"Variant {gone} was removed: there is nothing to compare with. Stop the experiment."
        )
        assert told["votes"]["b"] == 200


def test_a_few_votes_that_all_agree_are_not_sure_of_themselves() -> None:
    told = judge(votes(0, 3), asked(test="sequential", effect=0.2))["preference"]
    assert told["p"] > 0.05
    assert told["low"] < 0 < told["high"]


def test_an_interleaving_may_be_looked_at_every_day() -> None:
    few = judge(votes(3, 9), asked(test="sequential", effect=0.2))
    assert few["decision"]["action"] == "wait"
    many = judge(votes(100, 200), asked(test="sequential", effect=0.2))
    assert many["decision"]["action"] == "ship"
    assert many["preference"]["low"] > 0
    assert judge(votes(0, 0), asked(test="sequential"))["preference"]["value"] is None
    random = np.random.default_rng(7)
    crossed = 0
    for _ in range(200):
        coins = random.random(600) < 0.5
        crossed += any(
            judge(votes(int((~coins[:n]).sum()), int(coins[:n].sum())), asked(test="sequential"))["preference"]["p"]
            < 0.05
            for n in range(50, 601, 50)
        )
    assert crossed <= 12


def test_two_policies_of_a_real_shop_differ_too_little_for_ten_thousand_impressions_each(data_folder: Path) -> None:
    """The shop showed both by chance; a row is an impression, which is kinder than customers would be."""
    log = pl.read_parquet(data_folder / "bandit" / "log.parquet").filter(campaign="all")
    frame = log.select(unit=pl.int_range(pl.len()), variant="policy", numerator=pl.col("click").cast(pl.Float64))
    told = analyse({"clicks": frame}, asked(shares={"random": 0.5, "bts": 0.5}, metric="clicks"))
    arms = told["metrics"]["clicks"]["arms"]
    assert arms["random"]["value"] == pytest.approx(log.filter(policy="random")["click"].mean())
    assert not told["split"]["broken"]
    assert told["decision"]["action"] == "wait"
    assert told["plan"]["units_missing"] > 300_000
