"""The words a shop uses, how often each, and which stand side by side: what spelling is judged by."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.seeds import hash64
from shopmind.text import deletes
from shopmind.text.analyse import HAN, latin_tokens
from shopmind.text.chinese import cut
from shopmind.text.normalise import fold

LONGEST = 24
LONGEST_HAN = 6
MOST_WORDS = 200_000
MOST_PAIRS = 500_000
MOST_HELD = 2_000_000
SURE = 5
"""Seen so often a word is one that may be meant; rarer ones are met only at one change."""

_LETTER = rf"(?:(?![{HAN}])[^\W_])"
_PIECES = re.compile(rf"(?P<word>{_LETTER}+(?:[-'.&+]{_LETTER}+)*)|(?P<han>[{HAN}]+)|(?P<sign>[^\w\s]+)")
_ASCII_PIECES = re.compile(r"(?P<word>[a-z0-9]+(?:[-'.&+][a-z0-9]+)*)|(?P<sign>[^\w\s]+)")
_COMPOUND = re.compile(r"[a-z]+(?:[-'&+][a-z]+)+")
_PLAIN = re.compile(r"[a-z]{2,24}")
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words by place: they are sorted by hash, so that a place is found by one binary search in a mapped file.

    Attributes:
        letters, ends: the words in UTF-8, end to end, and where each ends.
        hashes: (n,) uint64, rising.
        counts: (n,) in how many titles, brands, categories and often asked queries each stands.
        alone: (n,) the same without those where it is only the joined form of a compound, "tshirt" of "t-shirt".
        forms, places: as text.deletes.build makes them.
        stems: uint64 hashes, rising, of the stems of words seen often.
        pairs, pair_counts: uint64 hash of two neighbours, rising, and how often they stand side by side.
    """

    letters: NDArray[np.uint8]
    ends: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    counts: NDArray[np.int32]
    alone: NDArray[np.int32]
    forms: NDArray[np.uint32]
    places: NDArray[np.int32]
    stems: NDArray[np.uint64]
    pairs: NDArray[np.uint64]
    pair_counts: NDArray[np.int32]

    @staticmethod
    def of(arrays: Mapping[str, NDArray[Any]]) -> Vocabulary:
        """From the arrays of an artifact."""
        return Vocabulary(**{name: np.asarray(arrays[name]) for name in Vocabulary.__slots__})

    def __len__(self) -> int:
        return len(self.hashes)

    def word(self, place: int) -> str:
        """The word at a place."""
        start = int(self.ends[place - 1]) if place else 0
        return self.letters[start : int(self.ends[place])].tobytes().decode()

    def count(self, word: str) -> int:
        """How often the word is seen; 0 when it is unknown."""
        return _at(self.hashes, self.counts, hash64(word))

    def count_alone(self, word: str) -> int:
        """How often it is written so, and not as a compound."""
        return _at(self.hashes, self.alone, hash64(word))

    def pair(self, first: str, second: str) -> int:
        """How often the two stand side by side, in this order."""
        return _at(self.pairs, self.pair_counts, _pair(hash64(first), hash64(second)))

    def has_stem(self, stem: str) -> bool:
        """Whether words with this stem are seen often."""
        return _at(self.stems, None, hash64(stem)) > 0

    def near(self, word: str, deletions: int, most: int) -> list[tuple[str, int]]:
        """Words that may be within so many changes, most seen first: (word, count)."""
        found = deletes.near(word, self.forms, self.places, deletions)
        if not len(found):
            return []
        counts = self.counts[found]
        order = np.lexsort((found, -counts))[:most]
        return [(self.word(int(found[i])), int(counts[i])) for i in order]


def _at(keys: NDArray[np.uint64], values: NDArray[np.int32] | None, key: int) -> int:
    place = int(np.searchsorted(keys, np.uint64(key)))
    if place == len(keys) or int(keys[place]) != key:
        return 0
    return 1 if values is None else int(values[place])


def _pair(first: int, second: int) -> int:
    return ((first * int(_MIX)) ^ second) & 0xFFFFFFFFFFFFFFFF


def words_of(text: str) -> list[str]:
    """The words of a text that a vocabulary counts, in order; "" stands for a number, a code or a sign between them.

    Of a compound all parts count, and so does the joined form, marked: "t-shirt" gives "t", "shirt", "-tshirt".
    """
    found: list[str] = []
    folded = fold(text)
    for piece in (_ASCII_PIECES if folded.isascii() else _PIECES).finditer(folded):
        word = piece[0]
        if piece.lastgroup == "han":
            found += cut(word)
        elif word.isalpha():
            found.append(word)
        elif _COMPOUND.fullmatch(word):
            parts = re.split(r"[-'&+]", word.removesuffix("'s"))
            found += [*parts, f"-{''.join(parts)}"] if len(parts) > 1 else parts
        else:
            found.append("")
    return found


def build(texts: Iterable[tuple[str, int]]) -> dict[str, NDArray[Any]]:
    """The arrays of a vocabulary. What is seen least is forgotten whenever MOST_HELD words or pairs are held, so that
    memory stays bounded; what is rare in a catalogue of millions says nothing of spelling.

    Args:
        texts: text → how often it counts.
    """
    counts: Counter[str] = Counter()
    joined: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    rare = 0
    for text, times in texts:
        if max(len(counts), len(pairs)) > MOST_HELD:
            rare += 1
            counts = Counter({word: count for word, count in counts.items() if count > rare})
            pairs = Counter({pair: count for pair, count in pairs.items() if count > rare})
        found = words_of(text)
        for word in set(found):
            plain = word.removeprefix("-")
            counts[plain] += times
            if word.startswith("-"):
                joined[plain] += times
        for first, second in pairwise(found):
            if first and second and "-" not in (first[0], second[0]):
                pairs[first, second] += times
    del counts[""]
    _join_han(counts, pairs)
    kept = [word for word, _ in counts.most_common(MOST_WORDS) if len(word) <= LONGEST]
    hashes = np.fromiter(map(hash64, kept), np.uint64, len(kept))
    order = np.argsort(hashes)
    words = [kept[i] for i in order]
    numbers = np.fromiter((counts[word] for word in words), np.int64, len(words))
    encoded = [word.encode() for word in words]
    forms, places = deletes.build(words, _deletions(words, numbers))
    return {
        "letters": np.frombuffer(b"".join(encoded), np.uint8),
        "ends": np.cumsum(np.fromiter(map(len, encoded), np.int64, len(words))),
        "hashes": hashes[order],
        "counts": np.minimum(numbers, 2**31 - 1).astype(np.int32),
        "alone": np.fromiter((min(counts[word] - joined[word], 2**31 - 1) for word in words), np.int32, len(words)),
        "forms": forms,
        "places": places,
        "stems": np.unique(np.fromiter((hash64(stem) for stem in _stems(words, numbers)), np.uint64)),
        **_pairs(pairs),
    }


def _join_han(counts: Counter[str], pairs: Counter[tuple[str, str]]) -> None:
    """Neighbouring Chinese words often seen together become one longer word: 蓝牙 and 耳机 give 蓝牙耳机."""
    for (first, second), times in pairs.items():
        joined = first + second
        if times >= SURE and len(joined) <= LONGEST_HAN and not joined.isascii():
            counts[joined] = max(counts[joined], times)


def _deletions(words: Sequence[str], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Letters that may be taken out of each word; -1 for one that is never meant by another spelling."""

    def of(word: str, count: int) -> int:
        if _PLAIN.fullmatch(word):
            return -1 if len(word) < 3 or count < 2 else 2 if len(word) > 4 and count >= SURE else 1
        return 1 if len(word) >= 3 and count >= SURE and not word.isascii() else -1

    return np.fromiter((of(word, count) for word, count in zip(words, counts.tolist(), strict=True)), np.int64)


def _stems(words: Sequence[str], counts: NDArray[np.int64]) -> Iterable[str]:
    sums: Counter[str] = Counter()
    for word, count in zip(words, counts.tolist(), strict=True):
        if word.isascii():
            for stem in latin_tokens(word, True):
                sums[stem] += count
    return (stem for stem, count in sums.items() if count >= SURE)


def _pairs(pairs: Counter[tuple[str, str]]) -> dict[str, NDArray[Any]]:
    known = {word: hash64(word) for pair in pairs for word in pair}
    often = [(pair, times) for pair, times in pairs.most_common(MOST_PAIRS) if times > 1]
    keys = np.fromiter((_pair(known[a], known[b]) for (a, b), _ in often), np.uint64, len(often))
    keys, first = np.unique(keys, return_index=True)
    times = np.fromiter((times for _, times in often), np.int64, len(often))
    return {"pairs": keys, "pair_counts": np.minimum(times[first], 2**31 - 1).astype(np.int32)}
