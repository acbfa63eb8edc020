"""Every script in examples/ does what it says, on the tiny shop."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from shopmind.client import Client
from shopmind.serving.app import create_app
from shopmind.serving.settings import ServingSettings
from shopmind.shop import Shop
from shopmind.testing.asgi import AsgiTransport

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def example(name: str) -> dict[str, Any]:
    return runpy.run_path(str(EXAMPLES / f"{name}.py"))


def test_search_and_recommend_finds_recommends_and_explains(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    example("search_and_recommend")["main"](str(shop.path))
    printed = capsys.readouterr().out
    assert "Matches “tea” in the title." in printed
    assert "Goes with it" in printed
    assert "Event: accepted" in printed


def test_own_scenario_prints_three_slates(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    example("own_scenario")["main"](str(shop.path))
    lines = dict(line.split(": ") for line in capsys.readouterr().out.splitlines())
    assert list(lines) == ["Small gifts", "Trending now", "Trending now, the best of each category"]
    assert all(len(items.split(", ")) == 5 for items in lines.values())


def test_events_from_ga4_are_taken_and_change_the_answer(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    example("events_from_ga4")["main"](str(shop.path))
    printed = capsys.readouterr().out
    assert "3 accepted" in printed
    assert "tea-01 is offered again: True" in printed


def test_http_client_searches_and_reports_a_click(shop: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    transport = AsgiTransport(create_app(shop, ServingSettings(open=True)))
    with Client("http://shop.test", transport=transport) as client:
        example("http_client")["main"](client)
    printed = capsys.readouterr().out
    assert "search: " in printed
    assert "Event: accepted" in printed


def test_every_example_has_a_test() -> None:
    text = Path(__file__).read_text("utf-8")
    assert [each.name for each in EXAMPLES.glob("*.py") if f'example("{each.stem}")' not in text] == []
