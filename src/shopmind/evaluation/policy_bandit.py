"""The Open Bandit data: two policies that were both run, so that an estimate can be held against what happened.

Source: Saito, Aihara, Matsutani, Narita, Open Bandit Dataset and Pipeline, NeurIPS Datasets and Benchmarks 2021.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from shopmind.evaluation import policy_table, policy_target
from shopmind.evaluation.policy_table import Table
from shopmind.evaluation.policy_value import DRAWS, LEVEL, value
from shopmind.metrics.off_policy import Terms, estimated

COLUMNS = {"policy", "campaign", "item_id", "position", "click", "propensity_score"}
KIND = "item_feature_1"
"""What makes two items of one kind for the estimator mips: of the items' features the one with about ten values."""
APPROXIMATE = (
    "approximate: the bts log holds the propensity of the chosen item alone, so bts is taken to choose by the mean "
    "propensity of each item by campaign and position, scaled to add up to 1, whoever asks; where it never chose an "
    "item at a position, 0"
)


def is_bandit(frame: pl.DataFrame) -> bool:
    """Whether a table is of this data."""
    return set(frame.columns) >= COLUMNS and set(frame["policy"].unique().to_list()) == {"bts", "random"}


def evaluate_bandit(folder: Path, frame: pl.DataFrame, *, draws: int = DRAWS, seed: int = 0) -> dict[str, Any]:
    """Campaign → `random` told from the log of `bts` (what --target uniform asks for), and `bts`, approximately, from
    the log of `random`, each beside what the policy earned when it was run itself."""
    parts: dict[str, Any] = {}
    for campaign in frame["campaign"].unique().sort().to_list():
        rows = frame.filter(pl.col("campaign") == campaign)
        kinds = _kinds(folder, campaign)
        logs = {name: _table(rows.filter(pl.col("policy") == name), kinds) for name in ("bts", "random")}
        truth = {name: _truth(log, draws, seed) for name, log in logs.items()}
        told = value(
            logs["bts"].logged(policy_target.uniform(logs["bts"]), seed=seed), draws=draws, seed=seed
        ).as_json()
        chances = mean_chances(rows.filter(pl.col("policy") == "bts"))
        target, known = policy_target.from_frame(logs["random"], chances, "mean propensities of bts")
        back = value(known.logged(target, seed=seed), draws=draws, seed=seed).as_json()
        parts[campaign] = {
            "random from bts": {**told, "on_policy": truth["random"], **_held(told, truth["random"])},
            "bts from random": {
                **back,
                "approximate": APPROXIMATE,
                "on_policy": truth["bts"],
                **_held(back, truth["bts"]),
            },
        }
    return parts


def mean_chances(bts: pl.DataFrame) -> pl.DataFrame:
    """Columns item_id, position, probability: mean propensity of each item at each position, scaled to add up to 1."""
    found = bts.group_by("position", "item_id").agg(probability=pl.col("propensity_score").mean())
    return found.with_columns(pl.col("probability") / pl.col("probability").sum().over("position")).sort(
        "position", "item_id"
    )


def _table(rows: pl.DataFrame, kinds: Mapping[str, str]) -> Table:
    frame = rows.select(
        pl.col("item_id").cast(pl.String).alias("arm"),
        pl.col("propensity_score").alias("propensity"),
        pl.col("click").alias("reward"),
        "position",
        *(name for name in rows.columns if name.startswith("user_feature")),
    )
    if kinds:
        frame = frame.with_columns(kind=pl.col("arm").replace_strict(kinds, default=""))
    table = policy_table.checked(frame.with_columns(pl.col("position").cast(pl.String)), "log")
    return Table(
        table.frame, table.arms, table.features, table.left_out, table.notes, {**table.names, "arm": "item_id"}
    )


def _kinds(folder: Path, campaign: str) -> Mapping[str, str]:
    path = (folder if folder.is_dir() else folder.parent) / f"items_{campaign}.parquet"
    if not path.is_file():
        return {}
    items = pl.read_parquet(path)
    return dict(zip(items["item_id"].cast(pl.String), items[KIND].cast(pl.String), strict=True))


def _truth(table: Table, draws: int, seed: int) -> dict[str, Any]:
    """What a policy earned in its own log, with its interval."""
    rewards = table.frame["reward"].to_numpy().astype(np.float64)
    found = estimated([Terms(rewards)], seed=seed, draws=draws, level=LEVEL)[0]
    return {
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "rows": len(table),
        "rewards": int(rewards.sum()),
    }


def _held(told: Mapping[str, Any], truth: Mapping[str, Any]) -> dict[str, Any]:
    """Which estimators' intervals meet the interval of what happened."""
    met = {
        name: each["low"] <= truth["high"] and truth["low"] <= each["high"]
        for name, each in told["estimators"].items()
        if each["value"] is not None
    }
    return {"agrees": met}
