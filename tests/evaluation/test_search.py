"""Search on judged queries of a small catalogue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import shopmind
from shopmind.evaluation import evaluate_search
from shopmind.evaluation.bm25 import Bm25
from shopmind.evaluation.learned_search import fold_of
from shopmind.kit.errors import InputError, NotReadyError

ITEMS = {
    "lamp": "brass desk lamp",
    "bulb": "lamp bulb warm white",
    "desk": "oak desk",
    "chair": "oak chair",
    "rug": "wool rug",
    "mug": "blue mug",
}
JUDGMENTS = [
    ("q1", "lamp", 3), ("q1", "bulb", 1), ("q1", "desk", 1), ("q1", "rug", 0),
    ("q2", "chair", 3), ("q2", "desk", 2), ("q2", "mug", 0),
    ("q3", "mug", 0), ("q3", "rug", 0),
    ("q4", "gone", 3),
]  # fmt: skip
QUERIES = {"q1": "desk lamp", "q2": "oak chair", "q3": "sofa", "q4": "tent"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A shop's folder with judged queries beside it."""
    home = tmp_path / "shop"
    with shopmind.create(home, encoder="none") as shop:
        statuses = shop.put_items([{"item_id": i, "kind": "product", "title": title} for i, title in ITEMS.items()])
        assert all(status.status == "accepted" for status in statuses)
        shop.index()
    pl.DataFrame({"query_id": list(QUERIES), "query": list(QUERIES.values())}).write_parquet(home / "queries.parquet")
    pl.DataFrame(JUDGMENTS, schema=["query_id", "item_id", "grade"], orient="row").write_parquet(
        home / "judgments.parquet"
    )
    return home


@pytest.fixture
def measured(folder: Path) -> dict[str, Any]:
    return evaluate_search(folder)


def test_ours_stands_beside_bm25_and_random_in_both_views(measured: dict[str, Any]) -> None:
    assert set(measured["systems"]) == {"shopmind", "bm25", "random"}
    for views in measured["systems"].values():
        assert set(views) == {"full", "judged"}
        assert "ndcg@10" in views["full"]
        assert "judged@10" in views["full"]
    assert set(measured["differences"]) == {"shopmind-bm25", "shopmind-random"}
    assert measured["protocol"]["task"] == "search"
    assert measured["protocol"]["split"] is None
    json.dumps(measured, allow_nan=False)


def test_queries_without_a_positive_grade_are_left_out_and_counted(measured: dict[str, Any]) -> None:
    assert measured["cases"] == 2
    assert measured["protocol"]["left_out"] == {
        "queries_without_judged_item": 1,
        "queries_without_positive_grade": 1,
        "judgments_of_unknown_items": 1,
    }


def test_figures_worked_by_hand(measured: dict[str, Any]) -> None:
    # BM25: q1 lamp (both words), then desk before bulb (a shorter title); q2 chair, then desk. Both orders are ideal.
    bm25 = measured["systems"]["bm25"]
    assert bm25["full"]["ndcg@10"]["value"] == pytest.approx(1.0)
    assert bm25["judged"]["ndcg@10"]["value"] == pytest.approx(1.0)
    assert bm25["full"]["judged@10"]["value"] == pytest.approx(1.0)
    assert bm25["full"]["recall@10"]["value"] == pytest.approx(1.0)
    assert measured["systems"]["shopmind"]["full"]["ndcg@10"]["value"] == pytest.approx(1.0)
    assert 0 < measured["systems"]["random"]["judged"]["ndcg@10"]["value"] < 1


def test_the_grade_zero_is_taken_off_every_grade(folder: Path) -> None:
    found = evaluate_search(folder, grade_zero=1)
    assert found["protocol"]["grade_zero"] == 1
    assert found["cases"] == 2
    # q1: only the lamp is relevant now; q2: chair gains 2, desk 1.
    assert found["systems"]["bm25"]["full"]["precision@10"]["value"] == pytest.approx((0.1 + 0.2) / 2)
    with pytest.raises(InputError, match="above 3"):
        evaluate_search(folder, grade_zero=3)


def test_graded_judgments_are_compared_by_spearman(measured: dict[str, Any]) -> None:
    # Grades 3 1 1 0 and 3 2 0; scores over the best: 1 a b 0 and 1 c 0.
    assert 0.8 < measured["systems"]["bm25"]["judged"]["spearman"]["value"] <= 1
    assert measured["systems"]["bm25"]["judged"]["spearman"]["low"] is None


def test_only_test_queries_are_asked_where_there_is_a_split(folder: Path) -> None:
    frame = pl.read_parquet(folder / "queries.parquet").with_columns(split=pl.Series(["train", "test", "test", "test"]))
    frame.write_parquet(folder / "queries.parquet")
    assert evaluate_search(folder)["cases"] == 1


def test_fewer_queries_may_be_asked_and_the_rest_is_counted(folder: Path) -> None:
    found = evaluate_search(folder, most=1)
    assert found["cases"] == 1
    assert found["protocol"]["left_out"]["queries_not_sampled"] == 1


def test_a_scenario_that_does_not_learn_is_refused_before_anything_is_asked(folder: Path) -> None:
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "search.toml").write_text(
        'base = "search"\nranker = {part = "fusion", by = "value", weights = {lexical = 1.0}}\n'
    )
    with pytest.raises(NotReadyError, match="not fusion"):
        evaluate_search(folder, train_folds=2)


def test_folds_fewer_than_two_or_more_than_queries_are_refused(folder: Path) -> None:
    for folds in (1, 3):
        with pytest.raises(InputError, match=r"2\.\.2"):
            evaluate_search(folder, train_folds=folds)


def test_too_few_queries_to_learn_from_are_named(folder: Path) -> None:
    with pytest.raises(NotReadyError, match="30 are needed"):
        evaluate_search(folder, train_folds=2)


WORDS = ("oak", "brass", "wool", "glass", "steel", "blue", "tall", "round")


@pytest.fixture
def graded(tmp_path: Path) -> Path:
    """A shop whose judges want what is cheap, which no order that was not learned from them can know."""
    home = tmp_path / "graded"
    with shopmind.create(home, encoder="none") as shop:
        shop.put_items(
            [
                {"item_id": f"{word}-{i}", "kind": "product", "title": f"{word} thing", "price": 1 + 7 * i % 20}
                for word in WORDS
                for i in range(20)
            ]
        )
        shop.index()
    with (home / "shop.toml").open("a") as file:
        file.write("\n[training.search_ranking]\nat_least = 4\nfolds = 2\nridge = 1.0\ntrees = 20\n")
    pl.DataFrame({"query_id": WORDS, "query": WORDS}).write_parquet(home / "queries.parquet")
    rows = [(word, f"{word}-{i}", float(20 - 7 * i % 20) // 5) for word in WORDS for i in range(20)]
    pl.DataFrame(rows, schema=["query_id", "item_id", "grade"], orient="row").write_parquet(home / "judgments.parquet")
    return home


def test_what_other_queries_teach_is_used_for_those_held_out(graded: Path) -> None:
    found = evaluate_search(graded, train_folds=2)
    assert set(found["systems"]) == {"shopmind", "shopmind_trained", "bm25", "random"}
    assert {"shopmind_trained-bm25", "shopmind_trained-shopmind"} <= set(found["differences"])
    assert found["differences"]["shopmind_trained-shopmind"]["full"]["ndcg@10"]["low"] > 0.1
    trained = found["systems"]["shopmind_trained"]
    assert trained["full"]["ndcg@10"]["value"] > 0.9
    assert [fold["graded"] for fold in found["folds"]] == [False, False], "so few pairs teach an order, but no grade"
    assert [fold["queries"] for fold in found["folds"]] == [4, 4]
    json.dumps(found, allow_nan=False)


def test_equal_texts_share_a_fold_and_folds_are_even() -> None:
    texts = ("b", "a", " A ", "c", "d", "b")
    part = fold_of(texts, 2, 0)
    assert part[1] == part[2]
    assert part[0] == part[5]
    assert np.bincount([part[i] for i in (0, 1, 3, 4)]).tolist() == [2, 2]


def test_a_folder_without_judgments_is_refused(folder: Path) -> None:
    (folder / "judgments.parquet").rename(folder / "judgements.parquet")
    with pytest.raises(InputError, match="judgments"):
        evaluate_search(folder)


def test_a_judgments_file_of_another_shape_is_refused(folder: Path) -> None:
    pl.DataFrame({"query_id": ["q1"], "item": ["lamp"]}).write_parquet(folder / "judgments.parquet")
    with pytest.raises(InputError, match="item_id"):
        evaluate_search(folder)


def test_bm25_scores_by_item_number_and_nothing_for_unknown_words(folder: Path) -> None:
    with shopmind.open(folder) as shop:
        columns = shop.catalogue.columns()
        peer = Bm25(shop.catalogue, columns.shown)
        lamp, bulb, mug = shop.catalogue.numbers(["lamp", "bulb", "mug"])
        scores = peer.scores("desk lamp")
        assert scores.shape == (columns.size,)
        assert scores[lamp] > scores[bulb] > scores[mug] == 0
        for nothing in ("", "🛋️", "zzz"):
            assert not np.any(peer.scores(nothing))
        assert not np.any(Bm25(shop.catalogue, np.zeros(columns.size, np.bool_)).scores("lamp"))
