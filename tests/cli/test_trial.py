"""`shopmind train SHOP uplift --trial FILE`."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
from typer.testing import CliRunner

from shopmind.cli import app
from shopmind.testing.trial_worlds import trial_world


def test_a_trial_is_learned_from_a_file_or_a_folder_and_refused_with_exit_2(shop_folder: Path, tmp_path: Path) -> None:
    frame = trial_world("same", 300, 0).frame.select("user_id", "treatment", "outcome", "f0")
    frame.write_csv(tmp_path / "trial.csv")
    for given in (tmp_path, tmp_path / "trial.csv"):
        done = CliRunner().invoke(app, ["train", str(shop_folder), "uplift", "--trial", str(given), "--json"])
        assert done.exit_code == 0, done.output
        figures = json.loads(done.stdout)["made"]["uplift"]["figures"]
        assert figures["people"] == 300
        assert [column["name"] for column in figures["columns"]] == ["f0"]
        assert "p000001" not in done.stdout
    frame.with_columns(propensity=pl.lit(1.0)).write_csv(tmp_path / "trial.csv")
    refused = CliRunner().invoke(app, ["train", str(shop_folder), "uplift", "--trial", str(tmp_path)])
    assert refused.exit_code == 2
    assert "propensity is not a chance above 0 and below 1" in refused.output.replace("\n", " ")
    nothing = CliRunner().invoke(app, ["train", str(shop_folder), "uplift"])
    assert "uplift could not be trained: no trial was given" in nothing.output.replace("\n", " ")
