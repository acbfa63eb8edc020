from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import shopmind
from shopmind.kit.menu import Menu
from shopmind.pipeline.features import MENU as FEATURES
from shopmind.pipeline.filters import MENU as FILTERS
from shopmind.pipeline.rankers import MENU as RANKERS
from shopmind.pipeline.rerankers import MENU as RERANKERS
from shopmind.pipeline.retrievers import MENU as RETRIEVERS
from shopmind.pipeline.understanding import MENU as UNDERSTANDING
from shopmind.shop import Shop
from shopmind.testing import part_suite
from shopmind.testing.tiny_shop import make_tiny_shop

MENUS: list[tuple[Menu, Callable[..., None]]] = [
    (UNDERSTANDING, part_suite.check_understanding),
    (FILTERS, part_suite.check_filter),
    (RETRIEVERS, part_suite.check_retriever),
    (FEATURES, part_suite.check_feature),
    (RANKERS, part_suite.check_ranker),
    (RERANKERS, part_suite.check_reranker),
]
PARTS = [pytest.param(menu, name, check, id=f"{menu.what} {name}") for menu, check in MENUS for name in menu]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A tiny shop with an encoder that needs no weights."""
    with make_tiny_shop(tmp_path_factory.mktemp("parts") / "shop", encoder="hash") as opened:
        yield opened


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shopmind.create(Path(tmp_path_factory.mktemp("parts")) / "empty", encoder="none") as opened:
        yield opened


@pytest.mark.parametrize(("menu", "name", "check"), PARTS)
def test_a_part_keeps_its_contract_on_the_tiny_shop(
    tiny: Shop, menu: Menu, name: str, check: Callable[[Any, Any], None]
) -> None:
    part = part_suite.make(menu, name, tiny.tools, tiny.scenarios)
    if not part_suite.check_ready(part):
        pytest.skip(f"{name}: the tiny shop is too young for it")
    for context in part_suite.requests(tiny).values():
        check(part, context)


@pytest.mark.parametrize(("menu", "name", "check"), PARTS)
def test_a_part_is_made_on_an_empty_shop_and_says_what_it_lacks(
    empty: Shop, menu: Menu, name: str, check: Callable[[Any, Any], None]
) -> None:
    part = part_suite.make(menu, name, empty.tools, empty.scenarios)
    if part_suite.check_ready(part):
        context = part_suite.requests(empty)["stranger"]
        check(part, context)
