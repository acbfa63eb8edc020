"""Ports of the indexes: what finds items by words and by vectors. Contract suites for each are in shopmind.testing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from shopmind.stores.ports import Number, Numbers


@dataclass(frozen=True, slots=True)
class Matches:
    """Where some tokens stand in some documents; one entry for each place.

    Attributes:
        rows: (m,) which of the documents asked about.
        tokens: (m,) which of the tokens asked about.
        fields: (m,) which of the index's fields.
        places: (m,) place in the field, counted from 0 in the order of `text.analyse`.
        lengths: (n, F) tokens of each field of each document; 0 for a document that is not there.
    """

    rows: NDArray[np.int32]
    tokens: NDArray[np.int32]
    fields: NDArray[np.int32]
    places: NDArray[np.int32]
    lengths: NDArray[np.int64]


class TextIndex(Protocol):
    """Words → items. Documents hold tokens already made by `text.analyse`, so any store finds the same words.

    Attributes:
        fields: names of the fields, in their order.
    """

    @property
    def fields(self) -> tuple[str, ...]: ...

    def mark(self) -> int:
        """The change number up to which the index is complete on disk; 0 when new, corrupt or half-built."""
        ...

    def update(
        self, documents: Iterable[tuple[Number, Mapping[str, Sequence[str]]]], removed: Sequence[Number], *, mark: int
    ) -> None:
        """Replaces documents (field → tokens), drops `removed`, and is durable with `mark` when it returns."""
        ...

    def search(
        self, tokens: Mapping[str, float] | Sequence[str], k: int, *, fields: Mapping[str, float] | None = None
    ) -> tuple[Numbers, NDArray[np.float32]]:
        """Likely k items with any of the tokens, (k,) numbers and (k,) scores, best first; `fields` are weights.

        Tokens may have weights too; otherwise each weighs as often as it is said. The scores are the store's own and
        only choose candidates; `matches` gives what to score them by.
        """
        ...

    def having(self, words: Sequence[Sequence[str]], enough: int, most: int, *, without: Sequence[str] = ()) -> Numbers:
        """At most `most` items, in no order, that have `enough` of the words, in any field, and none of `without`.

        Each word is given by the tokens that stand for it; one of them is the word.
        """
        ...

    def matches(self, numbers: Numbers, tokens: Sequence[str], *, fields: int | None = None) -> Matches:
        """Where the tokens stand in these documents, in the first `fields` fields (None: in all)."""
        ...

    def frequencies(self, tokens: Sequence[str]) -> NDArray[np.int64]:
        """(t,) documents with each token: those of the field that has it most often, a lower bound."""
        ...

    def similar(self, token: str) -> Mapping[str, float]:
        """Other tokens of the titles that look like this one → likeness in 0..1; {} for codes, numbers and Chinese.

        May lag behind the index by a minute.
        """
        ...

    def averages(self) -> NDArray[np.float64]:
        """(F,) mean length of each field over the documents that have it; 0 where none has."""
        ...

    def clear(self) -> None:
        """Forgets everything; the mark is 0 again."""
        ...

    def count(self) -> int: ...


class VectorIndex(Protocol):
    """Vectors → items. One space per index: it is made for the encoder version named in its manifest."""

    def mark(self) -> int:
        """As TextIndex.mark; also 0 when the index was made for another encoder."""
        ...

    def update(self, numbers: Numbers, vectors: NDArray[np.float32], removed: Sequence[Number], *, mark: int) -> None:
        """Replaces vectors, (n,) numbers and (n, d) unit vectors, drops `removed`, durable when it returns."""
        ...

    def search(
        self, vector: NDArray[np.float32], k: int, *, allowed: NDArray[np.bool_] | None = None
    ) -> tuple[Numbers, NDArray[np.float32]]:
        """The k items of highest cosine among `allowed` (by item number), (k,) numbers and (k,) cosines, best first."""
        ...

    def vectors(self, numbers: Numbers) -> NDArray[np.float32]:
        """(n, d) vectors of these items; rows of NaN where there is none."""
        ...

    def centre(self) -> NDArray[np.float32]:
        """(d,) mean of the unit vectors (of a sample, where there are many): what an item is like on average.

        Its product with a query is the mean cosine of the query; zeros when the index is empty.
        """
        ...

    def clear(self) -> None: ...

    def count(self) -> int: ...
