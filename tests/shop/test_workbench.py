"""The workbench of a shop: texts in the place of files, and what changes without a signal."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from shopmind.domain import Query
from shopmind.explain.moves import Move, moves
from shopmind.kit.errors import InputError
from shopmind.pipeline.scenario import Scenario
from shopmind.shop import Shop
from shopmind.shop.workbench import HELD, Configuration, Workbench, signals

FEW = Configuration("home", 'base = "home"\nn = 3\n')


def ids(shop: Shop, given: Configuration) -> list[str]:
    return [hit.item.item_id for hit in shop.workbench.answer(Query("search"), given).hits]


def test_moves_are_those_of_the_new_page_then_those_that_left() -> None:
    assert moves(["a", "b", "c"], ["c", "b", "d"]) == (Move("c", 2, 0), Move("d", None, 2), Move("a", 0, None))
    assert moves(["a"], ["a"]) == ()


def test_a_text_answers_in_the_place_of_its_file_and_is_read_once(shop: Shop) -> None:
    assert ids(shop, FEW) == ids(shop, Configuration("home"))[:3]
    assert shop.workbench.way(FEW).scenario is shop.workbench.way(FEW).scenario
    assert len(ids(shop, Configuration("home"))) == shop.scenarios["home"].n


def test_a_text_is_read_again_when_its_base_has_changed(shop: Shop) -> None:
    scenarios: dict[str, Scenario] = dict(shop.scenarios)
    bench = Workbench(scenarios, shop.settings, lambda: shop._answering)
    assert bench.way(FEW).scenario.title == "For you"
    home = scenarios["home"]
    scenarios["home"] = replace(home, table={**home.table, "title": "Just for you"})
    assert bench.way(FEW).scenario.title == "Just for you"


def test_many_texts_at_once_answer_each_by_its_own(shop: Shop) -> None:
    wrong: list[int] = []

    def ask(n: int) -> None:
        given = Configuration("home", f'base = "home"\nn = {n}\n')
        wrong.extend(n for _ in range(5) if len(ids(shop, given)) != n)

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(1, HELD + 3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert wrong == []


@pytest.mark.parametrize("name", ["search", "home", "cart", "ads", "next_item", "bundles"])
def test_every_signal_of_a_place_can_be_switched_off(shop: Shop, name: str) -> None:
    query = Query(name, user_id=shop.pseudonyms.user("u01"), anchors=("tea-01", "kit-01"), text="tea")
    found = shop.workbench.look_into(query, Configuration(name), each=True)
    assert [(each.stage, each.part) for each in found.each] == list(signals(shop.scenarios[name]))


def test_all_retrievers_off_find_nothing(shop: Shop) -> None:
    off = [each for each in signals(shop.scenarios["home"]) if each[0] == "retrieve"]
    found = shop.workbench.look_into(Query("home"), Configuration("home"), without=off)
    assert found.without is not None
    assert found.without.slate.hits == ()
    assert found.slate.hits


def test_what_is_filtered_cannot_be_had_by_switching_something_off(shop: Shop) -> None:
    with pytest.raises(InputError, match="in_stock"):
        shop.workbench.look_into(Query("home"), Configuration("home"), without=[("filter", "in_stock")])


def test_what_is_tried_out_is_as_personal_as_the_shop_and_shows_nothing_to_learn_about_it(shop: Shop) -> None:
    still = shop.settings.model_copy(update={"personal": False})
    for settings, personal in ((shop.settings, True), (still, False)):
        bench = Workbench(shop.scenarios, settings, lambda: shop._answering)
        asked = bench._asked(Query("search", text="tea"), Configuration("home"))
        assert (asked.scenario, asked.personal, asked.explore) == ("home", personal, False)
