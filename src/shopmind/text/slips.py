"""Words that begin almost as typed: a vocabulary as a matrix of letters, compared with one word in one go."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LONGEST = 12
"""Letters of a word that are compared; what is typed is cut two letters earlier."""

_WIDEST = 0xFFFF
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_LAST = "\U0010ffff"


class Slips:
    """Finds the words of a sorted vocabulary that begin with what was typed but for one or two changes.

    A change is a letter too many, missing, wrong, or two neighbours swapped. With one change any letter may be wrong;
    with two the first must be right, which keeps the words to compare few.

    Args:
        words: sorted, each once.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._lengths = np.fromiter(map(len, words), np.int32, len(words))
        padded = "".join([word[:LONGEST].ljust(LONGEST, "\0") for word in words])
        letters = np.frombuffer(padded.encode("utf-32-le", "surrogatepass"), np.uint32)
        self._letters = np.ascontiguousarray(_narrowed(letters).reshape(len(words), LONGEST).T)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return self._letters.nbytes + self._lengths.nbytes

    def near(self, typed: str, changes: int, *, whole: bool = False) -> NDArray[np.int64]:
        """Places of the words in the vocabulary, rising; words that begin exactly as typed are among them.

        Args:
            changes: 1 or 2 at most.
            whole: the word was typed to its end, so words that go on for longer than `changes` do not count.
        """
        given = typed[: LONGEST - 2]
        low, high = self._range(given[:1])
        distances = prefix_distance(self._letters[:, low:high], given, changes)
        found = low + np.flatnonzero(distances <= changes)
        others = [np.arange(*self._range(start)) for start in _other_starts(given)] if changes == 1 else []
        found = np.unique(np.concatenate([found, *others])) if others else found
        if whole:
            found = found[np.abs(self._lengths[found] - len(typed)) <= changes]
        return found

    def _range(self, prefix: str) -> tuple[int, int]:
        return bisect_left(self._words, prefix), bisect_left(self._words, prefix + _LAST)


def _narrowed(letters: NDArray[np.uint32]) -> NDArray[np.uint16]:
    """In half the memory; beyond the first 65,536 code points, where signs and rare characters are, all look alike."""
    return np.minimum(letters, _WIDEST).astype(np.uint16)


def prefix_distance(letters: NDArray[np.uint16], typed: str, most: int) -> NDArray[np.uint8]:
    """(w,) fewest changes that make `typed` a beginning of each of w words; more than `most` is only "too many".

    Source: optimal string alignment (Damerau 1964; Levenshtein 1966) within a band of `most` around the diagonal, the
    least of the last row, for all words at once.

    Args:
        letters: (places, w) code points, 65,535 for those beyond, 0 after a word's end.
    """
    places, w = letters.shape
    codes = [min(ord(letter), _WIDEST) for letter in typed]
    too_many = np.full(w, most + 1, np.uint8)
    older: dict[int, NDArray[np.uint8]] = {}
    row = {j: np.full(w, j, np.uint8) for j in range(min(most, places) + 1)}
    for i, code in enumerate(codes, start=1):
        before, row = row, {}
        if i <= most:
            row[0] = np.full(w, i, np.uint8)
        for j in range(max(1, i - most), min(places, i + most) + 1):
            same = letters[j - 1] == code
            best = before.get(j - 1, too_many) + ~same
            if j in before:
                np.minimum(best, before[j] + 1, out=best)
            if j - 1 in row:
                np.minimum(best, row[j - 1] + 1, out=best)
            if i > 1 and j > 1 and j - 2 in older:
                swapped = (letters[j - 1] == codes[i - 2]) & (letters[j - 2] == code)
                np.minimum(best, np.where(swapped, older[j - 2] + 1, too_many).astype(np.uint8), out=best)
            row[j] = best
        older = before
    return np.min(list(row.values()), axis=0) if row else too_many


def _other_starts(typed: str) -> list[str]:
    """What was typed with its first letter missing, swapped with the next, replaced, or another before it."""
    rest = typed[1:]
    starts = [rest, rest[:1] + typed[:1] + rest[1:]]
    for letter in _LETTERS:
        starts += [letter + rest, letter + typed]
    return [start for start in starts if start and start[:1] != typed[:1]]
