"""Words near to a word, found by what is left of both when letters are taken out.

Source: the symmetric delete idea, W. Garbe, SymSpell (github.com/wolfgarbe/SymSpell, MIT): two words at distance d
share a form that each reaches by at most d deletions. Here forms are 32-bit hashes in one sorted array: an index is two
arrays that can be memory-mapped, and a lookup is one binary search for all forms at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

PREFIX = 10
"""Letters after the tenth are not looked at: words that differ only there share a form anyway."""

_BLOCK = 4_096
_POWERS = np.array([pow(0x9E3779B97F4A7C15, i + 1, 1 << 64) for i in range(PREFIX)], np.uint64)


@cache
def _kept(length: int, deletions: int) -> NDArray[np.intp]:
    """(forms, length - deletions) places that stay."""
    return np.array(list(combinations(range(length), length - deletions)), np.intp)


def _forms(codes: NDArray[np.uint64], deletions: int) -> NDArray[np.uint32]:
    """(n, forms) hashes of all forms of n words of one length, given as (n, length) letters."""
    length = codes.shape[1]
    found = []
    for gone in range(min(deletions, length - 1) + 1):
        left = codes[:, _kept(length, gone)]
        hashes = (left * _POWERS[: length - gone]).sum(axis=2, dtype=np.uint64)
        hashes ^= hashes >> np.uint64(29)
        hashes *= np.uint64(0xBF58476D1CE4E5B9)
        found.append((hashes >> np.uint64(32)).astype(np.uint32))
    return np.concatenate(found, axis=1)


def _codes(words: Sequence[str], length: int) -> NDArray[np.uint64]:
    joined = "".join(word[:length] for word in words)
    letters = np.frombuffer(joined.encode("utf-32-le"), np.uint32).astype(np.uint64)
    return letters.reshape(len(words), length) + np.uint64(1)


def build(words: Sequence[str], deletions: NDArray[np.int64]) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    """The index of words: forms, rising, and the place of the word each belongs to.

    Args:
        words: each once.
        deletions: (n,) letters that may be taken out of each; below 0 leaves the word out.
    """
    lengths = np.fromiter((min(len(word), PREFIX) for word in words), np.int64, len(words))
    forms, places = [np.empty(0, np.uint32)], [np.empty(0, np.int32)]
    for length in np.unique(lengths[(deletions >= 0) & (lengths > 0)]):
        for count in np.unique(deletions[deletions >= 0]):
            chosen = np.flatnonzero((lengths == length) & (deletions == count))
            for start in range(0, len(chosen), _BLOCK):
                block = chosen[start : start + _BLOCK]
                made = _forms(_codes([words[i] for i in block], int(length)), int(count))
                forms.append(made.ravel())
                places.append(np.repeat(block, made.shape[1]).astype(np.int32))
    every, place = np.concatenate(forms), np.concatenate(places)
    order = np.argsort(every, kind="stable")
    return every[order], place[order]


def near(word: str, forms: NDArray[np.uint32], places: NDArray[np.int32], deletions: int) -> NDArray[np.int32]:
    """Places of the words that share a form with `word`, rising; some are further away than they should be."""
    length = min(len(word), PREFIX)
    if not length or not len(forms):
        return np.empty(0, np.int32)
    wanted = np.unique(_forms(_codes([word], length), deletions)[0])
    starts, ends = np.searchsorted(forms, wanted), np.searchsorted(forms, wanted, side="right")
    found = [places[start:end] for start, end in zip(starts, ends, strict=True) if end > start]
    return np.unique(np.concatenate(found)) if found else np.empty(0, np.int32)
