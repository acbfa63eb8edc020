from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import shopmind
from shopmind.domain import History, Query
from shopmind.pipeline import lexicon
from shopmind.pipeline.context import Context
from shopmind.pipeline.understanding.spelling import Spelling
from shopmind.shop import Shop

GOODS = ["Wireless mouse", "Green tea tin", "Thermostat", "Ear buds", "蓝牙耳机 黑色", "HP Pavilion dv7-1211ea"]


@pytest.fixture(scope="module")
def goods(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop of sixty goods, six of each name, with a vocabulary."""
    with shopmind.create(Path(tmp_path_factory.mktemp("goods")) / "shop", encoder="none") as opened:
        opened.put_items(
            [{"item_id": f"{n}-{i}", "kind": "product", "title": t} for n, t in enumerate(GOODS) for i in range(10)]
        )
        opened.index()
        opened.train(["vocabulary"])
        yield opened


def asked(shop: Shop, text: str, *, verbatim: bool = False) -> Context:
    return Context(
        query=Query("search", text=text, verbatim=verbatim),
        kinds=("product",),
        now_ms=0,
        columns=shop.catalogue.columns(),
        load_history=History.empty,
        anchors=np.empty(0, np.int64),
        encode=lambda text: np.zeros(2, np.float32),
    )


def read(shop: Shop, text: str, *, verbatim: bool = False) -> Context:
    context = asked(shop, text, verbatim=verbatim)
    Spelling(Spelling.Options(), shop.tools).understand(context)
    return context


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("wireles mouse", "wireless mouse"),
        ("Themostat", "thermostat"),
        ("grren tea 80g", "green tea 80g"),
        ("earbuds cheap", "ear buds cheap"),
    ],
)
def test_a_sure_slip_is_mended_and_said(goods: Shop, typed: str, searched: str) -> None:
    context = read(goods, typed)
    assert (context.text, context.corrected) == (searched, searched)


@pytest.mark.parametrize(
    "typed",
    [
        "dv7-1211ea",
        "dv7-1211eb",
        "mug",
        "12oz",
        '"themostat"',
        "best gift",
        "😀 😀",
        "the of and",
        "a" * 10_000,
        "AND OR ((",
        "",
    ],
)
def test_codes_numbers_quotes_and_what_is_no_word_stay_as_typed(goods: Shop, typed: str) -> None:
    context = read(goods, typed)
    assert (context.text, context.corrected) == (typed, None)


def test_verbatim_searches_what_was_typed(goods: Shop) -> None:
    assert read(goods, "themostat", verbatim=True).corrected is None


def test_a_query_in_another_language_is_not_corrected_word_by_word(goods: Shop) -> None:
    assert read(goods, "tharmostat moese wiraless grein").corrected is None


def test_what_is_only_likely_is_taken_where_nothing_would_be_found(goods: Shop) -> None:
    assert read(goods, "wireless pavlion").did_you_mean == "wireless pavilion"
    assert read(goods, "pavlion").corrected == "pavilion"


def test_chinese_is_suggested_never_changed(goods: Shop) -> None:
    context = read(goods, "蓝压耳机")
    assert (context.text, context.did_you_mean) == ("蓝压耳机", "蓝牙耳机")


def test_the_merchandiser_corrects_and_protects(goods: Shop) -> None:
    records = goods.tools.records
    written = lexicon.put(
        records,
        [
            lexicon.Entry("correction", ("grey tee",), ("green tea",)),
            lexicon.Entry("protected", ("Themostat",)),
        ],
        now_ms=1,
    )
    try:
        assert read(goods, "Grey Tee tin").corrected == "green tea tin"
        assert read(goods, "themostat").corrected is None
    finally:
        for entry in written:
            lexicon.remove(records, entry.key)


def test_a_word_of_new_goods_is_no_slip_any_more(tmp_path: Path) -> None:
    with shopmind.create(tmp_path / "new", encoder="none") as shop:
        shop.put_items([{"item_id": f"m{i}", "kind": "product", "title": "Wireless mouse"} for i in range(10)])
        shop.index()
        shop.train(["vocabulary"])
        part = Spelling(Spelling.Options(), shop.tools)
        context = asked(shop, "mousse")
        part.understand(context)
        assert context.corrected == "mouse"
        shop.put_items([{"item_id": f"n{i}", "kind": "product", "title": "Chocolate mousse"} for i in range(10)])
        shop.index()
        context = asked(shop, "mousse")
        part.understand(context)
        assert context.corrected is None


def test_a_shop_without_a_vocabulary_is_left_alone(tmp_path: Path) -> None:
    with shopmind.create(tmp_path / "new", encoder="none") as shop:
        assert read(shop, "wireles mouse").corrected is None
        Spelling(Spelling.Options(), shop.tools).ready()
