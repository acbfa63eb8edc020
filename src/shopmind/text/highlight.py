"""Marks in a text what the analyser matched, and escapes everything else."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from html import escape

from shopmind.text.analyse import HAN, MAX_WORD, WORD, analyse

_PIECES = re.compile(rf"[{HAN}]+|(?:(?![{HAN}])(?:{WORD.pattern}))")
_HAN_ONLY = re.compile(rf"[{HAN}]+")


def highlight(text: str, tokens: Collection[str]) -> str:
    """HTML of `text` with <mark> around the words whose tokens are among `tokens`.

    Args:
        tokens: what `analyse` made of the query. Single Chinese characters count only where no longer token of the
            query ends in them, so 绿茶 does not mark every 茶.
    """
    wanted = frozenset(tokens)
    han = _han_wanted(wanted)
    pieces: list[str] = []
    end = 0
    for match in _PIECES.finditer(text):
        pieces.append(escape(text[end : match.start()]))
        end = match.end()
        word = match[0]
        if _HAN_ONLY.fullmatch(word):
            pieces.append(_mark_han(word, han))
        elif wanted.isdisjoint(_tokens_of(word)):
            pieces.append(escape(word))
        else:
            pieces.append(f"<mark>{escape(word)}</mark>")
    pieces.append(escape(text[end:]))
    return "".join(pieces).replace("</mark><mark>", "")


@lru_cache(maxsize=65_536)
def _tokens_of(word: str) -> tuple[str, ...]:
    return tuple(analyse(word[:MAX_WORD]))


def _han_wanted(wanted: frozenset[str]) -> tuple[str, ...]:
    """The Chinese tokens worth marking, longest first."""
    han = {token for token in wanted if _HAN_ONLY.fullmatch(token)}
    ends = {token[-1] for token in han if len(token) > 1}
    return tuple(sorted((t for t in han if len(t) > 1 or t not in ends), key=lambda t: (-len(t), t)))


def _mark_han(run: str, wanted: tuple[str, ...]) -> str:
    marked = bytearray(len(run))
    for token in wanted:
        start = run.find(token)
        while start >= 0:
            marked[start : start + len(token)] = b"\1" * len(token)
            start = run.find(token, start + 1)
    pieces = []
    for same in re.finditer(rb"\x01+|\x00+", bytes(marked)):
        part = escape(run[same.start() : same.end()])
        pieces.append(f"<mark>{part}</mark>" if marked[same.start()] else part)
    return "".join(pieces)
