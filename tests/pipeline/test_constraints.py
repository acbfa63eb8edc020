from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import shopmind
from shopmind.domain import Constraint, History, Query
from shopmind.pipeline import lexicon
from shopmind.pipeline.context import Context
from shopmind.pipeline.filters.attribute import Masks
from shopmind.pipeline.filters.without import Without
from shopmind.pipeline.understanding.constraints import Constraints
from shopmind.pipeline.understanding.negation import Negation
from shopmind.shop import Shop


def goods() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []

    def add(count: int, title: str, **more: Any) -> None:
        for _ in range(count):
            rows.append(
                {
                    "item_id": f"i{len(rows)}",
                    "kind": "product",
                    "title": title,
                    "price": "50",
                    "currency": "USD",
                    **more,
                }
            )

    add(20, "Nike red running shoes", brand="Nike", attributes={"colour": "red", "size": "42"})
    add(20, "Puma black running shoes", brand="Puma", attributes={"colour": "black", "size": "43"})
    add(20, "Orange juice", brand="Sunny", attributes={"colour": "yellow"})
    add(20, "Juice of the orange press", brand="Best", attributes={"colour": "orange"})
    add(6, "Orange bag", brand="Act", attributes={"colour": "orange"})
    add(6, "Class act curtain", brand="Drapes")
    add(6, "Sugar free cookies", brand="Sunny")
    add(6, "Sugar cookies", brand="Sunny")
    return rows


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shopmind.create(Path(tmp_path_factory.mktemp("shelf")) / "shop", encoder="none") as opened:
        opened.put_items(goods())
        opened.index()
        opened.train(["values"])
        yield opened


def asked(shop: Shop, text: str, **more: Any) -> Context:
    columns = shop.catalogue.columns()
    return Context(
        query=Query("search", text=text, **more),
        kinds=("product",),
        now_ms=0,
        columns=columns,
        load_history=History.empty,
        anchors=np.empty(0, np.int64),
        encode=lambda text: np.zeros(2, np.float32),
    )


def read(shop: Shop, text: str, **more: Any) -> Context:
    context = asked(shop, text, **more)
    Constraints(Constraints.Options(), shop.tools).understand(context)
    return context


def test_brand_colour_and_price_of_one_query_are_conditions_and_only_the_price_leaves_the_text(shelf: Shop) -> None:
    context = read(shelf, "red Nike running shoes under $80")
    assert context.text == "red Nike running shoes"
    assert {each.kind: each.expression for each in context.constraints} == {
        "price": "price < 80",
        "brand": 'brand = "nike"',
        "colour": 'attributes.colour = "red"',
    }
    masks = Masks()
    for each in context.constraints:
        assert masks.of(each.expression, context.columns, strict=True).any(), each


def test_a_chinese_name_of_a_colour_is_the_english_value(shelf: Shop) -> None:
    context = read(shelf, "600元以下的红色 shoes")
    assert [each.expression for each in context.constraints] == ["price <= 600", 'attributes.colour = "red"']
    assert context.text == "红色 shoes"


def test_a_size_is_read_where_the_shop_has_it(shelf: Shop) -> None:
    assert [each.expression for each in read(shelf, "shoes size 42").constraints] == ['attributes.size = "42"']
    assert [each.expression for each in read(shelf, "42码 鞋").constraints] == ['attributes.size = "42"']
    assert read(shelf, "shoes size 99").constraints == []


def test_two_colours_are_either(shelf: Shop) -> None:
    (one,) = read(shelf, "red and black shoes").constraints
    assert one.expression == '(attributes.colour = "red") or (attributes.colour = "black")'


@pytest.mark.parametrize(
    "text",
    [
        "orange juice",
        "class act curtain",
        "best shoes",
        "nike",
        "shoes",
        "",
        "😀",
        "( and or ) not in",
        "the of",
        "a" * 10_000,
    ],
)
def test_what_may_mean_something_else_is_left_to_the_ranking(shelf: Shop, text: str) -> None:
    context = read(shelf, text)
    assert (context.constraints, context.text) == ([], text)


def test_verbatim_and_protected_words_are_no_conditions(shelf: Shop) -> None:
    assert read(shelf, "nike shoes under $80", verbatim=True).constraints == []
    (written,) = lexicon.put(shelf.tools.records, [lexicon.Entry("protected", ("nike",))], 1)
    assert [each.kind for each in read(shelf, "nike shoes under $80").constraints] == ["price"]
    lexicon.remove(shelf.tools.records, written.key)


def test_another_currency_is_not_compared_but_chinese_money_is(shelf: Shop) -> None:
    assert read(shelf, "shoes under €80").constraints == []
    assert read(shelf, "80元以下 shoes").constraints == [Constraint("price", "price <= 80", "80元以下", 0.95)]


def test_a_price_alone_keeps_its_words_so_that_something_is_asked(shelf: Shop) -> None:
    context = read(shelf, "under $20")
    assert (context.text, len(context.constraints)) == ("under $20", 1)


def test_a_shop_without_values_still_reads_prices(tmp_path: Path) -> None:
    with shopmind.create(tmp_path / "new", encoder="none") as shop:
        shop.put_items(goods()[:5])
        assert [each.kind for each in read(shop, "nike shoes under $80").constraints] == ["price"]


def test_items_with_an_unwanted_word_are_left_out_and_those_that_negate_it_stay(shelf: Shop) -> None:
    context = asked(shelf, "cookies without sugar")
    Negation(Negation.Options(), shelf.tools).understand(context)
    assert (context.text, context.unwanted) == ("cookies", ("sugar",))
    kept = Without(Without.Options(), shelf.tools).keep(context)
    titles = context.columns.column("title")
    dropped = {titles.text(int(number)) for number in np.flatnonzero(~kept)}  # type: ignore[union-attr]
    assert dropped == {"Sugar cookies"}
