"""Runs of plain words, by which names of brands and values are found in titles and queries."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shopmind.text.analyse import HAN
from shopmind.text.chinese import cut
from shopmind.text.normalise import fold

LONGEST = 4
"""Words of the longest phrase."""

_WORDS = re.compile(rf"(?P<han>[{HAN}]+)|(?P<word>(?:(?![{HAN}])[^\W_])+)")
_ASCII_WORDS = re.compile(r"[a-z0-9]+")

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A phrase and where it stands: text[start:end] once the text is folded."""

    phrase: Phrase
    start: int
    end: int


def phrase_of(text: str) -> Phrase:
    """The plain words of a name: "D-Link" → ("d", "link"), "红色" → ("红色",)."""
    folded = fold(text)
    if folded.isascii():
        return tuple(_ASCII_WORDS.findall(folded))
    return tuple(word for word, _, _ in _words(folded))


def phrases_in(text: str) -> list[Phrase]:
    """Every run of at most LONGEST words of a text."""
    words = phrase_of(text)
    return [words[i : i + n] for n in range(1, LONGEST + 1) for i in range(len(words) - n + 1)]


def places_in(folded: str) -> list[Place]:
    """The same with their places in a text that is already folded, longest first, then from the left."""
    words = _words(folded)
    found = []
    for n in range(min(LONGEST, len(words)), 0, -1):
        for i in range(len(words) - n + 1):
            run = words[i : i + n]
            found.append(Place(tuple(word for word, _, _ in run), run[0][1], run[-1][2]))
    return found


def _words(folded: str) -> list[tuple[str, int, int]]:
    found = []
    for piece in _WORDS.finditer(folded):
        start = piece.start()
        for part in cut(piece[0]) if piece.lastgroup == "han" else [piece[0]]:
            found.append((part, start, start + len(part)))
            start += len(part)
    return found
