"""The candidate is shown to some, by an experiment of the strategy's own, and taken back when a guard falls."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest

from shopmind.kit.clock import format_time
from shopmind.metrics.intervals import Interval
from shopmind.operations.knowledge import Knowledge
from shopmind.operations.strategy import cycle, judging
from shopmind.operations.strategy.ramp import Guarded
from shopmind.operations.strategy.rules import Guard, Ramp

from .conftest import CLOTHES, KilledError, Killer, Life

RULES = """
scenarios = ["wanted"]
[retrain]
new_events = 100
pause_hours = 5
[evaluate]
hold_out = 0.3
least = -1.0
least_cases = 10
[shadow]
requests = 0
[ramp]
steps = [0.5, 1.0]
hours = 2
units = 100
unit = "session"
guards = [{metric = "click_through", least = -0.05}, {metric = "add_to_cart", least = -0.2}]
"""


def visitors(life: Life, count: int, chance: dict[str, float], start: int) -> None:
    """Strangers, one session each, who click the first hit by chance, by the variant they are shown."""
    random = np.random.default_rng(start)
    for place in range(start, start + count):
        life.clock.pass_hours(2.2 / count)
        slate = life.shop.recommend("wanted", session=f"s{place}")
        arm = (slate.variant or "").rpartition("/")[2]
        if random.random() < chance.get(arm, 0.0):
            row = {"item_id": slate.hits[0].item.item_id, "session_id": f"s{place}", "request_id": slate.request_id}
            when = format_time(life.clock())
            life.shop.track([{"type": kind, "timestamp": when, **row} for kind in ("click", "add_to_cart")])
    life.shop._slates.flush()


@pytest.fixture
def ramping(life: Life) -> Life:
    life.rules(RULES)
    life.customers(CLOTHES, people=60)
    assert life.steps() == ["begin", "evaluate", "ramp", "ramp"]
    return life


def test_a_candidate_that_holds_the_guards_is_let_up_and_promoted(ramping: Life) -> None:
    served = ramping.served
    assert {ramping.shop.recommend("wanted", session=f"t{i}").variant for i in range(40)} >= {None}
    visitors(ramping, 600, {"served": 0.4, "candidate": 0.7}, 0)
    assert ramping.steps() == ["ramp", "ramp"]
    assert ramping.served == served
    visitors(ramping, 300, {"served": 0.4, "candidate": 0.7}, 10_000)
    assert ramping.steps() == ["promote", "promoted", "idle"]
    assert ramping.served != served
    whats = [what for what, _ in ramping.entries()]
    assert whats == ["trained", "evaluated", "ramped", "ramped", "promoted"]
    assert "the guards hold: click_through +" in ramping.entries()[-1][1]
    assert list((ramping.folder / "experiments").glob("*.toml")) == []
    assert ramping.shop.recommend("wanted", session="s1").variant is None


def test_a_candidate_that_customers_do_not_click_is_rolled_back_at_once_with_its_reason(ramping: Life) -> None:
    served = ramping.served
    visitors(ramping, 500, {"served": 0.6, "candidate": 0.05}, 0)
    assert ramping.steps() == ["withdraw", "rolled_back", "idle"]
    assert ramping.served == served
    what, reason = ramping.entries()[-1]
    assert what == "rolled_back"
    assert reason.startswith("click_through does not hold -5.0% against what is served: -")
    assert ramping.shop.recommend("wanted", session="s1").variant is None
    (found, *_) = Knowledge(ramping.shop).search("为什么首页的候选模型被撤回", what="rolled_back")
    assert found.entry.reason == reason


def test_with_too_few_units_it_waits_and_in_the_end_gives_up(ramping: Life) -> None:
    visitors(ramping, 40, {"served": 0.5, "candidate": 0.5}, 0)
    assert ramping.steps() == ["ramp"]
    assert ramping.strategy.once()[-1].said.en.endswith("/100 units")
    ramping.clock.pass_hours(400)
    assert ramping.steps()[:2] == ["withdraw", "rolled_back"]
    assert "units in" in ramping.entries()[-1][1]


def test_an_experiment_that_stands_is_left_alone_and_everybody_keeps_their_half(ramping: Life) -> None:
    seen = {f"k{i}": ramping.shop.recommend("wanted", session=f"k{i}").variant for i in range(60)}
    ramping.shop.close()
    ramping.open()
    ramping.steps()
    assert seen == {name: ramping.shop.recommend("wanted", session=name).variant for name in seen}


def test_a_split_that_is_broken_says_nothing(ramping: Life) -> None:
    visitors(ramping, 600, {"served": 0.95, "candidate": 0.05}, 0)
    (slate,) = (body for _, body in ramping.shop.records.scan("slate", 1))
    cycle_id = ramping.strategy.cycle().cycle_id  # type: ignore[union-attr]
    lost = {**slate, "variant": f"strategy-{cycle_id}/served"}
    rows = [(f"lost-{at}", {**lost, "session_id": f"lost-{at}"}, None) for at in range(400)]
    ramping.shop.records.put_many("slate", rows)
    assert ramping.steps() == ["ramp"]  # surely worse, were the halves what they were dealt


HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("low", "high", "bound", "hours", "passed"),
    [
        (-0.2, -0.06, "high", 1, False),  # surely worse: at once
        (-0.2, 0.1, "high", 1, None),  # its time is not over
        (-0.2, 0.1, "high", 3, True),  # not surely worse
        (-0.2, 0.1, "low", 3, None),  # not surely good enough yet
        (-0.2, 0.1, "low", 30, False),  # and it never was
        (-0.04, 0.1, "low", 3, True),
    ],
)
def test_a_step_is_judged_as_the_rules_say(low: float, high: float, bound: str, hours: float, passed: object) -> None:
    guard = Guard("click_through", -0.05, bound)  # type: ignore[arg-type]
    figure = Guarded(guard, 200, Interval((low + high) / 2, low, high, 200), enough=True)
    rules = Ramp(hours=2, units=100, most_hours=24, guards=(guard,))
    assert judging.ramp([figure], rules, round(hours * HOUR_MS)).passed is passed


@pytest.mark.slow
def test_killed_around_every_save_of_the_ramp_nobody_changes_halves_and_it_ends_the_same(
    ramping: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    halves = {f"s{i}": ramping.shop.recommend("wanted", session=f"s{i}").variant for i in range(80)}
    visitors(ramping, 600, {"served": 0.4, "candidate": 0.7}, 0)
    for before in (True, False, True, False):
        with monkeypatch.context() as patched:
            patched.setattr(cycle, "save", Killer(before))
            with contextlib.suppress(KilledError):
                ramping.strategy.once()
        ramping.shop.close()
        ramping.open()
        now = {name: ramping.shop.recommend("wanted", session=name).variant for name in halves}
        assert all(now[name] in (each, None) for name, each in halves.items() if each is not None)
    visitors(ramping, 300, {"served": 0.4, "candidate": 0.7}, 10_000)
    assert ramping.steps()[-1] == "idle"
    whats = [what for what, _ in ramping.entries()]
    assert whats == ["trained", "evaluated", "ramped", "ramped", "promoted"]
    assert list((ramping.folder / "experiments").glob("*.toml")) == []
