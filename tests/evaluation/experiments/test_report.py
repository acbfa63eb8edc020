from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import shopmind
from shopmind.domain import Slate
from shopmind.evaluation.experiments import experiment_report
from shopmind.evaluation.experiments.units import dealt_by, read_units
from shopmind.kit.clock import DAY_MS, HOUR_MS, format_time, system_clock
from shopmind.kit.errors import InputError, NotFoundError
from shopmind.shop import Shop

HALVES: dict[str, Any] = {
    "title": "Fewer at home",
    "scenario": "home",
    "metric": "conversion",
    "watch": ["click_through", "revenue", "average_order_value"],
    "effect": 0.5,
    "variants": {"plain": {"share": 0.5}, "few": {"share": 0.5, "n": 3}},
}


@dataclass
class Day:
    """A shop whose clock the test sets."""

    shop: Shop
    now: list[int]
    said: list[dict[str, Any]] = field(default_factory=list)

    def visit(self, user: str) -> Slate:
        return self.shop.recommend("home", user=user)

    def do(self, user: str, kind: str, item: str, **more: Any) -> None:
        self.now[0] += 1_000
        self.shop.track({"type": kind, "user_id": user, "item_id": item, "timestamp": format_time(self.now[0]), **more})


@pytest.fixture
def day(shop_folder: Path) -> Iterator[Day]:
    now = [system_clock()]
    with shopmind.open(shop_folder, clock=lambda: now[0]) as opened:
        yield Day(opened, now)


def test_sums_of_units_worked_by_hand(day: Day) -> None:
    """u01 clicks two hits (one of them twice) and buys once for 24.00; v buys before it is dealt in and not after."""
    shop = day.shop
    day.do("v", "purchase", "tea-01", value="14.90", currency="USD", order_id="o-v")
    day.do("v", "click", "tea-01")
    shop.experiments.put("fewer", HALVES)
    shop.experiments.start("fewer")
    started = day.now[0]
    first = day.visit("u01")
    arm = str(first.variant).removeprefix("fewer/")
    again = day.visit("u01")
    for slate, place in ((first, 0), (first, 0), (again, 1)):
        day.do("u01", "click", slate.hits[place].item.item_id, request_id=slate.request_id)
    day.do("u01", "click", "kit-02")
    day.do("u01", "purchase", "kit-01", value="24.00", currency="USD", order_id="o-1")
    day.do("u01", "purchase", "kit-02", value="39.00", currency="EUR", order_id="o-1")
    day.do("u01", "add_to_cart", "kit-02")
    day.visit("v")
    day.visit("w")
    shop.flush()
    units = read_units(shop, dealt_by("fewer"), "user", started, day.now[0] + 1)
    assert units.crossed == 0
    assert not units.cut
    assert len(units.table) == 3
    rows = {row["unit"]: row for row in units.table.to_dicts()}
    u01, v, w = (rows[shop.pseudonyms.user(each)] for each in ("u01", "v", "w"))
    assert (u01["variant"], u01["hits"], u01["clicks"]) == (arm, len(first.hits) + len(again.hits), 2)
    assert (u01["orders"], u01["revenue"], u01["carts"]) == (1, 2400, 1)
    assert (v["orders"], v["earlier_orders"], v["earlier_revenue"], v["earlier_clicks"]) == (0, 1, 1490, 1)
    assert sum(w[name] for name in w if name not in ("unit", "variant", "first_ms", "hits")) == 0


def test_the_report_of_a_shop_says_what_came_out(day: Day) -> None:
    shop = day.shop
    shop.experiments.put("fewer", HALVES)
    assert experiment_report(shop, "fewer")["plan"]["units_needed"] is None
    shop.experiments.start("fewer")
    bought = {"plain": 0, "few": 0}
    for i in range(400):
        slate = day.visit(f"v{i}")
        arm = str(slate.variant).removeprefix("fewer/")
        if i % (10 if arm == "plain" else 2) == 0:
            bought[arm] += 1
            day.do(f"v{i}", "click", slate.hits[0].item.item_id, request_id=slate.request_id)
            day.do(f"v{i}", "purchase", slate.hits[0].item.item_id, value="10", currency="USD", order_id=f"o{i}")
    day.now[0] += HOUR_MS
    told = experiment_report(shop, "fewer")
    arms = told["metrics"]["conversion"]["arms"]
    assert sum(told["units"].values()) == 400
    assert {name: round(arms[name]["value"] * arms[name]["units"]) for name in bought} == bought
    assert told["metrics"]["average_order_value"]["arms"]["few"]["value"] == pytest.approx(10.0)
    assert told["metrics"]["click_through"]["arms"]["few"]["value"] == pytest.approx(
        bought["few"] / told["units"]["few"] / 3
    )
    assert set(told["metrics"]) == {"conversion", *HALVES["watch"]}
    assert told["decision"]["action"] == "ship"
    assert told["decision"]["english"].startswith("Variant few adds")
    shop.experiments.stop("fewer")
    assert experiment_report(shop, "fewer")["status"] == "stopped"


def test_a_variant_that_was_removed_is_said_in_the_report(day: Day) -> None:
    three = {"plain": {"share": 0.4}, "few": {"share": 0.3, "n": 3}, "two": {"share": 0.3, "n": 2}}
    day.shop.experiments.put("fewer", {**HALVES, "variants": three, "holdout": 0.2})
    day.shop.experiments.start("fewer")
    for i in range(60):
        day.visit(f"v{i}")
    del three["few"]
    day.shop.experiments.put("fewer", {**HALVES, "variants": three, "holdout": 0.2})
    for i in range(60, 90):
        day.visit(f"v{i}")
    told = experiment_report(day.shop, "fewer")
    assert told["remarks"] == ["variant few was removed: its units see the plain scenario"]
    assert list(told["metrics"]["conversion"]["comparisons"]) == ["two"]
    assert told["units"]["few"] > 0
    assert told["held_out"] > 0
    assert not told["split"]["broken"]


def test_an_empty_page_is_an_exposure_too(day: Day) -> None:
    day.shop.experiments.put("fewer", HALVES)
    day.shop.experiments.start("fewer")
    slate = day.shop.recommend("home", user="u01", filters="price < 0")
    assert slate.hits == ()
    assert sum(experiment_report(day.shop, "fewer")["units"].values()) == 1


def test_a_plan_comes_from_what_the_places_were_like(day: Day) -> None:
    for i in range(56):
        day.visit(f"v{i}")
        if i % 4 == 0:
            day.do(f"v{i}", "purchase", "tea-01", value="14.90", currency="USD", order_id=f"o{i}")
    day.shop.experiments.put("fewer", {**HALVES, "test": "fixed", "share": 0.5})
    told = experiment_report(day.shop, "fewer")
    assert told["plan"]["value"] == pytest.approx(0.25)
    assert told["plan"]["units_a_day"] == pytest.approx(1.0)
    both = 0.25 * 0.75 + 0.375 * 0.625
    assert told["plan"]["units_needed"] == pytest.approx(2.8016**2 * both * 2 / 0.125**2, abs=1)
    assert told["plan"]["days"] == told["plan"]["units_needed"]


def test_an_interleaving_is_reported_by_the_clicks_on_each_team(day: Day) -> None:
    draft = {
        "title": "Two orders",
        "kind": "interleaving",
        "scenario": "home",
        "variants": {
            "now": {},
            "plain": {"ranker": {"part": "fusion", "by": "rank"}, "retrievers": {"fresh": {"k": 60}}},
        },
    }
    day.shop.experiments.put("orders", draft)
    assert experiment_report(day.shop, "orders")["plan"]["units_needed"] > 1_000
    day.shop.experiments.start("orders")
    wins = {"orders/now": 0, "orders/plain": 0}
    for i in range(40):
        slate = day.visit(f"v{i}")
        place = slate.teams.index("orders/plain" if i % 4 else "orders/now")
        wins[slate.teams[place]] += 1
        seen = {"request_id": slate.request_id, "position": place, "variant": slate.variant, "scenario": "home"}
        day.do(f"v{i}", "impression", slate.hits[place].item.item_id, **seen)
        day.do(f"v{i}", "click", slate.hits[place].item.item_id, request_id=slate.request_id)
    day.visit("silent")
    told = experiment_report(day.shop, "orders")
    assert told["votes"] == {"now": wins["orders/now"], "plain": wins["orders/plain"], "neither": 0}
    assert told["units"] == {"shown": 41, "voted": 40}
    assert told["metric"] == "preference"
    assert told["decision"]["action"] == "wait"


def test_what_has_no_report_says_why(day: Day) -> None:
    with pytest.raises(NotFoundError, match=r"'none'; a file experiments/NAME\.toml makes one"):
        experiment_report(day.shop, "none")
    day.shop.experiments.put("fewer", HALVES)
    assert any("0 users were answered there" in remark for remark in experiment_report(day.shop, "fewer")["remarks"])
    with pytest.raises(NotFoundError, match="there are: fewer"):
        experiment_report(day.shop, "none")
    day.shop.experiments.start("fewer")
    (day.shop.path / "experiments" / "fewer.toml").unlink()
    day.now[0] += DAY_MS
    with pytest.raises(InputError, match="its file is gone"):
        experiment_report(day.shop, "fewer")


def test_each_of_two_layers_is_reported_by_its_own_part_of_the_label_and_sessions_are_units_too(day: Day) -> None:
    shop = day.shop
    base = {"title": "T", "scenario": "search", "unit": "session", "metric": "click_through"}
    ranker = {"part": "fusion", "by": "rank"}
    lengths = {"long": {"share": 0.5}, "short": {"share": 0.5, "n": 2}}
    orders = {"now": {"share": 0.5}, "rank": {"share": 0.5, "ranker": ranker}}
    shop.experiments.put("lengths", {**base, "layer": "a", "variants": lengths})
    shop.experiments.put("orders", {**base, "layer": "b", "variants": orders})
    shop.experiments.start("lengths")
    shop.experiments.start("orders")
    shown = {"long": 0, "short": 0, "now": 0, "rank": 0}
    for i in range(40):
        slate = shop.search("green tea", session=f"s{i}")
        arms = [part.split("/")[1] for part in str(slate.variant).split("+")]
        for arm in arms:
            shown[arm] += 1
        day.now[0] += 1_000
        hit = {"type": "click", "session_id": f"s{i}", "item_id": slate.hits[0].item.item_id}
        shop.track({**hit, "request_id": slate.request_id, "timestamp": format_time(day.now[0])})
    for name, variants in (("lengths", lengths), ("orders", orders)):
        told = experiment_report(shop, name)
        assert told["units"] == {arm: shown[arm] for arm in variants}
        assert told["crossed"] == 0
    short = experiment_report(shop, "lengths")["metrics"]["click_through"]["arms"]["short"]
    assert short["value"] == pytest.approx(1 / 2)
