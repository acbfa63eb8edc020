from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.search import measure
from benchmarks.search.environments import NotHere, interpreter
from benchmarks.search.figures import quality
from benchmarks.search.peers import BM25, MENU, OURS, Spec
from benchmarks.search.peers.peer import Goods, best
from benchmarks.search.sets import Folder

HERE = sorted(name for name, spec in MENU.items() if not (spec.needs or spec.alone))


@pytest.mark.parametrize("name", HERE)
def test_every_system_that_needs_no_installing_finds_the_shoe(name: str, goods_folder: Folder, tmp_path: Path) -> None:
    goods, place = Goods(goods_folder.path), tmp_path / "place"
    place.mkdir()
    measure.build(name, goods, place)
    peer = measure.system(name)
    peer.open(goods, place)
    rows, scores = peer.search("red leather shoe", 5)
    assert rows[0] == 0
    assert len(rows) == len(scores) == len(set(rows)) <= 5
    assert list(scores) == sorted(scores, reverse=True)
    assert len(peer.search("red leather shoe", 1)[0]) == 1


def test_a_served_system_says_times_memory_and_answers(goods_folder: Folder, tmp_path: Path) -> None:
    goods, place = Goods(goods_folder.path), tmp_path / "place"
    place.mkdir()
    files = {}
    for name in (OURS, BM25):
        built = measure.build(name, goods, place)
        served = measure.serve(name, goods, place, tmp_path / name)
        assert served["p50_ms"] <= served["p99_ms"]
        assert {**built, **served}["build_s"] >= 0
        assert 0 < served["resident_mb"] <= served["serve_peak_mb"]
        files[name] = tmp_path / f"{name}.npz"
    found = quality(goods_folder, files)
    assert found["quality"][BM25]["full"]["recall@100"]["value"] == pytest.approx(2 / 3)
    assert set(found["differences"]) == {OURS}
    assert found["differences"][OURS]["judged"]["ndcg@10"]["low"] is not None


def test_an_answer_holds_the_place_and_the_relative_score_of_every_judged_item(goods_folder: Folder) -> None:
    class Fixed:
        depth = 3

        def search(self, text: str, k: int) -> tuple[list[int], list[float]]:
            return [1, 0, 5][:k], [4.0, 3.0, 1.0][:k]

    said = measure.answers(Fixed(), Goods(goods_folder.path))  # type: ignore[arg-type]
    assert said["shown"][0].tolist() == [1, 0, 5] + [-1] * 7
    assert said["place"].tolist() == [1, 0, -1, -1, -1, -1]
    assert said["relative"].tolist() == [0.75, 1.0, 0.0, 0.0, 0.0, 0.0]


def test_the_best_rows_leave_out_what_scores_nothing_and_break_ties_by_row() -> None:
    rows, scores = best(np.array([0.0, 2.0, 1.0, 2.0, 1.0]), 3)
    assert rows == [1, 3, 2]
    assert scores == [2.0, 2.0, 1.0]


@pytest.mark.slow
def test_a_peer_that_cannot_be_installed_says_so_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("benchmarks.search.environments.CACHE", tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(NotHere, match=r"there-is-none==1 cannot be installed: .+") as refused:
        interpreter("none", Spec("nowhere:Nothing", needs=("there-is-none==1",)))
    assert "\n" not in str(refused.value)
