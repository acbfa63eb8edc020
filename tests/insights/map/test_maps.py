"""Maps of the tiny shop: what is on them, how it does, and that they are the same whenever they are drawn."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shopmind.insights.map import Node, catalogue_map, cut, shop_map, user_map, walk
from shopmind.insights.map.goals import GOALS, OWN, served
from shopmind.insights.map.node import KINDS, below
from shopmind.insights.map.words import FIGURES, HEALTH, LANGUAGES, MAIN, TITLES, line
from shopmind.kit.errors import InputError, NotFoundError
from shopmind.scenarios.load import load
from shopmind.shop import Shop

DRAWN: dict[str, Callable[[Shop], Node]] = {
    "shop": lambda shop: shop_map(shop),
    "catalogue": lambda shop: catalogue_map(shop),
    "user": lambda shop: user_map(shop, shop.pseudonyms.user("u01")),
}


def found(root: Node, node_id: str) -> Node:
    return next(node for node in walk(root) if node.node_id == node_id)


def test_every_packaged_place_serves_a_goal_and_has_a_title_in_chinese() -> None:
    assert sorted(name for names in GOALS.values() for name in names) == sorted(load())
    assert sorted(served([*load(), "mine"])[OWN]) == ["mine"]
    assert {f"scenario:{name}" for name in load()} <= set(TITLES)
    assert {f"goal:{goal}" for goal in (*GOALS, OWN)} <= set(TITLES)
    assert all(all(words) for words in TITLES.values())


@pytest.mark.parametrize("of", list(DRAWN))
def test_a_map_is_the_same_again_with_ids_of_its_own_and_figures_that_have_words(shop: Shop, of: str) -> None:
    root, again = DRAWN[of](shop), DRAWN[of](shop)
    assert [node.node_id for node in walk(root)] == [node.node_id for node in walk(again)]
    assert len({node.node_id for node in walk(root)}) == sum(1 for _ in walk(root))
    for node in walk(root):
        assert node.kind in KINDS
        assert node.health in HEALTH
        assert set(node.figures) <= set(FIGURES), node.node_id
        assert set(MAIN[node.kind]) <= set(FIGURES)
        for language in LANGUAGES:
            assert "None" not in line(node, language)
    assert all(not child.children for child in cut(root, 1).children)


def test_a_place_has_its_figures_its_parts_and_the_models_they_load(shop: Shop) -> None:
    root = shop_map(shop, days=60)
    home = found(root, "shop/goal:discover/scenario:home")
    assert home.title == "For you"
    assert (home.figures["impressions"], home.figures["clicks"]) > (0, 0)
    model = found(root, f"{home.node_id}/retriever:popularity/model:popularity")
    artifact = shop.artifacts.load("popularity")
    assert artifact is not None
    assert model.figures["version"] == artifact.version
    assert model.figures["learned_from"] == artifact.card["events"]
    assert model.figures["newer"] == 0
    assert [child.name for child in model.children][:2] == ["events", "catalogue"]
    assert found(root, f"{home.node_id}/retriever:popularity").about.endswith(".")
    assert root.children[-1].name == "data"
    assert found(root, "shop/data:data/data:events").figures["rows"] == shop.events.count()


def test_what_does_not_work_says_why(shop: Shop) -> None:
    missing = next(iter(shop.untrained()))
    bad = [node for node in walk(shop_map(shop)) if node.kind == "model" and node.name == missing]
    assert bad
    assert {node.health for node in bad} == {"bad"}
    assert all(node.says == (shop.untrained()[missing],) for node in bad)
    vectors = found(shop_map(shop), "shop/data:data/data:vectors")
    assert (vectors.health, vectors.figures) == ("idle", {})


def test_a_change_that_no_index_has_yet_is_told(shop: Shop) -> None:
    shop.put_items([{"item_id": "new", "title": "New", "price": 1}])
    index = found(shop_map(shop), "shop/data:data/data:text")
    assert (index.health, index.figures["behind"]) == ("poor", 1)


def test_a_goal_is_as_well_as_those_of_its_places_that_are_asked(shop: Shop) -> None:
    shop.search("tea")
    shop.flush()
    root = shop_map(shop)
    find = found(root, "shop/goal:find")
    search = found(root, "shop/goal:find/scenario:search")
    assert search.figures["answers"] == find.figures["answers"] == 1
    assert find.health == search.health


def test_the_catalogue_is_drawn_by_what_sells_with_gaps_told(shop: Shop) -> None:
    root = catalogue_map(shop, days=100, each=3)
    sold = [float(str(child.figures["sold"])) for child in root.children if child.name]
    assert sold == sorted(sold, reverse=True)
    assert len(root.children) == 4
    assert root.children[-1].title == "5 more"
    assert sum(int(str(child.figures["items"])) for child in root.children) == root.figures["items"]
    items = [node for node in walk(root) if node.kind == "item"]
    assert items
    assert all(node.says for node in items if node.health == "poor")


def test_what_is_bought_now_is_in_the_next_map(shop: Shop) -> None:
    before = catalogue_map(shop).figures
    shop.put_items([{"item_id": "brand-new", "title": "Brand new", "categories": ["Tea"]}])
    bought = {"type": "purchase", "item_id": "brand-new", "user_id": "u01"}
    shop.track([bought, {"type": "view", "item_id": "tea-01", "user_id": "u01"}])
    after = catalogue_map(shop).figures
    assert [float(str(after[name])) - float(str(before[name])) for name in ("items", "sold", "visits")] == [1, 1, 1]
    shop.forget("u01")
    assert float(str(catalogue_map(shop, days=29).figures["sold"])) < float(str(after["sold"]))


def test_interests_add_up_and_lead_to_the_doings_they_are_read_from(shop: Shop) -> None:
    root = user_map(shop, shop.pseudonyms.user("u01"))
    shares = [float(str(child.figures["share"])) for child in root.children if "share" in child.figures]
    assert 0 < sum(shares) <= 1.000001
    assert all(item.figures["doings"] for child in root.children for item in child.children if item.kind == "item")
    assert root.title == shop.pseudonyms.user("u01")[:8]


def test_who_refused_has_no_interests_and_nobody_is_not_found(shop: Shop) -> None:
    shop.put_users([{"user_id": "u01", "consent": {"personalise": False}}])
    root = user_map(shop, shop.pseudonyms.user("u01"), language="zh")
    assert (root.children, root.health, root.says) == ((), "idle", ("已拒绝个性化",))
    with pytest.raises(NotFoundError):
        user_map(shop, shop.pseudonyms.user("nobody"))
    with pytest.raises(InputError, match="days"):
        shop_map(shop, days=0)


def test_names_cannot_take_another_place() -> None:
    assert below("a", "item", "b/item:c") == "a/item:b%2Fitem%3Ac"
    assert below(below("a", "x", "b"), "x", "c") != below("a", "x", "b/x:c")
