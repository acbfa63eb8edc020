from __future__ import annotations

from pathlib import Path

import pytest

from shopmind.kit.errors import InputError
from shopmind.scenarios import load


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path


def write(own: Path, name: str, text: str) -> None:
    (own / f"{name}.toml").write_text(text, encoding="utf-8")


def test_the_packaged_scenarios_can_all_be_read() -> None:
    found = load()
    assert {"home", "search", "similar", "cart", "buy_again", "trending", "shops", "promotions"} <= set(found)
    assert all(scenario.title and scenario.retrievers for scenario in found.values())


def test_what_was_bought_is_hidden_at_home_and_beside_similar_goods_and_never_where_it_is_wanted_again() -> None:
    hidden = {name for name, s in load().items() if any(spec.part == "bought" for spec in s.filters)}
    assert {"home", "similar"} <= hidden
    assert not hidden & {"search", "cart", "buy_again", "basket", "goes_with"}


def test_a_variant_names_its_base_and_only_what_differs(own: Path) -> None:
    write(own, "home_b", 'base = "home"\nn = 7\nretrievers = { popularity = {k = 5} }\n')
    found = load(own)
    home, variant = found["home"], found["home_b"]
    assert variant.n == 7
    assert variant.retrievers["popularity"].k == 5
    assert set(variant.retrievers) == set(home.retrievers)
    assert variant.filters == home.filters


def test_a_list_replaces_the_list_of_the_base(own: Path) -> None:
    write(own, "home_b", 'base = "home"\nfilters = [{part = "in_stock"}]\n')
    assert [spec.part for spec in load(own)["home_b"].filters] == ["in_stock"]


def test_another_ranker_does_not_inherit_the_options_of_the_first(own: Path) -> None:
    write(own, "a", 'title = "A"\nretrievers = {fresh = {}}\nranker = {part = "fusion", constant = 10.0}\n')
    write(own, "b", 'base = "a"\nranker = {part = "fusion", by = "score"}\n')
    found = load(own)
    assert found["b"].ranker.options.constant == 10.0
    assert found["b"].ranker.options.by == "score"


def test_a_shop_may_build_on_the_packaged_scenario_of_the_same_name(own: Path) -> None:
    write(own, "home", 'base = "home"\ntitle = "Hello"\n')
    assert load(own)["home"].title == "Hello"
    assert set(load(own)["home"].retrievers) == set(load()["home"].retrievers)


def test_one_retriever_may_stand_in_two_columns(own: Path) -> None:
    text = 'title = "T"\nretrievers = {near = {part = "dense"}, like = {part = "dense", of = "history"}}\n'
    write(own, "t", text)
    assert {name: spec.part for name, spec in load(own)["t"].retrievers.items()} == {"near": "dense", "like": "dense"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            'title = "T"\nretreivers = {}',
            "scenarios/t.toml line 2: unknown key: 'retreivers' is not allowed (did you mean",
        ),
        (
            'title = "T"\nretrievers = {popularty = {}}',
            "scenarios/t.toml line 2: retriever: 'popularty' is not allowed",
        ),
        ('title = "T"\n\nretrievers = {fresh = {kk = 2}}', "line 3: retriever 'fresh': unknown option: 'kk'"),
        ('title = "T"\nretrievers = {fresh = {k = 0}}', "k is 0, it must lie in 1..10000"),
        ('title = "T"\nretrievers = {fresh = {k = "many"}}', "retriever 'fresh'.k: 'many' is str"),
        ('title = "T"\nretrievers = {fresh = {}}\nkinds = ["goods"]', "line 3: kinds: 'goods' is not allowed"),
        ('title = "T"\nretrievers = {fresh = {}}\nneeds = ["luck"]', "line 3: needs: 'luck' is not allowed"),
        ('title = "T"\nretrievers = {fresh = {}}\nn = 0', "line 3: n is 0"),
        ('title = "T"\nretrievers = {fresh = {}}\nn = "ten"', "line 3: 'ten' is str, int is expected"),
        ("retrievers = {fresh = {}}", "t.toml: 'title' is required"),
        ('title = "T"', "t.toml: 'retrievers' is required"),
        ('base = "hme"', "line 1: base: 'hme' is not allowed (did you mean 'home'?)"),
        ('base = "t"', "base: 't' is not allowed"),
        ('title = "T', "scenarios/t.toml: "),
        ('title = "T"\nretrievers = {fresh = {}}\nfilters = ["in_stock"]', "a filter is a table with `part`"),
        (
            'title = "T"\nretrievers = {fresh = {}}\nfilters = [{part = "attribute", where = "price <"}]',
            "filter 'attribute': filter: found the end",
        ),
        (
            'title = "T"\nretrievers = {fresh = {}}\nrerankers = [{part = "diversity", strength = 2.0}]',
            "strength is 2.0, it must lie in 0..1",
        ),
    ],
)
def test_what_is_wrong_is_refused_with_file_line_and_what_is_allowed(own: Path, text: str, says: str) -> None:
    write(own, "t", text)
    with pytest.raises(InputError) as caught:
        load(own)
    assert says in caught.value.message


def test_bases_that_lead_in_a_circle_are_refused(own: Path) -> None:
    write(own, "a", 'base = "b"')
    write(own, "b", 'base = "a"')
    with pytest.raises(InputError, match="leads back to itself"):
        load(own)
