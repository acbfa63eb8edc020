"""The table of rules of the tiny shop, through every door."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import shopmind
from shopmind.cli import app
from shopmind.insights import associations
from shopmind.kit.clock import system_clock
from shopmind.kit.errors import InputError, NotFoundError, NotReadyError
from shopmind.shop import Shop, create


def test_rules_are_told_with_figures_that_counting_gives(shop: Shop) -> None:
    lines = shop.events.table(("purchase",)).drop_nulls(["item", "order"])
    baskets = [set(items) for items in lines.group_by("order").agg("item")["item"].to_list()]
    report = associations(shop, item="tea-01")
    assert report.orders == len(baskets)
    first, second = shop.catalogue.numbers(["tea-01", "kit-01"]).tolist()
    both = sum({first, second} <= basket for basket in baskets)
    given, then = (sum(each in basket for basket in baskets) for each in (first, second))
    rule = next(each for each in report.rules if each.given == ("tea-01",))
    assert (rule.then, rule.orders) == ("kit-01", both)
    assert rule.support == pytest.approx(both / len(baskets))
    assert rule.confidence == pytest.approx(both / given)
    assert rule.lift == pytest.approx(both * len(baskets) / given / then)
    assert rule.leverage == pytest.approx(both / len(baskets) - given * then / len(baskets) ** 2)
    assert rule.q <= 0.01
    assert rule.titles[0].startswith("Dragon Well")


def test_a_rule_with_a_good_too_many_is_told_only_when_asked_for(shop: Shop) -> None:
    plain, whole = associations(shop), associations(shop, redundant=True)
    assert all(rule.adds for rule in plain.rules)
    more = {rule.given: rule for rule in whole.rules if not rule.adds}
    assert any({*given} == {"ele-01", "ele-02"} for given in more)  # the case says of the charger what the phone says
    assert whole.total == plain.total + len(more)


@pytest.mark.parametrize("by", ["leverage", "lift", "confidence", "support"])
def test_the_highest_stand_first(shop: Shop, by: str) -> None:
    values = [getattr(rule, by) for rule in associations(shop, by=by).rules]
    assert values == sorted(values, reverse=True)


def test_what_cannot_be_asked_is_refused_by_name(shop: Shop) -> None:
    wrong = [{"n": 0}, {"n": 1_001}, {"by": "size"}, {"min_lift": -1.0}, {"min_lift": float("nan")}, {"max_q": 0.0}]
    for asked in wrong:
        with pytest.raises(InputError, match=next(iter(asked))):
            associations(shop, **asked)  # type: ignore[arg-type]
    with pytest.raises(NotFoundError, match="nowhere"):
        associations(shop, item="nowhere")
    assert associations(shop, min_lift=1e9).rules == ()


def test_a_shop_without_orders_says_what_it_lacks(tmp_path: Path) -> None:
    with create(tmp_path / "new", clock=system_clock, encoder="none") as new:
        with pytest.raises(NotReadyError, match="shopmind train"):
            associations(new)
        new.train(["associations"])
        with pytest.raises(NotReadyError, match="needs more orders"):
            associations(new)


def test_an_item_that_was_removed_leaves_the_table(shop: Shop) -> None:
    shop.catalogue.remove(["kit-01"])
    assert all("kit-01" not in (*rule.given, rule.then) for rule in associations(shop).rules)


def test_the_command_tells_the_same(shop_folder: Path) -> None:
    told = CliRunner().invoke(app, ["insight", "associations", str(shop_folder), "--item", "tea-01", "--json"])
    assert told.exit_code == 0
    with shopmind.open(shop_folder) as shop:
        report = associations(shop, item="tea-01", n=20)
    assert [rule["given"] for rule in json.loads(told.stdout)["rules"]] == [list(rule.given) for rule in report.rules]
    plain = CliRunner().invoke(app, ["insight", "associations", str(shop_folder)])
    assert "tea-01 -> kit-01" in plain.stdout
    assert CliRunner().invoke(app, ["insight", "associations", str(shop_folder), "--by", "size"]).exit_code == 2
