"""The set for an occasion: its greedy choice worked by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse

from shopmind.domain import Candidates, History, Query
from shopmind.pipeline.context import Context
from shopmind.pipeline.rerankers.ensemble import Ensemble
from shopmind.stores.columns import TextColumn
from shopmind.stores.ports import Artifact
from shopmind.training.sparse import parts

SIZE = 5


class Shelf:
    change, size = 1, SIZE
    shown = np.arange(SIZE) > 0
    tie = np.arange(SIZE, dtype=np.uint64)

    def column(self, name: str) -> TextColumn | None:
        codes = np.array([-1, 0, 0, 1, 1], np.int32)
        return TextColumn(codes, ("a", "b"), {"a": 0, "b": 1}) if name == "categories" else None


def tools(vectors: NDArray[np.float32] | None = None, pairs: list[tuple[int, int]] | None = None) -> Any:
    starts, ends = zip(*(pairs or [(0, 0)]), strict=True)
    matrix = sparse.csr_array((np.ones(len(starts), np.float32), (starts, ends)), shape=(SIZE, SIZE))
    found = Artifact("relations", "1", parts(matrix, "complements"), {}) if pairs else None
    return SimpleNamespace(
        encoder=None if vectors is None else object(),
        vector_index=SimpleNamespace(vectors=lambda items: vectors[items]),  # type: ignore[index]
        artifacts=SimpleNamespace(load=lambda name: found),
    )


def chosen(made: Any, n: int = 4, *, together: float = 0.0, alike: float = 0.0, crowd: float = 0.0) -> list[int]:
    shelf: Any = Shelf()
    nothing, zeros = np.empty(0, np.int64), np.zeros(2, np.float32)
    context = Context(Query("scene"), ("product",), 0, shelf, History.empty, nothing, lambda text: zeros)
    candidates = Candidates(np.array([1, 2, 3, 4]), {}, np.array([1.0, 0.9, 0.5, 0.0], np.float32))
    part = Ensemble(Ensemble.Options(together=together, alike=alike, crowd=crowd), made)
    return [int(each) for each in part.rerank(context, candidates, n).items]


def test_what_goes_together_with_what_is_chosen_comes_forward() -> None:
    assert chosen(tools()) == [1, 2, 3, 4]
    # after 1: 2 has 0.9, 3 has 0.5 + 1 · 1; after 1 and 3: 2 has 0.9, 4 has 0 + 1 · 1/2
    assert chosen(tools(pairs=[(1, 3), (4, 3)]), together=1.0) == [1, 3, 2, 4]


def test_what_reads_like_a_chosen_one_goes_back() -> None:
    vectors = np.array([[np.nan, np.nan], [1, 0], [1, 0], [0, 1], [np.nan, np.nan]], np.float32)
    # mean cosine of the pairs 12, 13, 23 is 1/3: after 1, 2 is alike by 1 and 3 by 0; 4 has no vector and is like none
    assert chosen(tools(vectors), alike=0.5) == [1, 3, 2, 4]
    assert chosen(tools(vectors), alike=1.0) == [1, 3, 4, 2]


def test_each_of_a_category_that_is_there_already_costs_c_over_1_plus_c() -> None:
    # after 1: 2 has 0.9 − 0.5 · 1, 3 has 0.5; after 1 and 3: 2 has 0.4, 4 has 0 − 0.5
    assert chosen(tools(), crowd=1.0) == [1, 3, 2, 4]
    assert chosen(tools(), crowd=0.3) == [1, 2, 3, 4]


def test_a_longer_set_begins_with_the_shorter_one() -> None:
    made = tools(pairs=[(1, 4), (2, 3)])
    assert chosen(made, n=4, together=0.7)[:2] == chosen(made, n=2, together=0.7)[:2]


def test_weights_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="0 or more"):
        Ensemble.Options(together=-0.1)
