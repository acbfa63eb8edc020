from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from shopmind.cli.app import app


@pytest.fixture(autouse=True)
def without_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPMIND_ENCODER", "none")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)])


def test_what_was_added_is_found_again(shop_folder: Path) -> None:
    added = run(
        "knowledge",
        shop_folder,
        "--add",
        "More diversity in the cart costs sales",
        "--about",
        "scenario:cart",
        "--json",
    )
    assert added.exit_code == 0, added.output
    done = run("knowledge", shop_folder, "what did we learn about cart diversity", "--json")
    (entry,) = json.loads(done.stdout)["entries"]
    assert entry["title"] == "More diversity in the cart costs sales"
    assert entry["key"] == json.loads(added.stdout)["entries"][0]["key"]
    assert "More diversity" in run("knowledge", shop_folder, "购物车").stdout


def test_in_a_shops_folder_or_beside_the_demo_it_need_not_be_named(
    shop_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop_folder)
    assert run("knowledge", "--add", "Tea sells").exit_code == 0
    assert "Tea sells" in run("knowledge", "what did we learn about tea").stdout
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(shop_folder, elsewhere / "shops" / "demo")
    monkeypatch.chdir(elsewhere)
    assert "Tea sells" in run("knowledge", "tea").stdout
    monkeypatch.chdir(tmp_path)
    lost = run("knowledge", "tea")
    assert lost.exit_code == 2
    assert "name it first" in lost.output


def test_training_and_evaluating_leave_their_figures(shop_folder: Path) -> None:
    assert run("train", shop_folder, "popularity", "--json").exit_code == 0
    assert run("evaluate", "recommend", shop_folder, "--protocol", "time", "--most", "5", "--json").exit_code == 0
    found = json.loads(run("knowledge", shop_folder, "--json").stdout)["entries"]
    assert [each["what"] for each in found] == ["evaluated", "trained"]
    assert found[0]["metrics"]["systems"]["shopmind"]["ndcg@10"]["value"] is not None
    assert found[1]["metrics"]["artifacts"]["popularity"]["version"]
    assert found[1]["data"]["events"] > 800
    assert "Trained popularity" in run("knowledge", shop_folder, "popularity training").stdout
    assert "训练了 popularity" in run("knowledge", shop_folder, "热门 训练", "--language", "zh").stdout


def test_what_is_not_allowed_is_said_and_nothing_is_written(shop_folder: Path) -> None:
    for wrong in (("--add", ""), ("--add", "x", "--what", "promoted"), ("--what", "guessed"), ("--remove", "gone")):
        done = run("knowledge", shop_folder, *wrong)
        assert done.exit_code == 2, done.output
    assert json.loads(run("knowledge", shop_folder, "--json").stdout)["entries"] == []
