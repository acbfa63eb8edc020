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


def test_a_learned_ranker_is_refused_until_there_is_one(folder: Path) -> None:
    with pytest.raises(NotReadyError, match="train-folds"):
        evaluate_search(folder, train_folds=5)


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
