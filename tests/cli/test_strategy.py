from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

import shopmind
from shopmind.cli.app import app
from shopmind.kit.clock import MINUTE_MS, format_time, system_clock

RULES = """
scenarios = ["trending"]
[retrain]
new_events = 50
pause_hours = 0
[evaluate]
least_cases = 1
least = -1.0
[shadow]
requests = 0
[ramp]
steps = []
"""


@pytest.fixture(autouse=True)
def without_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOPMIND_ENCODER", "none")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)])


def test_without_rules_the_verb_says_where_to_find_some_and_the_doctor_is_content(shop_folder: Path) -> None:
    done = run("train", shop_folder, "--strategy", "--once")
    assert done.exit_code == 2
    assert "docs/how-to/look-after-itself.md" in done.output
    assert "the shop is trained by hand" in run("doctor", shop_folder).stdout
    assert run("train", shop_folder, "--once").exit_code == 2


def test_a_dry_run_says_what_is_due_and_does_nothing_and_once_does_it(shop_folder: Path) -> None:
    (shop_folder / "strategy.toml").write_text(RULES)
    with shopmind.open(shop_folder) as shop:
        before = shop.artifacts.current()
        now_ms = system_clock()
        shop.track(
            [
                {
                    "type": "purchase",
                    "item_id": f"clo-0{place % 4 + 1}",
                    "user_id": f"u{place % 28 + 1:02d}",
                    "value": "5.00",
                    "order_id": f"o{place}",
                    "timestamp": format_time(now_ms - (60 - place) * MINUTE_MS),
                }
                for place in range(60)
            ]
        )
    dry = json.loads(run("train", shop_folder, "--strategy", "--dry-run", "--json").stdout)
    assert dry["figures"]["new_events"] == 60
    assert dry["due"][0]["en"] == "60 new events (rule: 50)"
    assert dry["cycle"] is None
    assert "a candidate would be made: 60 new events" in run("train", shop_folder, "--strategy", "--dry-run").stdout
    assert "nobody does it" in run("doctor", shop_folder).stdout.replace("\n", " ")
    done = run("train", shop_folder, "--strategy", "--once", "--json")
    assert done.exit_code == 0, done.output
    assert [each["step"] for each in json.loads(done.stdout)["steps"]] == [
        "begin",
        "evaluate",
        "ramp",
        "promote",
        "promoted",
        "idle",
    ]
    with shopmind.open(shop_folder) as shop:
        assert shop.artifacts.current() != before
    assert "ended promoted" in run("doctor", shop_folder).stdout.replace("\n", " ")
    assert "nothing is due" in run("train", shop_folder, "--strategy", "--dry-run").stdout
    assert "promoted" in run("knowledge", shop_folder, "what was promoted").stdout


def test_a_wrong_rule_is_named_with_its_line(shop_folder: Path) -> None:
    (shop_folder / "strategy.toml").write_text(RULES.replace("least_cases", "least_case"))
    done = run("train", shop_folder, "--strategy", "--once")
    assert done.exit_code == 2
    assert "strategy.toml line 7" in done.output
    assert "strategy.toml line 7" in run("doctor", shop_folder).stdout.replace("\n", " ")
