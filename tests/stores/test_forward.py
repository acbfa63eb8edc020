"""The forward index: what it counts, what a kill leaves, what it lets go."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from shopmind.kit.errors import StorageError
from shopmind.stores.forward import LONGEST_FIELD, ForwardView, ForwardWriter, State, compacted, drop_old

FIELDS = 2


def written(
    folder: Path, state: State, *documents: tuple[int, list[list[str]]], removed: tuple[int, ...] = ()
) -> State:
    writer = ForwardWriter(folder, state, FIELDS)
    for number in removed:
        writer.remove(number)
    for number, fields in documents:
        writer.put(number, fields)
    return writer.close()


def found(view: ForwardView, number: int, token: str) -> list[tuple[int, int]]:
    matches = view.matches(np.array([number]), [token], FIELDS)
    return list(zip(matches.fields.tolist(), matches.places.tolist(), strict=True))


def test_places_are_told_by_field(tmp_path: Path) -> None:
    state = written(tmp_path, {}, (3, [["red", "tea", "red"], ["tea"]]), (5, [[], ["tea", "pot"]]), (9, [[], []]))
    view = ForwardView.open(tmp_path, state, FIELDS)
    assert found(view, 3, "red") == [(0, 0), (0, 2)]
    assert found(view, 3, "tea") == [(0, 1), (1, 0)]
    assert found(view, 5, "pot") == [(1, 1)]
    every = view.matches(np.array([9, 5, 4, 3, 77, -1]), ["tea", "red"], FIELDS)
    assert sorted(zip(every.rows.tolist(), every.tokens.tolist(), strict=True)) == [
        (1, 0),
        (3, 0),
        (3, 0),
        (3, 1),
        (3, 1),
    ]
    assert every.lengths.tolist() == [[0, 0], [0, 2], [0, 0], [3, 1], [0, 0], [0, 0]]
    assert view.averages().tolist() == [3.0, 1.5]
    assert found(view, 3, "tea")[:1] == [(0, 1)]
    assert view.matches(np.array([3]), ["tea"], 1).fields.tolist() == [0]


def test_the_later_of_two_counts_and_a_removed_one_does_not(tmp_path: Path) -> None:
    state = written(tmp_path, {}, (1, [["old"], []]), (1, [["new"], []]), (2, [["gone"], []]))
    before = ForwardView.open(tmp_path, state, FIELDS)
    state = written(tmp_path, state, (1, [["newest"], []]), removed=(2, 8))
    for view in (ForwardView.open(tmp_path, state, FIELDS), ForwardView.open(tmp_path, state, FIELDS, before)):
        assert found(view, 1, "newest") == [(0, 0)]
        assert found(view, 1, "new") == []
        assert found(view, 2, "gone") == []
        assert view.averages().tolist() == [1.0, 0.0]
    assert found(before, 2, "gone") == [(0, 0)], "a picture that was taken stays as it was"


def test_what_a_killed_writer_left_is_cut_off(tmp_path: Path) -> None:
    state = written(tmp_path, {}, (1, [["a"], []]))
    torn = ForwardWriter(tmp_path, state, FIELDS)
    torn.put(2, [["torn"], []])
    torn.abandon()
    assert found(ForwardView.open(tmp_path, state, FIELDS), 2, "torn") == []
    state = written(tmp_path, state, (2, [["whole"], []]))
    assert found(ForwardView.open(tmp_path, state, FIELDS), 2, "whole") == [(0, 0)]


@pytest.mark.parametrize("kind", ["tokens", "rows"])
@pytest.mark.parametrize("harm", ["flip", "cut"])
def test_a_damaged_file_is_noticed(tmp_path: Path, kind: str, harm: str) -> None:
    state = written(tmp_path, {}, (1, [["a", "b"], ["c"]]))
    path = next(tmp_path.glob(f"{kind}-*"))
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(bytes(data) if harm == "flip" else path.read_bytes()[:-1])
    with pytest.raises(StorageError, match=kind):
        ForwardView.open(tmp_path, state, FIELDS)


def test_what_was_replaced_is_let_go_once_it_is_most(tmp_path: Path) -> None:
    state = written(tmp_path, {}, *[(number, [["x"] * 10, []]) for number in range(1, 5)])
    view = ForwardView.open(tmp_path, state, FIELDS)
    assert compacted(tmp_path, view, FIELDS) == state
    state = written(tmp_path, state, *[(number, [["y"] * 4, ["z"]]) for number in range(1, 4)], removed=(4,))
    view = ForwardView.open(tmp_path, state, FIELDS)
    small = compacted(tmp_path, view, FIELDS)
    assert (small["tokens"], small["rows"]) == (15, 3)
    drop_old(tmp_path, small)
    assert len(list(tmp_path.iterdir())) == 2
    again = ForwardView.open(tmp_path, small, FIELDS)
    assert found(again, 2, "z") == [(1, 0)]
    assert found(again, 4, "x") == []


def test_a_field_is_counted_up_to_its_bound(tmp_path: Path) -> None:
    view = ForwardView.open(tmp_path, written(tmp_path, {}, (1, [["w"] * (LONGEST_FIELD + 5), ["v"]])), FIELDS)
    assert len(found(view, 1, "w")) == LONGEST_FIELD
    assert found(view, 1, "v") == [(1, 0)]


def test_no_documents_have_no_words(tmp_path: Path) -> None:
    view = ForwardView.empty(FIELDS)
    assert view.matches(np.array([1, 2]), ["a"], FIELDS).lengths.tolist() == [[0, 0], [0, 0]]
    assert view.matches(np.empty(0, np.int64), [], FIELDS).rows.tolist() == []
    assert view.averages().tolist() == [0, 0]
