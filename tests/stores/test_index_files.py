"""Damaged index files are noticed, named, and built again."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shopmind.kit.errors import BusyError, NotReadyError, StorageError
from shopmind.stores import tantivy_files
from shopmind.stores.forward import ForwardView, State
from shopmind.stores.tantivy_text import TantivyText
from shopmind.stores.usearch_vectors import EXACT_ROWS, UsearchVectors, _reach
from shopmind.stores.vector_files import verify


def text_index(folder: Path, **fields: float) -> TantivyText:
    return TantivyText(folder / "text", fields=fields or {"title": 1.0})


def filled_text(folder: Path) -> TantivyText:
    index = text_index(folder)
    index.update([(n, {"title": [f"w{n}", "all"]}) for n in range(1, 501)], [], mark=5)
    return index


class TestText:
    @pytest.mark.parametrize("kind", [".idx", ".term", ".fast", "meta.json", "mark.json"])
    @pytest.mark.parametrize("damage", ["cut", "flip", "gone"])
    def test_any_damaged_file_is_noticed_and_the_index_can_be_built_again(
        self, tmp_path: Path, kind: str, damage: str
    ) -> None:
        filled_text(tmp_path)
        path = next(path for path in (tmp_path / "text").rglob("*") if path.name.endswith(kind))
        if kind == "mark.json" and damage == "gone":
            pytest.skip("an index without its mark is a new index")
        spoil(path, damage)
        index = text_index(tmp_path)
        assert index.mark() == 0
        assert "damaged" in str(index.fault())
        with pytest.raises(NotReadyError, match="shopmind train"):
            index.search(["all"], 5)
        with pytest.raises(NotReadyError, match="clear"):
            index.update([], [], mark=6)
        index.clear()
        index.update([(1, {"title": ["all"]})], [], mark=9)
        assert (index.mark(), index.count(), index.fault()) == (9, 1, None)
        assert len(list((tmp_path / "text").glob("g*"))) == 1

    def test_an_index_of_other_fields_has_to_be_built_again(self, tmp_path: Path) -> None:
        filled_text(tmp_path)
        index = text_index(tmp_path, title=1.0, brand=1.0)
        assert index.mark() == 0
        with pytest.raises(NotReadyError, match="fields title"):
            index.search(["all"], 5)
        assert text_index(tmp_path, title=3.0).mark() == 5

    def test_two_writers_at_once_are_told_apart(self, tmp_path: Path) -> None:
        index = filled_text(tmp_path)
        other = text_index(tmp_path)

        def documents() -> object:
            yield 1, {"title": ["x"]}
            other.update([(2, {"title": ["y"]})], [], mark=8)

        with pytest.raises(BusyError, match="another process"):
            index.update(documents(), [], mark=7)  # type: ignore[arg-type]
        assert index.mark() == 5
        index.update([], [], mark=9)
        assert (other.mark(), other.count()) == (9, 500)

    @pytest.mark.parametrize("step", ["compacted", "made anew"])
    def test_who_opens_it_while_its_files_are_replaced_sees_the_newer_state(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
    ) -> None:
        writer, opened = filled_text(tmp_path), ForwardView.open
        again = [(n, {"title": [f"w{n}", "new"]}) for n in range(1, 501)]

        def late(folder: Path, state: State, fields: int, before: ForwardView | None = None) -> ForwardView:
            if before is None:  # the reader has read the manifest, and opens what it says
                monkeypatch.undo()
                if step == "made anew":
                    writer.clear()
                for mark in (6, 7, 8):  # most of the first file is garbage then: it is written anew
                    writer.update(again, [], mark=mark)
            return opened(folder, state, fields, before)

        monkeypatch.setattr(ForwardView, "open", staticmethod(late))
        reader = text_index(tmp_path)
        assert (reader.mark(), reader.fault(), reader.count()) == (8, None, 500)
        assert len(reader.search(["new"], 5)[0]) == 5

    def test_segments_that_are_merged_and_removed_while_they_are_read_are_no_damage(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        writer, summed = filled_text(tmp_path), tantivy_files._checksum

        def late(path: Path) -> int:
            monkeypatch.undo()
            writer.update([(n, {"title": ["new"]}) for n in range(1, 501)], [], mark=5)  # no old document is left
            assert not path.exists()
            return summed(path)

        monkeypatch.setattr(tantivy_files, "_checksum", late)
        reader = text_index(tmp_path)
        assert (reader.fault(), reader.count()) == (None, 500)


def vector_index(folder: Path) -> UsearchVectors:
    return UsearchVectors(folder / "vectors", "e", 8, threads=1)


class TestVectors:
    @pytest.fixture
    def filled(self, tmp_path: Path) -> np.ndarray:
        vectors = np.random.default_rng(0).normal(size=(EXACT_ROWS + 200, 8)).astype(np.float32)
        vector_index(tmp_path).update(np.arange(1, len(vectors) + 1), vectors, [], mark=3)
        return vectors

    @pytest.mark.parametrize("kind", ["base", "graph", "delta", "rows", "manifest"])
    @pytest.mark.parametrize("damage", ["cut", "flip", "gone"])
    def test_any_damaged_file_is_noticed_and_the_index_can_be_built_again(
        self, tmp_path: Path, filled: np.ndarray, kind: str, damage: str
    ) -> None:
        path = next((tmp_path / "vectors").glob(f"{kind}*"))
        if kind == "manifest" and damage == "gone":
            pytest.skip("an index without its manifest is a new index")
        spoil(path, damage)
        index = vector_index(tmp_path)
        assert (index.mark(), index.count()) == (0, 0)
        assert "cannot be used" in str(index.fault())
        for call in (lambda: index.search(filled[0], 5), lambda: index.vectors(np.array([1]))):
            with pytest.raises(NotReadyError, match="shopmind train"):
                call()
        index.clear()
        assert not list((tmp_path / "vectors").iterdir())
        index.update(np.arange(1, 11), filled[:10], [], mark=4)
        assert (index.mark(), index.count(), index.fault()) == (4, 10, None)

    def test_files_that_are_no_longer_current_are_deleted(self, tmp_path: Path, filled: np.ndarray) -> None:
        index = vector_index(tmp_path)
        for step in range(5):
            index.update(np.array([9_000 + step]), -filled[step : step + 1], [], mark=4 + step)
        kinds = sorted(path.name.partition("-")[0] for path in (tmp_path / "vectors").iterdir())
        assert kinds == ["base", "delta", "graph", "manifest.json", "rows"]

    def test_files_of_others_in_the_folder_are_left_alone(self, tmp_path: Path, filled: np.ndarray) -> None:
        (tmp_path / "vectors" / "cache.db-wal").write_text("x")
        index = vector_index(tmp_path)
        index.update(np.array([9_000]), filled[:1], [], mark=4)
        index.clear()
        assert [path.name for path in (tmp_path / "vectors").iterdir()] == ["cache.db-wal"]

    def test_a_reader_keeps_its_files_while_they_are_replaced(self, tmp_path: Path, filled: np.ndarray) -> None:
        reader, index = vector_index(tmp_path), vector_index(tmp_path)
        assert reader.search(filled[7], 1)[0].tolist() == [8]
        index.update(np.arange(1, len(filled) + 1), filled[::-1].copy(), [], mark=9)
        assert reader.search(filled[7], 1)[0].tolist() == [len(filled) - 7]

    def test_who_opens_it_while_its_files_are_replaced_sees_the_newer_state(
        self, tmp_path: Path, filled: np.ndarray, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        writer = vector_index(tmp_path)
        assert writer.mark() == 3

        def late(folder: Path, manifest: dict[str, Any], known: dict[str, Any]) -> None:
            monkeypatch.undo()  # the reader has read the manifest, and opens what it says
            writer.update(np.array([9_000]), -filled[:1], [], mark=4)
            verify(folder, manifest, known)

        monkeypatch.setattr("shopmind.stores.usearch_vectors.verify", late)
        reader = vector_index(tmp_path)
        assert (reader.mark(), reader.fault(), reader.count()) == (4, None, len(filled) + 1)

    def test_many_items_without_vectors_of_their_own_take_no_room(self, tmp_path: Path) -> None:
        index = vector_index(tmp_path)
        vectors = np.eye(8, dtype=np.float32)[np.arange(50_000) % 8]
        index.update(np.arange(1, 50_001), vectors, [], mark=1)
        delta = next((tmp_path / "vectors").glob("delta*"))
        assert delta.stat().st_size < 1_000
        assert index.count() == 50_000
        found, cosines = index.search(vectors[3], 100)
        assert set(found % 8) == {4}
        assert (cosines > 0.99).all()


def spoil(path: Path, damage: str) -> None:
    """Cuts a file in half, flips a bit of it, or deletes it."""
    content = bytearray(path.read_bytes())
    if damage == "gone":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif path.suffix == ".json":
        path.write_bytes(b"\x00" + content[1:])
    else:
        content[-1 - len(content) // 3] ^= 0x55
        path.write_bytes(content)


def test_a_full_disk_is_a_storage_fault_and_the_old_index_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = vector_index(tmp_path)
    index.update(np.array([1]), np.ones((1, 8), np.float32), [], mark=1)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numpy.save", full)
    with pytest.raises(StorageError, match="disk is full"):
        index.update(np.array([2]), np.ones((1, 8), np.float32), [], mark=2)
    monkeypatch.undo()
    assert (index.mark(), index.count()) == (1, 1)
    assert vector_index(tmp_path).search(np.ones(8, np.float32), 5)[0].tolist() == [1]


@pytest.mark.parametrize("share", [1.0, 0.7, 0.2, 0.01])
def test_the_graph_finds_the_nearest_of_what_is_allowed_also_in_the_delta(tmp_path: Path, share: float) -> None:
    chance = np.random.default_rng(5)
    size, late = EXACT_ROWS + 1_500, 300
    vectors = chance.normal(size=(size + late, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = UsearchVectors(tmp_path, encoder_version="v", dimension=16)
    index.update(np.arange(1, size + 1), vectors[:size], [], mark=1)
    index.update(np.arange(size + 1, size + late + 1), vectors[size:], [], mark=2)
    allowed = np.zeros(size + late + 1, np.bool_)
    allowed[1:] = chance.random(size + late) < share
    hits = 0
    for asked in vectors[chance.integers(0, size + late, 20)]:
        numbers, cosines = index.search(asked, 30, allowed=allowed)
        assert len(numbers) == min(30, allowed.sum())
        assert np.all(allowed[numbers])
        assert np.all(np.diff(cosines) <= 0)
        right = np.flatnonzero(allowed)[np.argsort(-(vectors[np.flatnonzero(allowed) - 1] @ asked))[:30]]
        hits += len(np.intersect1d(numbers, right))
    assert hits >= 0.95 * 20 * 30


def test_a_walk_looks_farther_the_larger_the_graph() -> None:
    assert [_reach(rows) for rows in (0, 50_000, 99_999, 100_000, 1_000_000)] == [256, 512, 767, 768, 1_024]


@pytest.mark.parametrize("hidden", [600, 2_500])
def test_what_may_not_be_shown_can_stand_around_what_is_asked(tmp_path: Path, hidden: int) -> None:
    """Most is allowed, but nothing near: farther walks reach beyond 600 rows, 2,500 are passed by reading all."""
    chance = np.random.default_rng(6)
    size = EXACT_ROWS + 3_000
    vectors = chance.normal(size=(size, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = UsearchVectors(tmp_path, encoder_version="v", dimension=16)
    index.update(np.arange(1, size + 1), vectors, [], mark=1)
    order = np.argsort(-(vectors @ vectors[0]))
    allowed = np.ones(size + 1, np.bool_)
    allowed[[0, *(order[:hidden] + 1)]] = False
    numbers, _ = index.search(vectors[0], 50, allowed=allowed)
    assert len(numbers) == 50
    assert np.all(allowed[numbers])
    near = vectors @ vectors[0]
    assert near[numbers - 1].min() >= near[order[hidden + 50]] - 0.02, "eight bits blur the order of what is far"
