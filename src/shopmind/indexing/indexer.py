"""Follows the change log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from shopmind.encoders import TextEncoder
from shopmind.encoders.cache import VectorCache, encode_cached
from shopmind.indexing.documents import passage, tokens
from shopmind.kit.progress import Progress, silent
from shopmind.stores.index_ports import TextIndex, VectorIndex
from shopmind.stores.ports import Catalogue, Number

TEXT_BATCH = 10_000
VECTOR_BATCH = 200_000


@dataclass(frozen=True, slots=True)
class _Batch:
    """Items written and items gone between two change numbers."""

    written: list[Number]
    removed: list[Number]
    mark: int


class Indexer:
    """Brings both indexes up to the newest change; safe to kill and to run again.

    Each index has its own mark, written after its data is durable: what a kill leaves undone is done again.
    The caller holds the lease: there is one indexer for a shop.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        text_index: TextIndex,
        vector_index: VectorIndex,
        encoder: TextEncoder | None,
        cache: VectorCache,
        *,
        threads: int = 1,
    ) -> None:
        self._catalogue = catalogue
        self._text = text_index
        self._vectors = vector_index
        self._encoder = encoder
        self._cache = cache
        self._threads = threads

    def behind(self) -> int:
        """How many changes the slower index has not seen yet; without an encoder only words count."""
        marks = [self._text.mark()] + ([self._vectors.mark()] if self._encoder else [])
        return max(0, self._catalogue.last_change() - min(marks))

    def catch_up(self, progress: Progress = silent) -> int:
        """Indexes all changes; returns how many changes were new to at least one index."""
        behind = self.behind()
        if behind:
            self._follow(self._text.mark(), self._text.clear, self._index_words, TEXT_BATCH, "index words", progress)
            self.catch_up_meaning(progress)
        return behind

    def catch_up_meaning(self, progress: Progress = silent) -> None:
        """Brings the vector index alone up to the newest change: one that is built beside another needs no lease."""
        if self._encoder is not None:
            self._follow(self._vectors.mark(), self._vectors.clear, self._index_meaning, VECTOR_BATCH, None, progress)

    def _follow(
        self,
        mark: int,
        clear: Callable[[], None],
        index: Callable[[_Batch, Progress], None],
        size: int,
        title: str | None,
        progress: Progress,
    ) -> None:
        if mark == 0:
            clear()  # whatever a corrupt or half-built index still holds must not be found
        last, start = self._catalogue.last_change(), mark
        for batch in self._batches(mark, size):
            index(batch, progress)
            if title is not None:
                progress(title, min(batch.mark, last) - start, last - start)

    def _batches(self, mark: int, size: int) -> Iterator[_Batch]:
        while changes := self._catalogue.changes(mark, size):
            mark = changes[-1].change
            gone = {
                change.number: change.what == "item_removed" for change in changes if change.what.startswith("item")
            }
            yield _Batch([n for n, is_gone in gone.items() if not is_gone], [n for n in gone if gone[n]], mark)

    def _index_words(self, batch: _Batch, progress: Progress) -> None:
        documents = ((number, tokens(item)) for number, item in self._catalogue.scan(sorted(batch.written)))
        self._text.update(documents, batch.removed, mark=batch.mark)

    def _index_meaning(self, batch: _Batch, progress: Progress) -> None:
        if self._encoder is None:
            return
        numbers, passages = [], []
        for number, item in self._catalogue.scan(sorted(batch.written)):
            numbers.append(number)
            passages.append(passage(item))
        vectors = encode_cached(self._encoder, passages, self._cache, threads=self._threads, progress=progress)
        self._vectors.update(np.array(numbers, np.int64), vectors, batch.removed, mark=batch.mark)
