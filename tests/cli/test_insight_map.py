from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from shopmind.cli.app import app

run = CliRunner().invoke


def test_a_map_is_printed_for_people_and_told_as_json_mermaid_and_svg(shop_folder: Path) -> None:
    asked = ["insight", "map", str(shop_folder), "--days", "90"]
    shown = run(app, asked)
    assert shown.exit_code == 0, shown.output
    assert "Discover something new" in shown.stdout
    told = json.loads(run(app, [*asked, "--json"]).stdout)
    assert told == json.loads(run(app, [*asked, "--format", "json"]).stdout)
    assert told["children"][0]["id"] == "shop/goal:find"
    assert "flowchart LR" in run(app, [*asked, "--format", "mermaid", "--depth", "1"]).stdout
    drawn = run(app, ["insight", "map", str(shop_folder), "--of", "catalogue", "--format", "svg", "--language", "zh"])
    assert ElementTree.fromstring(drawn.stdout).get("lang") == "zh"


@pytest.mark.parametrize("wrong", [["--of", "user"], ["--user", "u01"], ["--language", "fr"]])
def test_what_does_not_go_together_is_refused(shop_folder: Path, wrong: list[str]) -> None:
    assert run(app, ["insight", "map", str(shop_folder), *wrong]).exit_code == 2


def test_one_customer_is_drawn_by_pseudonym(shop_folder: Path) -> None:
    shown = run(app, ["insight", "map", str(shop_folder), "--of", "user", "--user", "u01"])
    assert shown.exit_code == 0, shown.output
    assert "of the interest" in shown.stdout
    assert "u01" not in shown.stdout
