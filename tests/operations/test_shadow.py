"""The candidate beside what is served, on real requests that it is not shown to."""

from __future__ import annotations

import numpy as np
import pytest

from shopmind.operations.strategy import judging
from shopmind.operations.strategy.rules import Shadow
from shopmind.operations.strategy.shadow import Shadowed, requests, shadow
from shopmind.stores.pinned_artifacts import PinnedArtifacts

from .conftest import Life


def test_only_requests_of_these_scenarios_since_then_are_shadowed_oldest_first(life: Life) -> None:
    life.ask(3)
    life.clock.pass_hours(1)
    since_ms = life.clock()
    life.shop.recommend("trending", user="u01")
    life.ask(4)
    found = requests(life.shop, ["wanted"], since_ms, 100)
    assert [each["scenario"] for each in found] == ["wanted"] * 4
    assert [each["at_ms"] for each in found] == sorted(each["at_ms"] for each in found)
    assert len(requests(life.shop, ["wanted"], since_ms, 2)) == 2
    assert len(requests(life.shop, ["wanted"], 0, 100)) == 7


def candidate(life: Life, turn: float) -> dict[str, str]:
    """A version of popularity with other scores: turn = -1 puts the worst first."""
    served = life.shop.artifacts.load("popularity")
    assert served is not None
    scores = np.asarray(served.arrays["scores"])
    turned = scores if turn > 0 else scores.max() - scores
    made = PinnedArtifacts(life.shop.artifacts).save("popularity", {**served.arrays, "scores": turned}, served.card)
    return {"popularity": made.version}


def test_the_same_version_shares_everything_and_the_order_turned_about_shares_nothing(life: Life) -> None:
    life.ask(6)
    asked = requests(life.shop, ["wanted"], 0, 100)
    same = shadow(life.shop, asked, candidate(life, 1))
    assert (same.requests, same.overlap, same.same, same.errors) == (6, 1.0, 1.0, 0.0)
    other = shadow(life.shop, asked, candidate(life, -1))
    assert (other.overlap, other.same, other.errors) == (0.0, 0.0, 0.0)
    passed, why = judging.shadow(other, Shadow(least_overlap=0.1, most_slower=1e9))
    assert not passed
    assert why.en == "the answers share 0.0% of their items (rule: 10.0%)"


def test_nothing_is_kept_of_a_shadow(life: Life) -> None:
    life.ask(3)
    count, last = len(life.shop.records.scan("slate")), life.shop.events.last_number()
    shadow(life.shop, requests(life.shop, ["wanted"], 0, 100), candidate(life, -1))
    life.shop._slates.flush()
    assert len(life.shop.records.scan("slate")) == count
    assert life.shop.events.last_number() == last


def test_a_candidate_that_is_damaged_is_told_by_its_fallbacks(life: Life) -> None:
    life.ask(4)
    versions = candidate(life, -1)
    (life.folder / "artifacts" / "popularity" / versions["popularity"] / "scores.npy").write_bytes(b"")
    found = shadow(life.shop, requests(life.shop, ["wanted"], 0, 100), versions)
    assert found.errors == 1.0
    passed, why = judging.shadow(found, Shadow())
    assert not passed
    assert why.en.startswith("100.0% of the requests went wrong (rule: 1.0%): popularity")


@pytest.mark.parametrize(("times", "passed"), [(2.0, True), (4.0, False)])
def test_a_slower_candidate_is_judged_by_the_rule(times: float, passed: bool) -> None:
    found = Shadowed(50, 0.5, 0.1, 10.0, 10.0 * times, 0.0, {})
    assert judging.shadow(found, Shadow(most_slower=3.0))[0] is passed
