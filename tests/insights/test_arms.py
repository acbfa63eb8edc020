from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from scipy import stats
from typer.testing import CliRunner

import shopmind
from shopmind.cli import app
from shopmind.insights import arms, exploring
from shopmind.kit.errors import InputError
from shopmind.shop import Shop


@pytest.fixture
def exploring_folder(shop_folder: Path) -> Path:
    """The tiny shop, whose home has shown and learned something."""
    (shop_folder / "scenarios").mkdir()
    (shop_folder / "scenarios" / "home.toml").write_text(
        'base = "home"\nrerankers = [{part = "thompson", slots = [9], pool = 4, uniform = 1.0}]\n', encoding="utf-8"
    )
    with shopmind.open(shop_folder, impressions="served") as shop:
        for each in range(8):
            slate = shop.recommend("home", session=f"v{each}")
            shop._slates.flush()
            if each < 2:
                item = slate.hits[9].item.item_id
                shop.track({"type": "click", "session_id": "s", "item_id": item, "request_id": slate.request_id})
        shop.train(["arms"])
    return shop_folder


def test_the_report_counts_what_stood_in_the_slots(exploring_folder: Path) -> None:
    with shopmind.open(exploring_folder) as shop:
        assert exploring(shop) == ["home"]
        report = arms(shop, "home")
        log = shop.events.table(("impression",)).filter(scenario="home", position=9)
    assert (report.by, report.slots, report.trained) == ("thompson", (9,), True)
    assert report.items == len(report.arms) == log["item"].n_unique()
    assert [arm.shown for arm in report.arms] == sorted((arm.shown for arm in report.arms), reverse=True)
    assert sum(arm.rewarded for arm in report.arms) == pytest.approx(report.rewarded)
    weight = 1 / min(report.mean, 1 - report.mean)
    for arm in report.arms:
        won = report.mean * weight + arm.rewarded
        lost = (1 - report.mean) * weight + arm.shown - arm.rewarded
        assert arm.rate == pytest.approx(won / (won + lost), abs=1e-5)
        assert (arm.low, arm.high) == pytest.approx(stats.beta(won, lost).interval(0.95), abs=1e-4)


def test_only_the_most_shown_are_told(exploring_folder: Path) -> None:
    with shopmind.open(exploring_folder) as shop:
        few, many = (tuple(arm.item_id for arm in arms(shop, "home", n).arms) for n in (1, 50))
        assert few == many[:1]
        assert len(many) > 1


def test_the_command_tells_the_same(exploring_folder: Path) -> None:
    told = CliRunner().invoke(app, ["insight", "arms", str(exploring_folder), "home", "--json"])
    assert told.exit_code == 0
    assert json.loads(told.stdout)["by"] == "thompson"
    plain = CliRunner().invoke(app, ["insight", "arms", str(exploring_folder), "home"])
    assert "rate of all" in plain.stdout
    wrong = CliRunner().invoke(app, ["insight", "arms", str(exploring_folder), "search"])
    assert wrong.exit_code == 2


def test_a_scenario_without_slots_says_how_it_gets_some(shop: Shop) -> None:
    assert exploring(shop) == []
    with pytest.raises(InputError, match="thompson"):
        arms(shop, "home")
    with pytest.raises(InputError, match="nowhere"):
        arms(shop, "nowhere")


def test_sizes_that_mean_nothing_are_refused(exploring_folder: Path) -> None:
    with shopmind.open(exploring_folder) as shop:
        for n in (0, 1_001):
            with pytest.raises(InputError, match="n:"):
                arms(shop, "home", n)
        assert asdict(arms(shop, "home", 1))["items"] > 1
