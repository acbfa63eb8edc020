from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from shopmind.cli.app import VERBS, app
from shopmind.samples import write_tiny

CONTRACT = "demo init weights ingest train serve console search recommend track evaluate forget doctor backup"
NOW_MS = 1_795_000_000_000


@pytest.fixture(autouse=True)
def without_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPMIND_ENCODER", "none")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


def ok(*arguments: str | Path) -> Any:
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_every_verb_of_the_contract_is_there() -> None:
    assert set(CONTRACT.split()) <= set(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str) -> None:
    done = run(verb, "--help")
    assert done.exit_code == 0
    assert "Usage" in done.output


def test_from_an_empty_folder_to_an_answer(tmp_path: Path) -> None:
    shop, data = tmp_path / "shop", write_tiny(tmp_path / "data", NOW_MS)
    key = ok("init", shop, "--name", "Tiny")
    assert str(key["admin_key"]).startswith("sm_")
    report = ok("ingest", shop, data)
    assert report["rejected"] == 0
    made = ok("train", shop)
    assert "popularity" in made["made"]
    found = ok("search", shop, "green tea")
    assert found["hits"][0]["source"] == ["lexical"]
    assert ok("recommend", shop, "cart", "--anchor", "tea-01")["hits"]
    tracked = ok("track", shop, '{"type": "view", "user_id": "u1", "item_id": "tea-01"}')
    assert tracked[0]["status"] == "accepted"
    assert ok("forget", shop, "u1")["erased"]["events"] >= 1
    findings = ok("doctor", shop)
    assert {"database", "disk", "clock"} <= {finding["name"] for finding in findings}
    ok("backup", shop, tmp_path / "copy")
    ok("restore", tmp_path / "copy", tmp_path / "again")
    again = ok("search", tmp_path / "again", "green tea")
    assert [hit["item_id"] for hit in again["hits"]] == [hit["item_id"] for hit in found["hits"]]


def test_with_json_stdout_is_json_alone_and_without_it_people_can_read(shop_folder: Path) -> None:
    json.loads(run("search", shop_folder, "tea", "--json").stdout)
    plain = run("search", shop_folder, "green tea", "--explain")
    assert "Dragon Well" in plain.stdout
    assert "Matches “green”, “tea” in the title." in plain.stdout


def test_a_search_is_counted_and_sorted_on_the_command_line(shop_folder: Path) -> None:
    asked = ("search", shop_folder, "tea", "--sort", "price", "--facet", "brand", "--facet", "price")
    plain = run(*asked)
    assert "brand: Harbour Blend 2, Quiet Hill 2" in plain.stdout
    told = json.loads(run(*asked, "--json").stdout)
    assert [facet["name"] for facet in told["facets"]] == ["brand", "price"]
    assert told["hits"][0]["item_id"] == "tea-03"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("search", "{none}", "tea"), 2, "shopmind init"),
        (("recommend", "{shop}", "hme"), 2, "did you mean 'home'"),
        (("recommend", "{shop}", "cart"), 2, "needs anchors"),
        (("search", "{shop}", "tea", "--filter", "price <"), 2, "found the end"),
        (("track", "{shop}", "not json"), 2, "not JSON"),
        (("track", "{shop}", '{"type": "nod", "item_id": "tea-01"}'), 2, "nod"),
        (("train", "{shop}", "luck"), 2, "luck"),
        (("key", "{shop}", "king"), 2, "king"),
        (("backup", "{shop}", "{shop}"), 2, "exists already"),
        (("restore", "{shop}", "{none}"), 2, "not a backup"),
        (("search", "{shop}", "tea", "--sort", "prise"), 2, "did you mean 'price'"),
        (("search",), 2, "Missing argument"),
        (("nonsense",), 2, "No such command"),
    ],
)
def test_bad_input_exits_with_2_and_says_what_is_wrong(
    shop_folder: Path, tmp_path: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    places = {"{shop}": shop_folder, "{none}": tmp_path / "none"}
    done = run(*(places.get(each, each) for each in arguments))
    assert done.exit_code == code
    assert says in done.output
    assert "Traceback" not in done.output


def test_the_command_is_a_process_of_its_own_too(shop_folder: Path) -> None:
    command = [sys.executable, "-m", "shopmind", "recommend", str(shop_folder), "hme"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("shopmind: scenario: 'hme' is not allowed")


def test_a_search_tells_people_what_the_text_was_taken_to_mean(shop_folder: Path) -> None:
    told = run("search", shop_folder, "tea without mint under 20").stdout
    assert "without: mint" in told
    assert "given up, too little was found: price < 20" in told
    assert "only: price < 1000" in run("search", shop_folder, "tea under 1000").stdout
    assert "only:" not in run("search", shop_folder, "tea under 20", "--verbatim").stdout
