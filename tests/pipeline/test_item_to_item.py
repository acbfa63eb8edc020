"""Retrievers of related goods, of new ones and of the tail, on artifacts written by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import sparse

from shopmind.domain import EVENT_TYPES, History, Query
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.retrievers.fresh import Fresh
from shopmind.pipeline.retrievers.imagined import Imagined
from shopmind.pipeline.retrievers.long_tail import LongTail
from shopmind.pipeline.retrievers.related import Related
from shopmind.stores.columns import NumberColumn
from shopmind.stores.folder_artifacts import FolderArtifacts
from shopmind.training.sparse import parts

NOW_MS = 100 * DAY_MS
SIZE = 6


class Shelf:
    change, size = 1, SIZE
    shown = np.arange(SIZE) > 0
    tie = np.arange(SIZE, dtype=np.uint64)

    def column(self, name: str) -> NumberColumn | None:
        days = np.array([np.nan, 99.0, 99.0, 85.0, 20.0, np.nan])
        return NumberColumn(days * DAY_MS) if name == "created_at" else None


def context(anchors: list[int] | None = None, bought: list[int] | None = None) -> Context:
    items = np.array(bought or [], np.int64)
    ones = np.ones(len(items), np.float32)
    kinds = np.full(len(items), EVENT_TYPES.index("purchase"), np.int8)
    did = History(items, kinds, np.full(len(items), NOW_MS, np.int64), ones, items, items)
    shelf = Shelf()
    numbers = np.array(anchors or [], np.int64)
    return Context(
        Query("similar"), ("product",), NOW_MS, shelf, lambda: did, numbers, lambda text: ones, allowed=shelf.shown
    )


def tools(folder: Path, **artifacts: dict[str, NDArray[Any]]) -> Any:
    kept = FolderArtifacts(folder)
    for name, arrays in artifacts.items():
        kept.save(name, arrays, {"recipe": name, "options": {}})

    def artifact(name: str) -> Any:
        found = kept.load(name)
        if found is None:
            raise NotReadyError(f"{name}: not trained yet")
        return found

    return SimpleNamespace(artifacts=kept, artifact=artifact, encoder=None, vector_index=None)


def matrix(*entries: tuple[int, int, float]) -> sparse.csr_array:
    rows, columns, values = zip(*entries, strict=True)
    return sparse.csr_array((np.array(values, np.float32), (rows, columns)), shape=(SIZE, SIZE))


@pytest.fixture
def relations(tmp_path: Path) -> Any:
    instead = parts(matrix((1, 2, 0.9), (1, 3, 0.4), (2, 1, 0.9), (2, 3, 0.6)), "substitutes")
    beside = parts(matrix((1, 4, 0.5)), "complements")
    return tools(tmp_path, relations={**instead, **beside})


def test_neighbours_of_all_anchors_add_up_and_no_anchor_is_brought(relations: Any) -> None:
    part = Related(Related.Options(of="substitutes"), relations)
    items, scores = part.retrieve(context([1]), 5)
    assert items.tolist() == [2, 3]
    items, scores = part.retrieve(context([1, 2]), 5)
    assert items.tolist() == [3]
    np.testing.assert_allclose(scores, [1.0])


def test_what_goes_with_an_item_is_another_matrix(relations: Any) -> None:
    part = Related(Related.Options(of="complements"), relations)
    assert part.retrieve(context([1]), 5)[0].tolist() == [4]
    assert not len(part.retrieve(context([5]), 5)[0])


def test_without_anchors_the_history_is_asked_only_where_the_scenario_says_so(relations: Any) -> None:
    bought = context(bought=[5, 1])
    assert not len(Related(Related.Options(of="complements"), relations).retrieve(bought, 5)[0])
    assert Related(Related.Options(of="complements", last=1), relations).retrieve(bought, 5)[0].tolist() == [4]


def test_an_anchor_newer_than_the_fit_brings_nothing_and_breaks_nothing(relations: Any) -> None:
    part = Related(Related.Options(of="substitutes"), relations)
    assert not len(part.retrieve(replace(context(), anchors=np.array([SIZE + 3])), 5)[0])


def test_new_items_come_by_age_and_by_what_is_foreseen_of_them_as_worked_by_hand(tmp_path: Path) -> None:
    usual = np.log(3.0)
    promise = np.array([np.nan, usual, usual + 2.0, usual, usual, usual], np.float32)
    learned = tools(tmp_path, promise={"promise": promise, "mean": np.array([usual], np.float32)})
    items, scores = Fresh(Fresh.Options(), learned).retrieve(context(), 5)
    assert items.tolist() == [2, 1, 3]  # item 4 is too old, of item 5 no age is known
    np.testing.assert_allclose(scores, [0.5 ** (1 / 14) * np.e, 0.5 ** (1 / 14), 0.5 ** (15 / 14)], rtol=1e-5)
    untrained = tools(tmp_path / "none")
    assert Fresh(Fresh.Options(), untrained).retrieve(context(), 5)[0].tolist() == [1, 2, 3]
    assert Fresh(Fresh.Options(promise=0.0), learned).retrieve(context(), 5)[0].tolist() == [1, 2, 3]


def test_finds_of_the_tail_are_near_to_what_was_bought(tmp_path: Path) -> None:
    similar = parts(matrix((1, 4, 0.5), (2, 4, 0.2), (2, 5, 0.6)), "similar")
    part = LongTail(LongTail.Options(), tools(tmp_path, long_tail={**similar, "tail": np.arange(SIZE) > 3}))
    items, scores = part.retrieve(context(bought=[1, 2]), 5)
    assert items.tolist() == [4, 5]
    np.testing.assert_allclose(scores, [0.7, 0.6], rtol=1e-5)


def test_what_is_imagined_is_the_tail_near_the_point_that_is_made_of_the_profile(tmp_path: Path) -> None:
    arrays = {
        "space": np.array([[0, 0], [1, 0], [0, 1], [0.8, 0.6], [0.6, 0.8], [-1, 0]], np.float16),
        "tail": np.array([False, False, False, True, True, True]),
        "noise": np.zeros((1, 1), np.float32),
        "first": np.zeros((1, 3), np.float32),
        "first_bias": np.zeros(1, np.float32),
        "second": np.zeros((2, 1), np.float32),
        "second_bias": np.zeros(2, np.float32),
    }
    part = Imagined(Imagined.Options(), tools(tmp_path, tail_generator=arrays))
    items, scores = part.retrieve(context(bought=[1]), 2)
    assert items.tolist() == [3, 4]  # a generator that adds nothing answers with the profile
    np.testing.assert_allclose(scores, [0.8, 0.6], atol=1e-3)
    assert part.retrieve(context([2]), 1)[0].tolist() == [4]
    assert not len(part.retrieve(context(), 2)[0])
