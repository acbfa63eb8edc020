"""Completions: phrases by weight, found by how they or any of their words begin, and forgiving slips of the finger."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.text.analyse import HAN
from shopmind.text.normalise import fold
from shopmind.text.packed import PackedTexts
from shopmind.text.slips import Slips

LONGEST_TYPED = 100
FORGIVEN = ((4, 1), (8, 2))
"""Letters from which a word may have so many slips."""

AT_START = 4.0
"""How much more a phrase is worth that begins as typed than one that has a word inside that does."""

FEW = 3
"""Completions below which words that only resemble what was typed are looked at."""

MOST_WORDS = 16
_LONGEST_WORD = 24
_LONGEST_HAN = 8
_SURE = 2
_WIDE = 4_096
_KEPT = 64
_BURST = 200
_LAST = "\U0010ffff"
_WORD = re.compile(r"\w+")
_HAN = re.compile(f"[{HAN}]")

Ids = NDArray[np.int32]
_NONE: Ids = np.empty(0, np.int32)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something worth suggesting.

    Attributes:
        kind: what it is, such as "query" or "brand".
        weight: positive; larger comes first.
    """

    text: str
    kind: str
    weight: float


@dataclass(frozen=True, slots=True)
class Completion:
    """A phrase that completes what was typed; `forgiven` says that something typed was taken for a slip."""

    phrase: Phrase
    forgiven: bool = False


class Phrases:
    """Immutable; a newer one replaces it.

    Phrases are numbered by falling weight, so that the best of any set are its smallest numbers. Two tables lead to
    them: whole phrases in the order of the alphabet, and words with the numbers of the phrases that hold them. Phrases
    that read alike are one, with the larger weight.

    Args:
        phrases: any number; the caller bounds them.
        rest: called every 200 phrases while the tables are made, so that a thread may make them beside others.
    """

    def __init__(self, phrases: Iterable[Phrase], rest: Callable[[], None] = lambda: None) -> None:
        table = _ranked_table(phrases, rest)
        rest()
        self._texts = PackedTexts(_resting(table["text"], rest))
        self._weights: NDArray[np.float64] = table["weight"].to_numpy().copy()
        self._kinds: list[str] = table["kind"].unique().sort().to_list()
        self._kind: NDArray[np.int8] = (table["kind"].rank("dense").to_numpy() - 1).astype(np.int8)
        rest()
        keys = table["key"]
        del table
        self._sorted_ids: Ids = keys.arg_sort().to_numpy().astype(np.int32)
        self._sorted = PackedTexts(_resting(keys.gather(self._sorted_ids), rest))
        self._place: Ids = np.empty(len(keys), np.int32)
        self._place[self._sorted_ids] = np.arange(len(keys), dtype=np.int32)
        self._read_words(keys, rest)
        rest()
        self._slips = Slips(self._words)
        rest()
        self._tops = self._top_of_wide()

    def _read_words(self, keys: pl.Series, rest: Callable[[], None]) -> None:
        codes: dict[str, int] = {}
        of_word, of_phrase = array("i"), array("i")
        for number, key in enumerate(_resting(keys, rest)):
            for word in _words(key):
                of_word.append(codes.setdefault(word, len(codes)))
                of_phrase.append(number)
        self._words: list[str] = pl.Series(codes.keys(), dtype=pl.String).sort().to_list()
        rest()
        rank = np.empty(len(codes), np.int32)
        rank[[codes[word] for word in self._words]] = np.arange(len(codes), dtype=np.int32)
        ranks = rank[np.frombuffer(of_word, np.int32)] if len(of_word) else _NONE
        order = np.argsort(ranks, kind="stable")
        self._ids: Ids = np.frombuffer(of_phrase, np.int32)[order] if len(of_word) else _NONE
        self._first = np.searchsorted(ranks[order], np.arange(len(codes) + 1))

    def __len__(self) -> int:
        return len(self._texts)

    @property
    def nbytes(self) -> int:
        """Bytes held, words by their letters and the usual 49 bytes of an object and 8 of its place in a list."""
        words = sum(57 + len(word) for word in self._words)
        arrays = (self._weights, self._kind, self._sorted_ids, self._place, self._ids, self._first)
        packed = self._texts.nbytes + self._sorted.nbytes + self._slips.nbytes
        return words + packed + sum(array.nbytes for array in arrays)

    def complete(self, typed: str, n: int) -> list[Completion]:
        """At most n completions, best first; none for what has no letters or digits.

        A phrase comes when it begins as typed, or holds every word typed, the last one as a beginning. When there is
        none (of a single word: fewer than three), words are forgiven one slip from four letters on and two from eight.
        """
        key = _key(typed)
        words = _WORD.findall(key)[:MOST_WORDS]
        if not words or n < 1:
            return []
        starting = self._starting(key, n)
        sets = [self._exact(word, at == len(words) - 1) for at, word in enumerate(words)]
        kept = self._tops.get(key)
        inside = self._common(sets, n) if kept is None else kept[:n]
        found = self._ranked(starting, inside, n)
        more: list[int] = []
        if not found or (len(words) == 1 and len(found) < min(n, FEW)):
            more = [number for number in self._forgiving(words, n) if number not in found][: n - len(found)]
        return [Completion(self._phrase(number)) for number in found] + [
            Completion(self._phrase(number), forgiven=True) for number in more
        ]

    def holds(self, text: str) -> bool:
        """Whether this very phrase is known, however it is written."""
        key = _key(text)
        place = bisect_left(self._sorted, key)
        return place < len(self._sorted) and self._sorted[place] == key

    def _phrase(self, number: int) -> Phrase:
        return Phrase(self._texts[number], self._kinds[self._kind[number]], float(self._weights[number]))

    def _starting(self, key: str, n: int) -> Ids:
        low, high = bisect_left(self._sorted, key), bisect_left(self._sorted, key + _LAST)
        kept = self._tops.get(f"^{key}")
        return kept[:n] if kept is not None else _smallest(self._sorted_ids[low:high], n)

    def _ranked(self, starting: Ids, inside: Ids, n: int) -> list[int]:
        worth = dict(zip(inside.tolist(), self._weights[inside].tolist(), strict=True))
        worth |= dict(zip(starting.tolist(), (AT_START * self._weights[starting]).tolist(), strict=True))
        return sorted(worth, key=lambda number: (-worth[number], number))[:n]

    def _common(self, sets: list[Ids], n: int) -> Ids:
        """The n smallest numbers that are in every set."""
        smallest, *rest = sorted(sets, key=len)
        if not rest:
            return _smallest(smallest, n)
        common = np.unique(smallest)
        for others in rest:
            if not len(common):
                break
            held = np.zeros(len(self), np.bool_)
            held[others] = True
            common = common[held[common]]
        return common[:n]

    def _exact(self, word: str, last: bool) -> Ids:
        cut = _cut(word)
        if last or _HAN.search(word):
            low, high = bisect_left(self._words, cut), bisect_left(self._words, cut + _LAST)
        else:
            low = bisect_left(self._words, cut)
            high = low + int(low < len(self._words) and self._words[low] == cut)
        return self._ids[self._first[low] : self._first[high]]

    def _forgiving(self, words: list[str], n: int) -> list[int]:
        """Words that nobody knows are forgiven first; when that is not enough, all are."""
        exact = [self._exact(word, at == len(words) - 1) for at, word in enumerate(words)]
        for changes in (1, 2):
            sets = list(exact)
            for everyone in (False, True):
                for at, word in enumerate(words):
                    if everyone == bool(len(exact[at])):
                        sets[at] = np.concatenate([exact[at], self._near(word, changes, at == len(words) - 1)])
                common = self._common(sets, _KEPT) if all(map(len, sets)) else _NONE
                if len(common):
                    start = words[0][:_SURE]
                    starting = np.array([self._sorted[place].startswith(start) for place in self._place[common]])
                    return self._ranked(common[starting][:n], common[:n], n)
        return []

    def _near(self, word: str, changes: int, last: bool) -> Ids:
        allowed = max((slips for letters, slips in FORGIVEN if len(word) >= letters), default=0)
        if changes > allowed:
            return _NONE
        places = self._slips.near(word, changes, whole=not last)
        starts, counts = self._first[places], self._first[places + 1] - self._first[places]
        total = int(counts.sum())
        before = np.repeat(starts - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts) if total else _NONE
        return self._ids[before + np.arange(total)] if total else _NONE

    def _top_of_wide(self) -> dict[str, Ids]:
        """The best of every short beginning that very many phrases share; "^" stands before those of whole phrases."""
        wide: Counter[str] = Counter()
        sizes = (1, 2, 3)
        for word, phrases in zip(self._words, np.diff(self._first).tolist(), strict=True):
            for size in sizes[: len(word)]:
                wide[word[:size]] += phrases
        tops = {
            part: _smallest(self._exact(part, last=True), _KEPT) for part, phrases in wide.items() if phrases > _WIDE
        }
        starts = Counter(key[:size] for key in self._sorted for size in sizes[: len(key)])
        for part in (part for part, phrases in starts.items() if phrases > _WIDE):
            low, high = bisect_left(self._sorted, part), bisect_left(self._sorted, part + _LAST)
            tops[f"^{part}"] = _smallest(self._sorted_ids[low:high], _KEPT)
        return tops


def _ranked_table(phrases: Iterable[Phrase], rest: Callable[[], None]) -> pl.DataFrame:
    """Columns key, text, kind, weight: each key once, as the first of its heaviest phrases, the heaviest key first.

    Sorted by polars: Python's own sort would hold every other thread up for a third of a second.
    """
    schema = {"key": pl.String, "text": pl.String, "kind": pl.String, "weight": pl.Float64}
    parts, given = [pl.DataFrame(schema=schema)], iter(phrases)
    while burst := list(islice(given, _BURST)):
        rest()
        rows = [(_key(each.text), each.text, each.kind, each.weight) for each in burst]
        parts.append(pl.DataFrame(rows, schema=schema, orient="row"))
    rest()
    table = pl.concat(parts).filter(pl.col("key") != "")
    rest()
    heaviest = table.sort("weight", "key", descending=[True, False], maintain_order=True)
    return heaviest.unique("key", keep="first", maintain_order=True)


def _key(text: str) -> str:
    return " ".join(fold(text[:LONGEST_TYPED]).split())


def _resting(texts: pl.Series, rest: Callable[[], None]) -> Iterator[str]:
    """The texts, with a rest after each burst of them."""
    for start in range(0, len(texts), _BURST):
        rest()
        yield from texts[start : start + _BURST].to_list()


def matches(typed: str, text: str) -> bool:
    """Whether `text` would complete what was typed, without forgiving anything."""
    key, phrase = _key(typed), _key(text)
    words, held = _WORD.findall(key), set(_words(phrase))
    if not words:
        return False
    exact = all(_cut(word) in held or bool(_HAN.search(word)) for word in words[:-1])
    begun = [word for word in words if _HAN.search(word) or word == words[-1]]
    return phrase.startswith(key) or (exact and all(any(each.startswith(_cut(w)) for each in held) for w in begun))


def _words(key: str) -> dict[str, None]:
    """The words of a folded phrase by which it is found; Chinese from each of its characters on."""
    found: dict[str, None] = {}
    for word in _WORD.findall(key)[:MOST_WORDS]:
        found[_cut(word)] = None
        if _HAN.search(word):
            found.update((word[at : at + _LONGEST_HAN], None) for at in range(min(len(word), MOST_WORDS)))
    return found


def _cut(word: str) -> str:
    return word[: _LONGEST_HAN if _HAN.search(word) else _LONGEST_WORD]


def _smallest(ids: Ids, n: int) -> Ids:
    """The n smallest, each once, rising; a number may be there up to MOST_WORDS times."""
    if len(ids) > 4 * n:
        for wide in (4 * n, MOST_WORDS * n):
            some = np.unique(np.partition(ids, wide)[:wide] if len(ids) > wide else ids)
            if len(some) >= n or len(ids) <= wide:
                return some[:n]
    return np.unique(ids)[:n]
