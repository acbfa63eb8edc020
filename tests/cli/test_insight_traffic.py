from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from shopmind.cli.app import app

run = CliRunner().invoke


def test_the_report_is_json_alone_and_counts_the_same_again(shop_folder: Path) -> None:
    first = run(app, ["insight", "traffic", str(shop_folder), "--days", "90", "--by", "scenario,variant", "--json"])
    assert first.exit_code == 0, first.output
    report = json.loads(first.stdout)
    assert {line["scenario"] for line in report["lines"]} == {"", "home", "search"}
    assert report["total"]["impressions"] > 100
    asked = ["insight", "traffic", str(shop_folder), "--days", "90", "--by", "scenario,variant"]
    again = run(app, [*asked, "--recount", "--json"])
    assert json.loads(again.stdout) == report


def test_people_read_a_table(shop_folder: Path) -> None:
    shown = run(app, ["insight", "traffic", str(shop_folder), "--days", "90", "--segment", "city"])
    assert shown.exit_code == 0, shown.output
    assert "credit" in shown.stdout
    assert "last_touch within 7 days" in shown.stdout
    assert run(app, ["insight", "traffic", str(shop_folder), "--by", "hour"]).exit_code == 2
