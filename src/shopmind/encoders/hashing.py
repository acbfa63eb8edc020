"""Vectors without weights: hashed pieces of words. For tests, and for shops that want typo-tolerance and nothing else.

Source: Weinberger et al. 2009, Feature Hashing for Large Scale Multitask Learning (signed hashing); fastText's
character n-grams with word boundaries.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.encoders.checks import check_texts, unit_rows
from shopmind.encoders.encoder import Role
from shopmind.kit.seeds import hash64

HAN = "\u3400-\u9fff"
WORDS = re.compile(rf"[{HAN}]+|[^\W{HAN}]+")
MAX_CHARACTERS = 2_000
DIMENSION = 256


@dataclass(frozen=True)
class HashEncoder:
    """Each piece of a text adds ±sqrt(its count) to one axis; texts that share pieces point the same way.

    Knows no meaning: "sofa" and "couch" are strangers. Roles make no difference. A text without letters or digits
    gives the first axis.
    """

    name: str = "hash"
    version: str = f"hash-1-{DIMENSION}"
    dimension: int = DIMENSION
    languages: tuple[str, ...] = ("*",)

    def encode(self, texts: Sequence[str], *, role: Role) -> NDArray[np.float32]:
        """See `TextEncoder.encode`."""
        check_texts(texts, role, where="encoder hash")
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for piece, count in Counter(pieces(text)).items():
                number = hash64(piece)
                vectors[row, (number >> 1) % self.dimension] += (1 if number & 1 else -1) * count**0.5
        return unit_rows(vectors)


def pieces(text: str) -> Iterator[str]:
    """Whole words and their 3- and 4-letter parts, with "<" and ">" at the ends; Han: characters and pairs."""
    plain = unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).casefold()
    for word in WORDS.findall(plain):
        if "\u3400" <= word[0] <= "\u9fff":
            yield from word
            yield from (word[i : i + 2] for i in range(len(word) - 1))
        else:
            yield word
            marked = f"<{word}>"
            for size in (3, 4):
                yield from (marked[i : i + size] for i in range(len(marked) - size + 1))


def load(*, threads: int = 1) -> HashEncoder:
    """The one hashing encoder; `threads` is not used."""
    return HashEncoder()
