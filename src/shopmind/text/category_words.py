"""Which category a few words ask for: counts of words by category, and what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from shopmind.kit.seeds import hash64

SMOOTHING = 20.0
"""Words of a category that are taken from all the shop's words, before its own count."""


@dataclass(frozen=True, slots=True)
class CategoryWords:
    """Counts of w words in c categories.

    Attributes:
        names: (c,) category paths.
        prior: (c,) logarithm of the share of items.
        totals: (c,) words counted.
        words: (w,) uint64 hashes, rising.
        shares: (w,) share of each word in all words.
        starts: (w + 1,) where each word's entries begin.
        categories, counts: the entries: category, and how often the word stands there.
        temperature: what log-odds are divided by, so that probabilities are as often right as they say.
    """

    names: tuple[str, ...]
    prior: NDArray[np.float64]
    totals: NDArray[np.float64]
    words: NDArray[np.uint64]
    shares: NDArray[np.float64]
    starts: NDArray[np.int64]
    categories: NDArray[np.int32]
    counts: NDArray[np.float32]
    temperature: float

    @staticmethod
    def of(arrays: Mapping[str, NDArray[Any]]) -> CategoryWords:
        """From the arrays of an artifact."""
        parts = ("prior", "totals", "words", "shares", "starts", "categories", "counts")
        held = {name: np.asarray(arrays[name]) for name in parts}
        names = tuple(orjson.loads(arrays["names"].tobytes()))
        return CategoryWords(names=names, temperature=float(arrays["temperature"][0]), **held)

    def evidence(self, tokens: Sequence[str]) -> NDArray[np.float64] | None:
        """(c,) log-odds of each category, before the temperature; None when no token is known.

        Source: naive Bayes with Dirichlet smoothing (Zhai, Lafferty, SIGIR 2001):
        P(w | c) = (n(w, c) + m P(w)) / (n(c) + m), summed as ln P(w | c) / P(w), plus ln P(c).
        """
        found = self.prior.copy()
        unseen = np.log(SMOOTHING / (self.totals + SMOOTHING))
        known = False
        for token in dict.fromkeys(tokens):
            key = np.uint64(hash64(token))
            row = int(np.searchsorted(self.words, key))
            if row == len(self.words) or self.words[row] != key:
                continue
            known = True
            here = slice(int(self.starts[row]), int(self.starts[row + 1]))
            found += unseen
            found[self.categories[here]] += np.log1p(self.counts[here] / (SMOOTHING * self.shares[row]))
        return found if known else None

    def probabilities(self, tokens: Sequence[str]) -> NDArray[np.float64] | None:
        """(c,) probability of each category, summing to 1; None when no token is known."""
        odds = self.evidence(tokens)
        return None if odds is None else softmax(odds / self.temperature)


def softmax(odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities of log-odds along the last axis."""
    raised = np.exp(odds - odds.max(axis=-1, keepdims=True))
    shares: NDArray[np.float64] = raised / raised.sum(axis=-1, keepdims=True)
    return shares
