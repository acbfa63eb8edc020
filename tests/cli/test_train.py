from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

import shopmind
from shopmind.cli.app import app
from shopmind.evaluation.judgments import read_judgments
from shopmind.kit.errors import InputError


@pytest.fixture(autouse=True)
def without_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPMIND_ENCODER", "none")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["train", *map(str, arguments)])


def test_the_names_may_stand_before_the_shop_or_after_it(shop_folder: Path) -> None:
    for arguments in ((shop_folder, "popularity", "trending"), ("popularity", "trending", shop_folder)):
        done = run(*arguments, "--json")
        assert done.exit_code == 0, done.output
        assert set(json.loads(done.stdout)["made"]) == {"popularity", "trending"}
    assert run("popularity", "trending").exit_code == 2


@pytest.mark.parametrize("name", ["encoder", "cross_encoder"])
def test_without_the_extra_the_error_names_it(shop_folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr("shopmind.training.encoder.NEEDED", ("a_package_nobody_has",))
    done = run(name, shop_folder)
    assert done.exit_code == 1
    assert "pip install 'shopmind[train]'" in done.output
    with shopmind.open(shop_folder) as shop:
        assert name not in shop.artifacts.names()


def test_a_scenario_that_wants_a_part_of_a_missing_extra_is_trained_as_far_as_it_goes(
    shop_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shopmind.training.encoder.NEEDED", ("a_package_nobody_has",))
    (shop_folder / "scenarios").mkdir(exist_ok=True)
    (shop_folder / "scenarios" / "search.toml").write_text('base = "search"\nrerankers = [{part = "cross_encoder"}]\n')
    done = run(shop_folder)
    assert done.exit_code == 0
    assert "cross_encoder could not be trained" in done.output
    assert "popularity" in done.output


def test_judgments_are_read_by_query_text_and_item_number(shop_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "queries.csv").write_text("query_id,query,split\n07,green tea,train\n8, ,train\n9,mug,test\n")
    (tmp_path / "judgments.csv").write_text("query_id,item_id,grade\n07,tea-01,3\n07,gone,2\n8,tea-01,1\n9,tea-02,0\n")
    with shopmind.open(shop_folder) as shop:
        tea, other = shop.catalogue.numbers(["tea-01", "tea-02"]).tolist()
        assert read_judgments(tmp_path, shop.catalogue).rows() == [("green tea", tea, 3.0), ("mug", other, 0.0)]
        assert read_judgments(tmp_path, shop.catalogue, split="test").rows() == [("mug", other, 0.0)]
        (tmp_path / "judgments.csv").write_text("query_id,item_id\n07,tea-01\n")
        with pytest.raises(InputError, match="judgments lacks grade"):
            read_judgments(tmp_path, shop.catalogue)
    assert run(shop_folder, "popularity", "--judgments", tmp_path / "none").exit_code == 2
