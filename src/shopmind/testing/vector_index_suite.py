"""What any VectorIndex must do."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from shopmind.kit.errors import InputError
from shopmind.stores.index_ports import VectorIndex

DIMENSION = 16


def unit_vectors(count: int, seed: int = 0) -> NDArray[np.float32]:
    """(count, DIMENSION) random unit vectors."""
    drawn = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    vectors: NDArray[np.float32] = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return vectors


class VectorIndexSuite:
    """Needs a fixture `open_index`: (encoder_version="e1") → a VectorIndex of DIMENSION over one folder."""

    @pytest.fixture
    def index(self, open_index: Callable[..., VectorIndex]) -> VectorIndex:
        """Items 1 to 300 at mark 7."""
        index = open_index()
        index.update(np.arange(1, 301), unit_vectors(300), [], mark=7)
        return index

    def test_a_new_index_is_empty_and_unmarked(self, open_index: Callable[..., VectorIndex]) -> None:
        index = open_index()
        assert (index.mark(), index.count()) == (0, 0)
        numbers, cosines = index.search(unit_vectors(1)[0], 5)
        assert (numbers.tolist(), cosines.tolist()) == ([], [])
        assert np.isnan(index.vectors(np.array([1, 2]))).all()

    def test_the_nearest_come_first_with_their_cosines(self, index: VectorIndex) -> None:
        asked = unit_vectors(1, seed=1)[0]
        numbers, cosines = index.search(asked, 10)
        exact = unit_vectors(300) @ asked
        assert (numbers.dtype.name, cosines.dtype.name) == ("int64", "float32")
        assert len(np.intersect1d(numbers, 1 + np.argsort(-exact)[:10])) >= 9
        assert (np.diff(cosines) <= 0).all()
        np.testing.assert_allclose(cosines, exact[numbers - 1], atol=0.02)

    def test_k_may_be_more_than_there_are_or_none(self, index: VectorIndex) -> None:
        asked = unit_vectors(1)[0]
        assert sorted(index.search(asked, 10_000)[0].tolist()) == list(range(1, 301))
        assert len(index.search(asked, 0)[0]) == len(index.search(asked, -1)[0]) == 0

    def test_only_allowed_items_are_found(self, index: VectorIndex) -> None:
        asked = unit_vectors(1, seed=2)[0]
        for size in (301, 400, 100):
            allowed = np.zeros(size, np.bool_)
            allowed[[3, 50, 99]] = True
            exact = unit_vectors(300)[[2, 49, 98]] @ asked
            assert (
                index.search(asked, 10, allowed=allowed)[0].tolist()
                == np.array([3, 50, 99])[np.argsort(-exact)].tolist()
            )
        assert len(index.search(asked, 10, allowed=np.zeros(301, np.bool_))[0]) == 0
        assert len(index.search(asked, 10, allowed=np.zeros(0, np.bool_))[0]) == 0

    def test_items_with_one_vector_are_all_found(self, open_index: Callable[..., VectorIndex]) -> None:
        index = open_index()
        few = unit_vectors(5)
        index.update(np.arange(1, 101), few[np.arange(100) % 5], [], mark=1)
        numbers, cosines = index.search(few[2], 20)
        assert sorted(numbers.tolist()) == list(range(3, 101, 5))
        np.testing.assert_allclose(cosines, 1, atol=0.01)
        index.update(np.array([3]), few[:1], [8], mark=2)
        assert 3 not in index.search(few[2], 18)[0]
        assert 8 not in index.search(few[2], 100)[0]
        assert index.count() == 99

    def test_vectors_come_back_and_missing_ones_are_nan(self, index: VectorIndex) -> None:
        found = index.vectors(np.array([5, 0, 301, -1, 300]))
        assert np.isnan(found).all(axis=1).tolist() == [False, True, True, True, False]
        np.testing.assert_allclose(found[[0, 4]], unit_vectors(300)[[4, 299]], atol=0.01)
        np.testing.assert_allclose(np.linalg.norm(found[[0, 4]], axis=1), 1, atol=1e-5)
        assert index.vectors(np.empty(0, np.int64)).shape == (0, DIMENSION)

    def test_no_vector_and_no_question_find_nothing(self, index: VectorIndex) -> None:
        nothing = unit_vectors(3)
        nothing[0], nothing[1, 3], nothing[2, 3] = 0, np.nan, np.inf
        index.update(np.array([1, 2, 3]), nothing, [], mark=8)
        assert index.count() == 297
        assert np.isnan(index.vectors(np.array([1, 2, 3]))).all()
        assert [len(index.search(vector, 5)[0]) for vector in nothing] == [0, 0, 0]

    def test_another_dimension_is_refused(self, index: VectorIndex) -> None:
        with pytest.raises(InputError, match="shape"):
            index.search(np.ones(3, np.float32), 5)
        with pytest.raises(InputError, match="shape"):
            index.update(np.array([1]), np.ones((1, 3), np.float32), [], mark=8)

    def test_it_is_there_when_opened_again(self, index: VectorIndex, open_index: Callable[..., VectorIndex]) -> None:
        again = open_index()
        assert (again.mark(), again.count()) == (7, 300)
        assert again.search(unit_vectors(300)[41], 1)[0].tolist() == [42]

    def test_an_index_of_another_encoder_counts_as_none(
        self, index: VectorIndex, open_index: Callable[..., VectorIndex]
    ) -> None:
        other = open_index(encoder_version="e2")
        assert (other.mark(), other.count()) == (0, 0)
        other.clear()
        other.update(np.array([9]), unit_vectors(1), [], mark=3)
        assert (other.mark(), other.count()) == (3, 1)
        assert index.mark() == 0

    def test_an_open_reader_sees_what_another_writes(
        self, index: VectorIndex, open_index: Callable[..., VectorIndex]
    ) -> None:
        reader = open_index()
        fresh = unit_vectors(1, seed=9)
        reader.search(fresh[0], 1)
        index.update(np.array([1_000]), fresh, [7], mark=12)
        assert reader.search(fresh[0], 1)[0].tolist() == [1_000]
        assert (reader.mark(), reader.count()) == (12, 300)
        index.clear()
        assert (reader.mark(), reader.count()) == (0, 0)

    def test_many_small_updates_end_where_one_large_does(self, open_index: Callable[..., VectorIndex]) -> None:
        """More rows than are searched exactly, in shuffled order, with replacements and removals."""
        index, count = open_index(), 6_000
        rng = np.random.default_rng(3)
        vectors = unit_vectors(count, seed=4)
        index.update(np.arange(1, count + 1), unit_vectors(count, seed=5), [], mark=1)
        for step, part in enumerate(np.array_split(rng.permutation(count), 7)):
            index.update(part + 1, vectors[part], [count + 10 + step], mark=step + 2)
        index.update(np.empty(0, np.int64), np.empty((0, DIMENSION), np.float32), list(range(1, 101)), mark=50)
        assert (index.count(), index.mark()) == (count - 100, 50)
        np.testing.assert_allclose(index.vectors(np.arange(101, count + 1)), vectors[100:], atol=0.02)
        self.recalls(index, vectors, None)
        for share in (0.5, 0.05, 0.002):
            allowed = rng.random(count + 1) < share
            allowed[:101] = False
            self.recalls(index, vectors, allowed)

    def recalls(self, index: VectorIndex, vectors: NDArray[np.float32], allowed: NDArray[np.bool_] | None) -> None:
        """At least 95 of the 100 nearest are found, on the average over questions asked from several threads."""
        asked = unit_vectors(20, seed=6)
        exact = asked @ vectors.T
        exact[:, :100] = -2
        if allowed is not None:
            exact[:, ~allowed[1:]] = -2
        k = min(100, int((exact[0] > -2).sum()))
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda vector: index.search(vector, k, allowed=allowed)[0], asked))
        best = 1 + np.argsort(-exact, axis=1)[:, :k]
        shares = [len(np.intersect1d(numbers, row)) / k for numbers, row in zip(found, best, strict=True)]
        assert [len(numbers) for numbers in found] == [k] * len(asked)
        assert np.mean(shares) >= 0.95
