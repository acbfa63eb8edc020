from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from benchmarks.recommend import cut, figures, recorded, tables
from benchmarks.recommend.cut import Cut
from benchmarks.recommend.fit_and_ask import refuse
from benchmarks.recommend.given import Lists, Truth
from benchmarks.recommend.logs import Log
from benchmarks.recommend.peers import OURS
from benchmarks.recommend.peers.peer import best


def _lists(*rows: list[int], items: int) -> Lists:
    starts = np.cumsum([0, *map(len, rows)])
    flat = np.array([item for each in rows for item in each], np.int64)
    zeros = np.zeros(len(flat), np.int64)
    return Lists(starts, flat, zeros, items, np.zeros(len(rows), np.int64), np.arange(len(flat)))


def test_lists_get_the_figures_worked_by_hand() -> None:
    counts = np.array([8, 1, 1, 0])  # item 0 takes 80 % of the events: the others are the tail
    truth = Truth(np.array([0, 1, 1]), np.array([2, 0, 3]))
    found = figures.per_user(np.array([[0, 2, -1], [3, 1, 2]]), truth, counts)
    assert found["recall@10"].tolist() == [1.0, 0.5]
    ideal = 1 + 1 / np.log2(3)
    assert found["ndcg@10"] == pytest.approx([1 / np.log2(3), 1 / ideal])
    assert found["long_tail@10"].tolist() == [0.5, 1.0]


def test_ours_is_set_against_each_system_by_case(tmp_path: Path) -> None:
    items = pl.DataFrame({"item_id": list("abcdef"), "kind": "product"})
    lists = pl.DataFrame({"user_id": ["u", "v"], "item_ids": [list("abcd"), list("bcde")]})
    log = Log(items, lists.with_columns(times_ms=pl.lit(None, pl.List(pl.Int64))), "made for a test")
    told = {"protocol": "leave-one-out", "fit": "train", "seed": 0}
    cut.write(log, cut.parts(log, "leave-one-out", "train", 0), tmp_path, told)
    made = Cut("made", tmp_path, json.loads((tmp_path / "about.json").read_text()))
    answers = {OURS: np.array([[3, 5], [0, 4]]), "other": np.array([[5, 3], [0, 5]])}
    found = figures.measured(made, answers)
    assert found[OURS]["figures"]["recall@10"]["value"] == 1.0
    assert found["other"]["figures"]["recall@10"]["value"] == 0.5
    half, whole = 1 / np.log2(3), 1.0
    gap = found["other"]["difference"]["ndcg@10"]
    assert gap["value"] == pytest.approx(((whole - half) + (half - 0)) / 2)
    assert gap["low"] <= gap["value"] <= gap["high"]
    assert "difference" not in found[OURS]
    assert found["other"]["figures"]["coverage@10"] == pytest.approx(3 / 6)
    assert found[OURS]["segments"]["history"]["1–4"]["cases"] == 2
    assert set(found[OURS]["segments"]["target_taken"]) == {"0"}


def test_equal_scores_stand_in_the_order_of_the_hash_and_the_history_is_masked() -> None:
    asked = _lists([1], [], items=5)
    found = best(np.array([[1.0, 9.0, 2.0, 2.0, np.nan], [0.0, 0.0, 0.0, 0.0, 0.0]]), asked, 3)
    assert found.tolist() == [[2, 3, 0], [0, 1, 2]]


@pytest.mark.parametrize(("ranked", "said"), [([[1, 1]], "twice"), ([[3, 0]], "history"), ([[5, 0]], "there is not")])
def test_lists_that_break_the_rules_are_refused(ranked: list[list[int]], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        refuse(np.array(ranked), _lists([3], items=5))


def _row(peer: str, seed: int, value: float, **more: Any) -> dict[str, Any]:
    interval = {"value": value, "low": value - 0.01, "high": value + 0.01}
    shown = {"recall@10": interval, "ndcg@10": interval, "long_tail@10": interval, "coverage@10": 0.5, "gini@10": 0.5}
    key = {"data": "gifts", "protocol": "leave-one-out", "fit": "train", "peer": peer, "seed": seed}
    cost = {"train_s": 1.0, "train_processor_s": 0.5, "per_user_ms": 1.0, "peak_mb": 10, "trials": 3, "told": "it"}
    return {**key, **cost, "options": {"k": 5}, "figures": shown, **more}


ABOUT = {"told": "t", "items": 1, "users": 1, "events": 1, "cases": 1, "valid_cases": 1, "fitted": "f", "order": "o"}


def test_a_run_leaves_the_rows_of_others_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "recommend.json"
    sets = {"gifts/leave-one-out": {**ABOUT, "left_out": {}}}
    recorded.write({"commit": "a", **recorded.merged([_row("x", 0, 0.1), _row("y", 0, 0.2)], sets, file)}, file)
    recorded.write({"commit": "b", **recorded.merged([_row("y", 0, 0.3), _row("y", 1, 0.5)], sets, file)}, file)
    rows = json.loads(file.read_text())["rows"]
    values = [(row["peer"], row["seed"], row["figures"]["ndcg@10"]["value"]) for row in rows]
    assert values == [("x", 0, 0.1), ("y", 0, 0.3), ("y", 1, 0.5)]


def test_the_page_says_time_outs_busy_times_and_where_ours_is_behind() -> None:
    gap = {"value": -0.05, "low": -0.06, "high": -0.04}
    rows = [
        _row(OURS, 0, 0.2),
        _row("better", 0, 0.3, difference={"ndcg@10": gap, "recall@10": gap}, busy=True),
        {**{key: _row("late", 0, 0)[key] for key in recorded.KEY}, "timed_out": 61, "limit_s": 60.0},
        {**{key: _row("gone", 0, 0)[key] for key in recorded.KEY}, "refused": "no wheel"},
    ]
    page = "\n".join(tables.page({"rows": rows, "sets": {"gifts/leave-one-out": {**ABOUT, "left_out": {"users": 2}}}}))
    assert "| late | timed out: 61 s of 60 s |" in page
    assert "| gone | left out: no wheel |" in page
    assert "| better | 1.0* | 0.5 |" in page
    assert "clear of 0" in page
    assert "left out: 2 users" in page


def test_segments_are_shown_of_ours_and_of_the_two_best_others() -> None:
    def row(peer: str, value: float) -> dict[str, Any]:
        return _row(peer, 0, value, segments={"history": {"1–4": {"cases": 7, "ndcg@10": value}}})

    lines = list(tables.of_segments([row("worst", 0.1), row("best", 0.4), row(OURS, 0.2), row("good", 0.3)]))
    assert lines[0] == "| segment |  | cases | N@10, shopmind | N@10, best | N@10, good |"
    assert lines[2] == "| length of the history | 1–4 | 7 | 0.2000 | 0.4000 | 0.3000 |"


def test_the_page_gives_means_over_seeds() -> None:
    lines = list(tables.of_rows([_row("x", 0, 0.1), _row("x", 1, 0.3)]))
    assert any(line.startswith("| x | 0.2000") and line.endswith("| 2 |") for line in lines)
