"""The relevance workbench: figures worked by hand, the same as of an evaluation, and bounded work."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shopmind.evaluation.search import evaluate_search
from shopmind.evaluation.workbench import JudgementBook, compared, exported
from shopmind.kit.errors import InputError
from shopmind.shop import Shop
from shopmind.shop.workbench import Configuration

OURS = Configuration("search")
ROWS = [
    ("green tea", "tea-01", 1),
    ("green tea", "tea-05", 3),
    ("龙井茶", "tea-06", 3),
    ("earl grey", "tea-02", 2),
    ("earl grey", "kit-01", 0),
    ("mug", "tea-01", 0),
]


@pytest.fixture
def book(shop: Shop) -> JudgementBook:
    made = JudgementBook(shop.records, shop.catalogue, shop.folder.clock)
    made.put([{"query": query, "item_id": item, "grade": grade} for query, item, grade in ROWS])
    return made


def test_ndcg_is_that_of_the_pages_worked_by_hand(shop: Shop, book: JudgementBook) -> None:
    found = compared(shop, book.all(query="green tea"), [OURS])
    page = [hit.item.item_id for hit in shop.search("green tea", n=10).hits]
    assert page[:2] == ["tea-01", "tea-05"]
    expected = (1 + 3 / np.log2(3)) / (3 + 1 / np.log2(3))
    assert found.lines[0].ndcg == (pytest.approx(expected),)
    assert found.lines[0].judged_share == (pytest.approx(2 / len(page)),)
    assert found.systems[0]["ndcg@10"].value == pytest.approx(expected)


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_an_evaluation_of_the_exported_files_says_the_same(shop: Shop, book: JudgementBook, form: str) -> None:
    queries, judgments = exported(book.all(), form)  # type: ignore[arg-type]
    (Path(shop.path) / f"queries.{form}").write_text(queries, encoding="utf-8")
    (Path(shop.path) / f"judgments.{form}").write_text(judgments, encoding="utf-8")
    told = evaluate_search(shop)["systems"]["shopmind"]["full"]
    found = compared(shop, book.all(), [OURS]).systems[0]
    for figure in ("ndcg@10", "recall@10", "mrr@10", "judged@10"):
        assert found[figure].value == pytest.approx(told[figure]["value"]), figure


def test_a_text_that_looks_like_more_columns_stays_one(shop: Shop, book: JudgementBook) -> None:
    book.put({"query": 'tea, "green"\n=1+1', "item_id": "tea-01", "grade": 1})
    queries, _ = exported(book.all(), "csv")
    assert '"tea, ""green"" =1+1"' in queries


def test_the_same_configuration_twice_differs_by_nothing(shop: Shop, book: JudgementBook) -> None:
    found = compared(shop, book.all(), [OURS, OURS])
    assert found.difference is not None
    assert {name: (each.value, each.low, each.high) for name, each in found.difference.items()} == dict.fromkeys(
        ("ndcg@10", "recall@10", "mrr@10", "judged@10"), (0.0, 0.0, 0.0)
    )
    assert (found.queries, found.asked, found.left_out) == (3, 3, 1)


def test_it_stops_when_its_time_is_up_and_asks_the_same_queries_when_there_are_too_many(
    shop: Shop, book: JudgementBook
) -> None:
    seconds = iter([0.0, 1.0, 9.0, 9.0])
    late = compared(shop, book.all(), [OURS], patience_s=5.0, now_s=lambda: next(seconds))
    assert (late.queries, late.asked) == (3, 2)
    few = [compared(shop, book.all(), [OURS], most=2) for _ in range(2)]
    assert few[0] == few[1]
    assert few[0].asked == 2


def test_a_set_without_a_positive_grade_measures_nothing(shop: Shop, book: JudgementBook) -> None:
    with pytest.raises(InputError, match="graded above 0"):
        compared(shop, book.all(query="mug"), [OURS])


def test_a_row_that_cannot_be_read_counts_for_nothing(shop: Shop, book: JudgementBook) -> None:
    shop.records.put("judgement", "broken", {"set": "main"})
    assert len(book.all()) == len(ROWS)


def test_the_twenty_newest_grades_are_kept(book: JudgementBook) -> None:
    for at in range(50):
        book.put({"query": "green tea", "item_id": "tea-01", "grade": at % 2})
    (mine,) = [each for each in book.all(query="GREEN tea") if each.item_id == "tea-01"]
    assert (mine.version, len(mine.history)) == (51, 20)
