"""The words of a text as they stand in it, each with its place and the one token it is known by.

`analyse` makes several tokens of a word so that it is found; here each word gives exactly one, so that phrases can be
compared and words replaced.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from shopmind.text.analyse import HAN, MAX_WORD, WORD, latin_tokens
from shopmind.text.chinese import cut
from shopmind.text.normalise import fold

_HAN_RUN = re.compile(rf"[{HAN}]+")
_LATER = WORD.pattern.replace("(?:[^", rf"(?:(?![{HAN}])[^")  # a word ends where Chinese begins
_PIECES = re.compile(rf"(?P<han>[{HAN}]+)|(?P<word>{_LATER})")
_JOINTS = re.compile(r"[-'&+]")
LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text.

    Attributes:
        text: folded: lower case, Latin letters without accents.
        start, end: place in the text, `text[start:end]` is the word as written.
        token: the one token it is known by: the stem, the joined form of a compound ("t-shirt" → "tshirt"), or the
            Chinese word.
    """

    text: str
    start: int
    end: int
    token: str

    @property
    def han(self) -> bool:
        """Whether it is written in Chinese characters."""
        return _HAN_RUN.fullmatch(self.text) is not None

    @property
    def tokens(self) -> tuple[str, ...]:
        """What it gives to a phrase: a Chinese word its characters, any other its token."""
        return tuple(self.text) if self.han else (self.token,)


def surface(text: str) -> list[Word]:
    """The words of the first 2,000 characters in their order; Chinese is cut by the dictionary."""
    text = text[:LONGEST]
    words: list[Word] = []
    for piece in _PIECES.finditer(text):
        start = piece.start()
        if piece.lastgroup == "han":
            for part in cut(piece[0]):
                words.append(Word(part, start, start + len(part), part))
                start += len(part)
        elif folded := fold(piece[0]):
            words.append(Word(folded, start, piece.end(), _token(folded)))
    return words


def _token(word: str) -> str:
    if "." in word or not word.isascii():
        return word[:MAX_WORD]
    tokens = latin_tokens(word[: 4 * MAX_WORD], True)
    if not tokens:
        return word[:MAX_WORD]
    return tokens[-1] if _JOINTS.search(word) else tokens[0]


def key_of(phrase: str) -> tuple[str, ...]:
    """The tokens a phrase is compared by; () when it has no letter or digit."""
    return tuple(token for word in surface(phrase) for token in word.tokens)
