from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import shopmind
from shopmind.domain import History, Query
from shopmind.kit.clock import DAY_MS, format_time, system_clock
from shopmind.pipeline import lexicon
from shopmind.pipeline.context import Context
from shopmind.pipeline.lexicon import Entry
from shopmind.pipeline.understanding.categories import Categories
from shopmind.pipeline.understanding.synonyms import Synonyms
from shopmind.pipeline.understanding.words import Words
from shopmind.shop import Shop
from shopmind.training.clicked import clicked
from shopmind.training.synonyms import differing

GOODS = {
    "phone": ("Mobile phone", ["Phones"]),
    "case": ("Mobile case", ["Phones", "Cases"]),
    "buds": ("Ear buds", ["Audio"]),
    "earbuds": ("Wireless earbuds", ["Audio"]),
    "sofa": ("Grey sofa", ["Furniture"]),
}


def searches() -> Iterator[dict[str, Any]]:
    """Four people ask for cell phones and for mobiles, and take the same things."""
    start = system_clock() - 5 * DAY_MS
    for person in range(4):
        for n, (query, taken) in enumerate(
            [
                ("cell phone case", ["case-0", "case-1"]),
                ("mobile case", ["case-0", "case-1"]),
                ("cell phone", ["phone-0", "phone-1"]),
                ("mobile", ["phone-0", "phone-1"]),
            ]
        ):
            at = start + n * 3_600_000
            who = {"user_id": f"p{person}", "session_id": f"s{person}-{n}"}
            yield {"type": "search", "query": query, "timestamp": format_time(at), **who}
            for item in taken:
                yield {"type": "click", "item_id": item, "timestamp": format_time(at + 1_000), **who}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shopmind.create(Path(tmp_path_factory.mktemp("store")) / "shop", encoder="none") as opened:
        opened.put_items(
            [
                {
                    "item_id": f"{name}-{i}",
                    "kind": "product",
                    "title": title,
                    "categories": path,
                    "brand": ["TP-Link", "TP Link Ltd", "Hewlett Packard", "HP", "Sony"][i % 5],
                }
                for name, (title, path) in GOODS.items()
                for i in range(10)
            ]
        )
        opened.track(list(searches()))
        opened.index()
        opened.train(["vocabulary", "synonyms", "categories"])
        yield opened


def read(shop: Shop, text: str, *, verbatim: bool = False) -> Context:
    context = Context(
        query=Query("search", text=text, verbatim=verbatim),
        kinds=("product",),
        now_ms=0,
        columns=shop.catalogue.columns(),
        load_history=History.empty,
        anchors=np.empty(0, np.int64),
        encode=lambda text: np.zeros(2, np.float32),
    )
    Words(Words.Options(), shop.tools).understand(context)
    Synonyms(Synonyms.Options(), shop.tools).understand(context)
    Categories(Categories.Options(), shop.tools).understand(context)
    return context


def alternatives(context: Context) -> dict[str, dict[str, float]]:
    return {term.token: dict(term.alternatives) for term in context.terms}


@pytest.fixture
def given(store: Shop) -> Iterator[Any]:
    """Writes entries and takes them out again."""
    written: list[Entry] = []

    def write(*entries: Entry) -> None:
        written.extend(lexicon.put(store.tools.records, entries, 1))

    yield write
    for entry in written:
        lexicon.remove(store.tools.records, entry.key)


def test_a_phrase_is_met_by_one_word_and_a_word_by_the_parts_of_a_phrase(store: Shop, given: Any) -> None:
    given(Entry("two_way", ("settee", "long couch")))
    assert alternatives(read(store, "settee")) == {"sette": {"long": 0.4, "couch": 0.4}}
    assert alternatives(read(store, "Long couches grey")) == {
        "long": {"sette": 0.8},
        "couch": {"sette": 0.8},
        "grey": {},
    }


def test_one_way_leads_one_way_and_chinese_is_no_exception(store: Shop, given: Any) -> None:
    given(Entry("one_way", ("laptop",), ("notebook",)), Entry("two_way", ("沙发", "sofa"), worth=1.0))
    assert alternatives(read(store, "laptop"))["laptop"] == {"notebook": 0.8}
    assert alternatives(read(store, "notebook"))["notebook"] == {}
    assert alternatives(read(store, "灰色沙发"))["沙发"] == {"sofa": 1.0}


def test_a_circle_of_synonyms_is_harmless(store: Shop, given: Any) -> None:
    given(
        Entry("one_way", ("alpha",), ("beta",)),
        Entry("one_way", ("beta",), ("gamma",)),
        Entry("one_way", ("gamma",), ("alpha",)),
    )
    assert alternatives(read(store, "alpha"))["alpha"] == {"beta": 0.8}


def test_stop_words_leave_a_query_that_has_others(store: Shop, given: Any) -> None:
    given(Entry("stop_word", ("buy", "online")))
    assert [term.token for term in read(store, "buy sofa online").terms] == ["sofa"]
    assert [term.token for term in read(store, "buy online").terms] == ["buy", "onlin"]


def test_the_log_teaches_what_leads_to_the_same_items(store: Shop) -> None:
    found = alternatives(read(store, "cell phone case"))
    assert found["cell"]["mobil"] == found["phone"]["mobil"] == pytest.approx(0.6)
    assert alternatives(read(store, "mobile"))["mobil"] == {"cell": pytest.approx(0.3), "phone": pytest.approx(0.3)}


def test_brands_that_differ_in_signs_or_initials_are_one(store: Shop) -> None:
    assert alternatives(read(store, "hp printer"))["hp"] == {"hewlett": 0.3, "packard": 0.3}


def test_words_spaced_otherwise_count_where_the_shop_writes_both(store: Shop) -> None:
    assert alternatives(read(store, "ear buds"))["bud"] == {"earbud": 0.7}
    assert alternatives(read(store, "earbuds"))["earbud"] == {"ear": 0.35, "bud": 0.35}


def test_verbatim_has_no_synonyms(store: Shop) -> None:
    assert alternatives(read(store, "mobile", verbatim=True))["mobil"] == {}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("cell", "phone", "case"), ("mobil", "case"), (("cell", "phone"), ("mobil",))),
        (("a", "x", "b"), ("a", "y", "b"), (("x",), ("y",))),
        (("phone",), ("phone", "case"), None),  # one only says more
        (("iphone", "8"), ("iphone", "9"), None),  # numbers mean different things
        (("red", "blue"), ("blue", "red"), None),  # the same words
    ],
)
def test_the_runs_in_which_two_queries_differ(one: Any, other: Any, expected: Any) -> None:
    assert differing(one, other) == expected


def test_items_belong_to_the_last_search_and_rare_queries_are_left_out(store: Shop) -> None:
    table = clicked(store.events.table(), people=3)
    assert set(table["query"]) == {"cell phone case", "mobile case", "cell phone", "mobile"}
    assert table["people"].to_list() == [4] * 8
    assert clicked(store.events.table(), people=5).height == 0


def test_categories_are_likely_where_their_words_are_asked(store: Shop) -> None:
    found = read(store, "wireless ear buds").categories
    assert next(iter(found)) == "Audio"
    assert sum(found.values()) <= 1.0001
    assert read(store, "zzzz").categories == {}


def test_the_merchandiser_says_the_category(store: Shop, given: Any) -> None:
    given(Entry("category", ("sofa",), ("Furniture",)))
    assert read(store, "a sofa").categories == {"Furniture": 1.0}


@pytest.mark.parametrize("text", ["", "😀", "the of and", "( OR -", "a" * 10_000, "绿 tea чай 茶", '"'])
def test_odd_texts_are_survived(store: Shop, text: str) -> None:
    context = read(store, text)
    assert not any(term.alternatives for term in context.terms)
