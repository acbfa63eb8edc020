from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from shopmind.encoders import cache as vector_cache
from shopmind.encoders.cache import QueryVectors, VectorCache, encode_cached
from shopmind.encoders.encoder import Role
from shopmind.encoders.hashing import HashEncoder

TEXTS = ["red shirt", "红色衬衫", "red shirt", "", "half \ud83d"]


@dataclass(frozen=True)
class Counting:
    """The hashing encoder, with what it was asked and, when told to, a stop in the middle."""

    version: str = "1"
    stop_after: int = 1_000
    asked: list[str] = field(default_factory=list)
    name: str = "hash"
    dimension: int = 256
    languages: tuple[str, ...] = ("*",)

    def encode(self, texts: Sequence[str], *, role: Role) -> NDArray[np.float32]:
        if len(self.asked) >= self.stop_after:
            raise KeyboardInterrupt
        self.asked.extend(texts)
        return HashEncoder().encode(texts, role=role)


def test_each_text_is_encoded_once_and_found_in_a_new_process_life(tmp_path: Path) -> None:
    encoder, store = Counting(), VectorCache(tmp_path / "vectors.db")
    first = encode_cached(encoder, TEXTS, store)
    np.testing.assert_allclose((first * HashEncoder().encode(TEXTS, role="passage")).sum(1), 1, atol=1e-3)
    store.close()
    store = VectorCache(tmp_path / "vectors.db")
    np.testing.assert_array_equal(encode_cached(encoder, TEXTS, store), first)
    assert sorted(encoder.asked) == sorted(set(TEXTS))
    assert len(store) == len(set(TEXTS))
    assert encode_cached(encoder, [], store).shape == (0, 256)
    store.close()


def test_another_version_or_role_is_another_vector(tmp_path: Path) -> None:
    store = VectorCache(tmp_path / "vectors.db")
    for version, role in (("1", "passage"), ("2", "passage"), ("2", "query")):
        encoder = Counting(version)
        encode_cached(encoder, ["a"], store, role=role)
        assert encoder.asked == ["a"]
    store.close()


def test_an_interrupted_run_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_cache, "COMMIT_TEXTS", 2)
    texts = [f"text {i}" for i in range(6)]
    with pytest.raises(KeyboardInterrupt):
        encode_cached(Counting(stop_after=4), texts, VectorCache(tmp_path / "vectors.db"))
    again, told = Counting(), []
    store = VectorCache(tmp_path / "vectors.db")
    encode_cached(again, texts, store, progress=lambda title, done, total: told.append((done, total)))
    assert len(again.asked) == 2
    assert told == [(4, 6), (6, 6)]
    store.close()


def test_a_broken_row_is_made_again(tmp_path: Path) -> None:
    file = tmp_path / "vectors.db"
    store = VectorCache(file)
    whole = encode_cached(Counting(), ["a", "b"], store)
    store.close()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE vectors SET vector = zeroblob(512)")
    connection.close()
    store, encoder = VectorCache(file), Counting()
    np.testing.assert_array_equal(encode_cached(encoder, ["a", "b"], store), whole)
    assert sorted(encoder.asked) == ["a", "b"]
    store.close()


@pytest.mark.parametrize("keep", [0, 4096])
def test_a_broken_file_is_put_aside_and_begun_anew(tmp_path: Path, keep: int) -> None:
    file = tmp_path / "vectors.db"
    store = VectorCache(file)
    texts = [f"text {i}" for i in range(200)]
    whole = encode_cached(Counting(), texts, store)
    store.close()
    size = file.stat().st_size
    file.write_bytes(file.read_bytes()[:keep] + b"\xff" * (size - keep))
    store = VectorCache(file)
    np.testing.assert_array_equal(encode_cached(Counting(), texts, store), whole)
    assert (tmp_path / "vectors.db.broken").exists()
    store.close()


def test_of_two_who_find_it_broken_the_second_goes_on_with_what_the_first_began(tmp_path: Path) -> None:
    file = tmp_path / "vectors.db"
    VectorCache(file).close()
    file.write_bytes(b"\xff" * 8192)
    slow = VectorCache.__new__(VectorCache)
    slow.file, slow._opened = file, file.stat().st_ino
    first = VectorCache(file)
    encode_cached(Counting(), ["a"], first)
    slow._set_aside()  # it found the broken file, too, and was a moment late
    second = VectorCache(file)
    assert (len(second), len(first)) == (1, 1)
    assert (tmp_path / "vectors.db.broken").read_bytes() == b"\xff" * 8192
    for store in (first, second):
        store.close()


def test_many_may_open_it_for_the_first_time_at_once(tmp_path: Path) -> None:
    for turn in range(20):
        with ThreadPoolExecutor(8) as pool:
            for store in list(pool.map(lambda _, turn=turn: VectorCache(tmp_path / f"{turn}.db"), range(8))):
                store.close()


def test_queries_are_remembered_up_to_a_bound_the_oldest_leaves_first() -> None:
    encoder = Counting()
    queries = QueryVectors(encoder, size=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        queries.encode(text)
    assert encoder.asked == ["a", "b", "c", "b"]
    assert len(queries) == 2
    with pytest.raises(ValueError, match="read-only"):
        queries.encode("a")[0] = 1


def test_a_vector_that_was_begun_is_waited_for_and_made_once() -> None:
    """`a` is begun and asked for by others while it is being made, `b` is in memory when it is begun."""
    let, encoder = threading.Event(), Counting()

    class Slow(Counting):
        def encode(self, texts: Sequence[str], *, role: Role) -> NDArray[np.float32]:
            let.wait(30)
            return encoder.encode(texts, role=role)

    queries = QueryVectors(Slow())
    for _ in range(3):
        queries.begin("a")
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(queries.encode, "a") for _ in range(2)]
        let.set()
        for each in asked:
            np.testing.assert_array_equal(each.result(30), HashEncoder().encode(["a"], role="query")[0])
    queries.encode("b")
    queries.begin("b")
    queries.encode("b")
    assert encoder.asked == ["a", "b"]


def test_what_goes_wrong_beside_an_answer_is_raised_where_the_vector_is_asked_for_and_tried_again() -> None:
    broken = [True]

    class Failing(Counting):
        def encode(self, texts: Sequence[str], *, role: Role) -> NDArray[np.float32]:
            if broken[0]:
                raise RuntimeError("no vector")
            return HashEncoder().encode(texts, role=role)

    queries = QueryVectors(Failing())
    queries.begin("a")
    with pytest.raises(RuntimeError, match="no vector"):
        queries.encode("a")
    broken[0] = False
    assert queries.encode("a").shape == (256,)


def test_threads_share_the_work_and_change_nothing(tmp_path: Path) -> None:
    encoder = HashEncoder()
    texts = [f"tea number {number}" for number in range(40)]
    alone = encode_cached(encoder, texts, VectorCache(tmp_path / "one.db"))
    shared = encode_cached(encoder, texts, VectorCache(tmp_path / "three.db"), threads=3)
    np.testing.assert_array_equal(shared, alone)
