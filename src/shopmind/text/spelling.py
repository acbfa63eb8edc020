"""What a word that the shop does not know may have been meant to be."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from shopmind.text.analyse import STOP_WORDS, latin_tokens
from shopmind.text.common_words import ENGLISH
from shopmind.text.edits import cost
from shopmind.text.vocabulary import LONGEST, LONGEST_HAN, SURE, Vocabulary

LOOKED_AT = 60
PER_CHANGE = 3.5
"""How much less likely, as a logarithm, a word becomes with each change of cost 1."""

TYPED = 1.5
"""What speaks, as a logarithm, for a word that nobody here knows and that is right as typed: a name, a foreign word."""

PER_LETTER = 0.7
"""What each letter above five takes away from that: a long word near to a known one is rarely another word."""

NEIGHBOUR = 0.8
"""What the logarithm of times seen beside the neighbour in the query adds."""

SPLIT = 1.0
"""Cost of a space too many or too few."""


@dataclass(frozen=True, slots=True)
class Guess:
    """Another spelling and how likely it is what was meant, 0..1."""

    text: str
    probability: float


class Speller:
    """Judges single words by a vocabulary.

    Source: the noisy channel, Kernighan, Church, Gale (COLING 1990): P(meant | typed) is proportional to
    P(meant) P(typed | meant); here ln P(meant) is the logarithm of the count, plus what its neighbours add, and
    ln P(typed | meant) is minus PER_CHANGE times the cost of text.edits.

    Args:
        indexed: how many items have a token, at most SURE; a word that descriptions know is no slip.
    """

    def __init__(self, vocabulary: Vocabulary, indexed: Callable[[str], int]) -> None:
        self._vocabulary = vocabulary
        self._indexed = indexed
        self._near = lru_cache(maxsize=4_096)(self._look)

    def knows(self, word: str) -> bool:
        """Whether the word is right as it stands: short, everyday, or often seen itself or in another form."""
        if len(word) < 3 or word in STOP_WORDS or word in ENGLISH:
            return True
        if self._vocabulary.count(word) >= SURE:
            return True
        stem = latin_tokens(word, True)[0] if word.isascii() else word
        return self._vocabulary.has_stem(stem) or self._indexed(stem) >= SURE

    def guesses(self, word: str, before: str = "", after: str = "", *, most: int = 3) -> list[Guess]:
        """Likelier spellings of a word, likeliest first; none for one that is known or has no near word.

        Args:
            before, after: its neighbours in the query, "" for none.
        """
        if self.knows(word) or not word.isascii() or len(word) > LONGEST:
            return []
        scores = {meant: self._score(meant, seen, changed, before, after) for meant, seen, changed in self._near(word)}
        scores.update(self._splits(word))
        seen = self._vocabulary.count(word) + self._indexed(latin_tokens(word, True)[0])
        unchanged = math.log1p(seen) + TYPED - PER_LETTER * (len(word) - 5)
        return _softmax(scores, unchanged, most)

    def joined(self, first: str, second: str) -> Guess | None:
        """The two as one word, when one of them is no word of its own: "therm ostat"; None when that says nothing."""
        whole = first + second
        count = self._vocabulary.count(whole)
        if count < 2 or (self.knows(first) and self.knows(second)):
            return None
        apart = self._vocabulary.pair(first, second)
        return Guess(whole, (count + 1) / (count + 20 * apart + 2))

    def _look(self, word: str) -> tuple[tuple[str, int, float], ...]:
        """Near words with how often they are seen and the cost of the slip."""
        deletions = 1 if len(word) < 6 else 2
        most = 1.2 if len(word) < 5 else 1.6 if len(word) < 8 else 2.4
        found = []
        for meant, seen in self._vocabulary.near(word, deletions, LOOKED_AT):
            changed = cost(word, meant, most)
            if changed < math.inf and meant != word:
                found.append((meant, seen, changed))
        return tuple(found)

    def _score(self, meant: str, seen: int, changed: float, before: str, after: str) -> float:
        beside = self._vocabulary.pair(before, meant) if before else 0
        beside += self._vocabulary.pair(meant, after) if after else 0
        return math.log1p(seen) + NEIGHBOUR * math.log1p(beside) - PER_CHANGE * changed

    def _splits(self, word: str) -> dict[str, float]:
        """Two words written as one, if they are seen side by side."""
        found = {}
        for place in range(2, len(word) - 1):
            first, second = word[:place], word[place:]
            beside = self._vocabulary.pair(first, second)
            if beside > 1:
                found[f"{first} {second}"] = math.log1p(beside) + 2.0 - PER_CHANGE * SPLIT
        return found

    def chinese(self, words: Sequence[str]) -> Guess | None:
        """A likelier writing of a run of Chinese words in which one character seems wrong or out of place."""
        run = "".join(words)
        if not 3 <= len(run) <= LONGEST_HAN or self._vocabulary.count(run):
            return None
        if all(len(word) > 1 and self._vocabulary.count(word) >= SURE for word in words):
            return None
        for meant, seen in self._vocabulary.near(run, 1, LOOKED_AT):
            swapped = meant != run and sorted(meant) == sorted(run)
            if swapped or (len(meant) == len(run) and sum(a != b for a, b in zip(meant, run, strict=True)) == 1):
                return Guess(meant, seen / (seen + SURE))
        return None


def _softmax(scores: dict[str, float], unchanged: float, most: int) -> list[Guess]:
    if not scores:
        return []
    highest = max(unchanged, *scores.values())
    total = math.exp(unchanged - highest) + sum(math.exp(score - highest) for score in scores.values())
    ranked = sorted(scores, key=lambda meant: (-scores[meant], meant))[:most]
    return [Guess(meant, math.exp(scores[meant] - highest) / total) for meant in ranked]
