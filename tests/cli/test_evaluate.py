"""`shopmind evaluate recommend` from the command line, on a small made-up folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import Result
from typer.testing import CliRunner

from shopmind.cli.app import app

ITEMS = 40


@pytest.fixture(autouse=True)
def without_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPMIND_ENCODER", "none")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["evaluate", "recommend", *map(str, arguments)])


def ok(*arguments: str | Path) -> dict[str, Any]:
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """120 users who walk on from item to item, seldom astray: what comes next can be foreseen."""
    made = tmp_path_factory.mktemp("walks")
    random = np.random.default_rng(0)
    rows = {"item_id": [f"i{each}" for each in range(ITEMS)], "kind": ["product"] * ITEMS}
    pl.DataFrame({**rows, "title": [f"tin {each}" for each in range(ITEMS)]}).write_parquet(made / "items.parquet")
    walks = []
    for _ in range(120):
        steps = np.where(random.random(7) < 0.2, random.integers(2, ITEMS, 7), 1)
        walk = dict.fromkeys(((random.integers(ITEMS) + np.cumsum(steps)) % ITEMS).tolist())
        walks.append([f"i{each}" for each in walk])
    pl.DataFrame({"user_id": [f"u{each}" for each in range(120)], "item_ids": walks}).write_parquet(
        made / "sequences.parquet"
    )
    return made


@pytest.mark.parametrize("fit", ["train", "refit"])
def test_a_folder_of_sequences_is_measured_in_one_command(folder: Path, fit: str) -> None:
    found = ok(folder, "--protocol", "leave-one-out", "--fit", fit)
    figures = {name: views["full"]["ndcg@10"]["value"] for name, views in found["systems"].items()}
    assert figures["shopmind"] > 3 * figures["random"]
    assert found["protocol"]["fit"] == fit
    assert found["protocol"]["repeats"] == "removed"
    assert set(found["differences"]) == {"shopmind-random", "shopmind-popularity", "shopmind-item_knn"}
    assert found["segments"]["history_length"]["3–5"]["cases"] > 0


@pytest.mark.slow
def test_seeds_are_told_one_by_one(folder: Path) -> None:
    found = ok(folder, "--protocol", "leave-one-out", "--seeds", "3", "--most", "30")
    assert found["cases"] == 30
    assert len(found["spread"]["random"]["recall@10"]["values"]) == 3
    assert found["spread"]["random"]["recall@10"]["deviation"] > 0


@pytest.mark.slow
def test_people_get_tables_with_segments_seeds_and_seconds(folder: Path) -> None:
    told = run(folder, "--protocol", "leave-one-out", "--seeds", "2", "--most", "30").stdout
    for words in ("full, 30 cases", "by history length", "shopmind by seed", "seconds:", "made from the order"):
        assert words in told.replace("\n", " ")


def test_settings_are_searched_from_the_command_line(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    asked = (folder, "--protocol", "leave-one-out", "--scenario", "home", "--tune", "2", "--search", "ease.ridge=1..50")
    found = ok(*asked, "--trials", tmp_path)
    assert (found["search"]["trials"], len((tmp_path / "home.jsonl").read_text().splitlines())) == (2, 2)
    assert "[training.ease]" in run(*asked, "--trials", tmp_path).stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--protocol", "time"), "no times"),
        (("--protocol", "leave-one-out", "--fit", "valid"), "train or refit"),
        (("--protocol", "leave-one-out", "--tune", "2"), "name a folder"),
        (("--protocol", "leave-one-out", "--repeats", "some"), "removed"),
    ],
)
def test_what_cannot_be_asked_exits_with_2_and_says_why(folder: Path, arguments: tuple[str, ...], says: str) -> None:
    done = run(folder, *arguments)
    assert done.exit_code == 2
    assert says in done.output
