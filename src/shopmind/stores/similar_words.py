"""Which words of an index look like a word: plurals the stemmer missed, compounds, other spellings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

SHORTEST = 4
LEAST = 0.4
MOST = 48
"""Words looked alike with at most; the best of them count."""

MOST_WORDS = 200_000


class SimilarWords:
    """A fixed vocabulary, asked by character trigrams.

    Only words of at least four letters have similar ones: in numbers, model codes and Chinese words another character
    is another thing.

    Args:
        words: distinct tokens, the frequent ones first; those beyond the first 200,000 are left out.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._words = tuple(word for word in words if comparable(word))[:MOST_WORDS]
        grams: dict[str, list[int]] = {}
        sizes = np.zeros(len(self._words), np.int32)
        for at, word in enumerate(self._words):
            found = trigrams(word)
            sizes[at] = len(found)
            for gram in found:
                grams.setdefault(gram, []).append(at)
        self._sizes = sizes
        self._having: Mapping[str, NDArray[np.int32]] = {gram: np.array(at, np.int32) for gram, at in grams.items()}
        self.of = lru_cache(maxsize=20_000)(self._of)

    def _of(self, token: str) -> Mapping[str, float]:
        if not comparable(token):
            return {}
        grams = trigrams(token)
        lists = [self._having[gram] for gram in grams if gram in self._having]
        if not lists:
            return {}
        words, shared = np.unique(np.concatenate(lists), return_counts=True)
        alike = 2 * shared / (self._sizes[words] + len(grams))
        near = np.flatnonzero(alike >= LEAST)
        near = near[np.lexsort((words[near], -alike[near]))][: MOST + 1]
        found = {self._words[words[at]]: float(alike[at]) for at in near}
        found.pop(token, None)
        return found


def comparable(word: str) -> bool:
    """Whether a word may have similar ones."""
    return len(word) >= SHORTEST and word.isascii() and word.isalpha()


def trigrams(word: str) -> frozenset[str]:
    """Three letters each, with a mark at both ends; similarity is Dice's, 2 · shared / all (Dice, 1945)."""
    marked = f"^{word}$"
    return frozenset(marked[at : at + 3] for at in range(len(marked) - 2))
