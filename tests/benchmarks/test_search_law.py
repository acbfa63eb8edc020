"""The law of search: as shipped it is never significantly below tuned BM25, on any set that is here; slow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.search import measure, sets, vectors
from benchmarks.search.figures import quality
from benchmarks.search.peers import BM25, OURS
from benchmarks.search.peers.peer import Goods
from benchmarks.search.sets import SETS, Asked, prepare
from shopmind.encoders import weights

pytestmark = [pytest.mark.slow, pytest.mark.data, pytest.mark.weights]

QUERIES = 300


@pytest.mark.parametrize("name", [name for name in SETS if name != "demo"])
def test_search_is_never_significantly_below_tuned_bm25(
    name: str, data_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if set(weights.available()) < {"minilm", "e5"}:
        pytest.skip("weights: run `shopmind weights get minilm e5`")
    monkeypatch.setattr(sets, "DATA", data_folder)
    monkeypatch.setattr(sets, "CACHE", tmp_path)
    folder = prepare(name, Asked(QUERIES, "valid"))
    if folder is None:
        pytest.skip(f"data: {name} is absent")
    vectors.make(folder.path)
    goods, files = Goods(folder.path), {}
    for system in (OURS, BM25):
        place = tmp_path / system
        place.mkdir()
        peer = measure.system(system)
        peer.build(goods, place)
        peer.open(goods, place)
        files[system] = tmp_path / f"{system}.npz"
        np.savez(files[system], allow_pickle=False, **measure.answers(peer, goods))
    for view, figures in quality(folder, files)["differences"][OURS].items():
        for figure in ("ndcg@10", "mrr@10") if folder.graded else ("mrr@10",):
            if figure in figures:
                assert figures[figure]["high"] >= 0, (view, figure, figures[figure])
