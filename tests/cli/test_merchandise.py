from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

import shopmind
from shopmind.cli.app import app

FILE = """
[[rules]]
rule_id = "tea-week"
action = "pin"
items = ["kit-02", "nobody"]
query = ["green tea", "绿茶"]

[[words]]
kind = "two_way"
words = ["sofa", "couch"]
"""


@pytest.fixture(autouse=True)
def without_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPMIND_ENCODER", "none")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


def ok(*arguments: object) -> Any:
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def first(shop: Path, text: str) -> str:
    return str(ok("search", shop, text)["hits"][0]["item_id"])


def test_a_file_is_previewed_applied_exported_and_rolled_back(shop_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "spring.toml"
    file.write_text(FILE, "utf-8")
    shown = ok("rules", shop_folder, "--apply", file, "--preview", "绿茶")
    assert ["kit-02", None, 0] in shown["moved"]
    assert shown["left_out"] == {"tea-week": ["nobody"]}
    assert ok("rules", shop_folder) == []
    applied = ok("rules", shop_folder, "--apply", file, "--by", "mia")
    assert (applied["rules"], applied["words"]) == (1, 1)
    assert applied["warnings"] == {"tea-week": ["not in the catalogue: nobody"]}
    assert first(shop_folder, "green tea") == first(shop_folder, "绿茶") == "kit-02"
    again = tmp_path / "again.ndjson"
    again.write_text(run("rules", shop_folder, "--export").stdout, "utf-8")
    assert ok("rules", shop_folder, "--apply", again)["words"] == 1
    assert [each["version"] for each in ok("rules", shop_folder)] == [1]
    assert ok("rules", shop_folder, "--remove", "tea-week")[0]["removed"] is True
    assert first(shop_folder, "green tea") != "kit-02"
    assert ok("rules", shop_folder, "--roll-back", "tea-week:1")[0]["version"] == 3
    told = ok("rules", shop_folder, "--history", "tea-week")
    assert [(each["version"], each["changed_by"]) for each in told] == [(3, "cli"), (2, "cli"), (1, "mia")]
    listed = run("rules", shop_folder)
    assert "tea-week v3 pin" in listed.stdout


def test_a_wrong_file_changes_nothing_and_exits_with_2(shop_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "half.toml"
    file.write_text(FILE + '\n[[rules]]\nrule_id = "x"\naction = "boo', "utf-8")
    done = run("rules", shop_folder, "--apply", file)
    assert done.exit_code == 2
    assert "half.toml" in done.output
    file.write_text(
        FILE + '\n[[rules]]\nrule_id = "x"\naction = "hide"\nitems = ["tea-01"]\nscenarios = ["no"]', "utf-8"
    )
    assert run("rules", shop_folder, "--apply", file).exit_code == 2
    assert ok("rules", shop_folder, "--export") == []
    for wrong in (["--roll-back", "x"], ["--remove", "x"], ["--history", "x"], ["--apply", tmp_path / "none.toml"]):
        assert run("rules", shop_folder, *wrong).exit_code == 2


def test_the_query_report_as_json_and_for_people(shop_folder: Path) -> None:
    with shopmind.open(shop_folder) as shop:
        for visitor in ("v1", "v2"):
            shop.search("Earl Grey", session=visitor)
    told = ok("insight", "queries", shop_folder, "--days", "1")
    assert [(line["query"], line["visitors"]) for line in told["top"]] == [("earl grey", 2)]
    assert told["until"].endswith("Z")
    printed = run("insight", "queries", shop_folder, "--days", 100).stdout
    assert "earl grey: 2 searches of 2 visitors" in printed
    assert "龙井茶" in printed
