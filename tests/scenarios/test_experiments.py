from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from shopmind.kit.errors import InputError
from shopmind.kit.toml import dumps
from shopmind.scenarios import load
from shopmind.scenarios.experiment import Experiment
from shopmind.scenarios.experiments import answered, clash, parse, read_folder

SCENARIOS = load()
GOOD = """
title    = "More variety in the cart"
scenario = "cart"
metric   = "conversion"
watch    = ["click_through", "revenue"]
start    = 2026-01-05T00:00:00Z
end      = "2026-02-02T00:00:00Z"

[variants.plain]
share = 0.5

[variants.varied]
share = 0.5
n = 12
rerankers = [{part = "diversity", by = "category", strength = 0.5}]
"""


def refused(text: str, *words: str) -> None:
    with pytest.raises(InputError) as told:
        parse("cart_variety", text, SCENARIOS)
    for word in words:
        assert word in told.value.message, told.value.message


def test_a_file_says_who_takes_part_in_what_and_the_first_variant_is_the_control(tmp_path: Path) -> None:
    (tmp_path / "cart_variety.toml").write_text(GOOD, "utf-8")
    found = read_folder(tmp_path, SCENARIOS)["cart_variety"]
    assert found.scenarios == ("cart",)
    assert found.control.name == "plain"
    assert found.control.plain
    assert found.watch == ("click_through", "revenue")
    assert (found.start_ms, found.end_ms) == (1767571200000, 1769990400000)
    assert found.salt == "cart_variety"
    assert read_folder(tmp_path / "none", SCENARIOS) == {}


def test_a_variant_is_its_scenario_with_the_keys_that_differ() -> None:
    found = parse("cart_variety", GOOD, SCENARIOS)
    varied = answered(SCENARIOS, "cart", [(found.variants[1], None)])
    assert varied.n == 12
    assert varied.rerankers[0].options.strength == 0.5
    assert varied.retrievers == SCENARIOS["cart"].retrievers
    assert varied.name == "cart"
    assert answered(SCENARIOS, "cart", [(found.control, None)]) == SCENARIOS["cart"]


def test_a_variant_may_be_another_scenario_or_build_on_one() -> None:
    text = 'title = "T"\nscenario = "cart"\n[variants.a]\nshare = 0.5\n[variants.b]\nshare = 0.5\n'
    whole = parse("e", text + 'scenario = "goes_with"', SCENARIOS)
    built = parse("e", text + 'base = "goes_with"\nn = 3', SCENARIOS)
    assert answered(SCENARIOS, "cart", [(whole.variants[1], None)]).retrievers == SCENARIOS["goes_with"].retrievers
    assert answered(SCENARIOS, "cart", [(built.variants[1], None)]).n == 3
    refused(text + 'scenario = "goes_with"\nn = 3', "line 7", "not both")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("share = 0.5", "share = 0.75", ("line 13", "150 %", "100 %")),
        ("share = 0.5", "share = 0.0", ("line 10", "must lie above 0")),
        ("share = 0.5", "share = -0.5", ("line 10", "-0.5")),
        ("share = 0.5", "share = true", ("line 10", "bool")),
        ("share = 0.5", "", ("plain", "needs a share")),
        ('"diversity"', '"diversty"', ("line 15", "did you mean 'diversity'")),
        ("strength = 0.5", "strenght = 0.5", ("line 15", "strenght")),
        ("n = 12", "nn = 12", ("line 14", "unknown key", "'nn'")),
        ("n = 12", 'needs = ["text"]', ("line 14", "needs text")),
        ('"cart"', '"crat"', ("line 3", "did you mean 'cart'")),
        ('"conversion"', '"conversation"', ("line 4", "did you mean 'conversion'")),
        ('"click_through"', '"clickthrough"', ("line 5", "did you mean 'click_through'")),
        ("2026-02-02", "2025-02-02", ("line 7", "before its start")),
        ("2026-02-02T00:00:00Z", "soon", ("line 7", "RFC 3339")),
        ("metric ", "metrik ", ("line 4", "unknown key")),
        ('title    = "More variety in the cart"', "", ("'title' is required",)),
        ('scenario = "cart"', "", ("either 'scenario' or 'scenarios'",)),
        ("[variants.plain]", "[variants.holdout]", ("line 9", "holdout")),
        ("[variants.plain]", '[variants."A B"]', ("no name of a variant",)),
        ('metric   = "conversion"', "share = 0.7\nfrom = 0.4", ("line 4", "beyond the layer's end")),
        ('metric   = "conversion"', "ramp = 1.5", ("line 4", "must lie in 0..1")),
        ('metric   = "conversion"', 'kind = "interleaving"', ("line 10", "no shares")),
        ('metric   = "conversion"', "level = 0.9", ("line 4", "level")),
        ('"varied"', '"', ()),
    ],
)
def test_what_is_wrong_is_said_with_its_line(old: str, new: str, words: tuple[str, ...]) -> None:
    assert old in GOOD or not words
    refused(GOOD.replace(old, new) if words else GOOD + "\n=", *words)


def test_one_variant_alone_is_no_experiment_and_an_interleaving_has_two() -> None:
    one = GOOD[: GOOD.index("[variants.varied]")]
    refused(one, "at least two variants")
    drafts = 'title = "T"\nkind = "interleaving"\nscenario = "search"\n' + "".join(
        f"[variants.{name}]\nn = 5\n" for name in "abc"
    )
    refused(drafts, "exactly two variants")


def test_a_name_that_is_no_plain_file_name_is_refused() -> None:
    for name in ("../secrets", "A", "", "a" * 65, "a b"):
        with pytest.raises(InputError, match="no name of an experiment"):
            parse(name, GOOD, SCENARIOS)


def experiment(name: str, **keys: Any) -> Experiment:
    table: dict[str, Any] = {
        "title": "T",
        "scenario": "cart",
        **{key.rstrip("_"): value for key, value in keys.items()},
    }
    table.setdefault("variants", {"a": {"share": 0.5}, "b": {"share": 0.5, "n": 4}})
    return parse(name, dumps(table, sections=("variants",)), SCENARIOS)


def test_parts_of_one_layer_may_not_overlap_while_both_run() -> None:
    half = experiment("one", share=0.5)
    with pytest.raises(InputError, match=r"it takes 0\.4 to 0\.9, and"):
        clash([experiment("one", share=0.5), experiment("two", from_=0.4, share=0.5)])
    clash([half, experiment("two", from_=0.5, share=0.5)])
    clash([half, experiment("two", scenario="home", layer="x")])
    early = experiment("one", start="2026-01-01", end="2026-02-01")
    clash([early, experiment("two", start="2026-02-01")])
    with pytest.raises(InputError, match="at the same time"):
        clash([early, experiment("two", start="2026-01-31")])


def test_two_layers_may_not_change_the_same_key_of_one_scenario() -> None:
    one = experiment("one")
    with pytest.raises(InputError, match="both change n"):
        clash([one, experiment("two", layer="other")])
    ranker = {"a": {"share": 0.5}, "b": {"share": 0.5, "ranker": {"part": "fusion", "by": "rank"}}}
    clash([one, experiment("two", layer="other", variants=ranker)])
    clash([one, experiment("two", layer="other", scenario="home")])
    whole = {"a": {"share": 0.5}, "b": {"share": 0.5, "scenario": "goes_with"}}
    with pytest.raises(InputError, match="both change a whole scenario"):
        clash([one, experiment("two", layer="other", variants=whole)])


def test_what_is_written_as_toml_is_read_as_the_same() -> None:
    table = tomllib.loads(GOOD) | {"note": 'a "b" \\ \n \x01', "list": [1, 2.5, True, {"a b": []}]}
    assert tomllib.loads(dumps(table, sections=("variants",))) == table
    with pytest.raises(InputError, match="cannot be written"):
        dumps({"a": None})
