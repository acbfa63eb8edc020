from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

import shopmind
from shopmind.cli import app

TOML = """title = "Fewer at home"
scenario = "home"
start = 2026-01-01T00:00:00Z
[variants.plain]
share = 0.5
[variants.few]
share = 0.5
n = 3
"""


def test_an_experiment_is_reported_for_people_and_for_programs(shop_folder: Path) -> None:
    (shop_folder / "experiments").mkdir()
    (shop_folder / "experiments" / "fewer.toml").write_text(TOML, "utf-8")
    with shopmind.open(shop_folder) as shop:
        for i in range(12):
            shop.recommend("home", user=f"v{i}")
    run = CliRunner().invoke(app, ["evaluate", "experiment", str(shop_folder), "fewer", "--json"])
    assert run.exit_code == 0, run.output
    report = json.loads(run.stdout)
    assert sum(report["units"].values()) == 12
    assert report["decision"]["action"] == "wait"
    shown = CliRunner().invoke(app, ["evaluate", "experiment", str(shop_folder), "fewer"]).stdout
    for words in ("fewer: Fewer at home (running)", "conversion", "Not enough yet", "数据还不够"):
        assert words in shown


def test_an_unknown_experiment_is_bad_input(shop_folder: Path) -> None:
    run = CliRunner().invoke(app, ["evaluate", "experiment", str(shop_folder), "none"])
    assert run.exit_code != 0
