"""Marks in a text what the analyser matched, and escapes everything else."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from html import escape

from shopmind.text.analyse import HAN, MAX_WORD, WORD, analyse
from shopmind.text.normalise import fold

_PIECES = re.compile(rf"[{HAN}]+|(?:(?![{HAN}])(?:{WORD.pattern}))")
_ASCII_PIECES = re.compile(r"[A-Za-z0-9]+(?:[-'.&+][A-Za-z0-9]+)*(?:[+#]{1,2}(?!\w))?")
"""What `_PIECES` finds in a text of ASCII, three times as fast."""

_HAN_ONLY = re.compile(rf"[{HAN}]+")

SNIPPET = 160
LOOKED_AT = 4_000
"""Characters of a long text in which a snippet is looked for."""

_BEFORE = 24
_MOST_PLACES = 200
_STEM = 4
_EDGE = re.compile(r"\s")


def highlight(text: str, tokens: Collection[str]) -> str:
    """HTML of `text` with <mark> around the words whose tokens are among `tokens`.

    Args:
        tokens: what `analyse` made of the query. Single Chinese characters count only where no longer token of the
            query ends in them, so 绿茶 does not mark every 茶.
    """
    wanted = frozenset(tokens)
    plain = text.isascii()
    han = () if plain else _han_wanted(wanted)
    pieces: list[str] = []
    end = 0
    for match in (_ASCII_PIECES if plain else _PIECES).finditer(text):
        word = match[0]
        if not plain and _HAN_ONLY.match(word):
            if not any(token in word for token in han):
                continue
            marked = _mark_han(word, han)
        elif wanted.isdisjoint(_tokens_of(word)):
            continue
        else:
            marked = f"<mark>{escape(word)}</mark>"
        pieces += (escape(text[end : match.start()]), marked)
        end = match.end()
    pieces.append(escape(text[end:]))
    return "".join(pieces).replace("</mark><mark>", "")


def snippet(text: str, tokens: Collection[str], width: int = SNIPPET) -> str:
    """HTML of the part of `text` that has most different words of `tokens`, marked as `highlight` does.

    At most `width` characters of the text, cut between words where it has spaces, with … where something is left out;
    of equal parts the first. "" when no word stands in the first 4,000 characters.
    """
    if not text:
        return ""
    looked = text[:LOOKED_AT]
    places = _places(looked, tuple(sorted(set(tokens))))
    if not places:
        return ""
    best, most, every = places[0][0], 0, len({word for _, word in places})
    for at, (start, _) in enumerate(places):
        within = {word for place, word in places[at : at + 40] if place < start + width - _BEFORE}
        if len(within) > most:
            best, most = start, len(within)
            if most == every:
                break
    start = _edge(looked, max(0, best - _BEFORE), best) if best > _BEFORE else 0
    end = min(len(looked), start + width)
    if end < len(looked) and (space := looked.rfind(" ", best, end)) > best:
        end = space
    marked = highlight(looked[start:end], tokens)
    if "<mark>" not in marked:
        return ""
    return f"{'… ' if start else ''}{marked}{' …' if end < len(text) else ''}"


def _places(text: str, tokens: tuple[str, ...]) -> list[tuple[int, str]]:
    """Where words begin that may be those of the tokens: by their first letters, which stemming leaves alone."""
    pattern = _beginnings(tokens)
    if pattern is None:
        return []
    folded = fold(text)
    searched = folded if len(folded) == len(text) else text.lower()
    found = []
    for match in pattern.finditer(searched):
        found.append((match.start(), match[0]))
        if len(found) == _MOST_PLACES:
            break
    return found


@lru_cache(maxsize=256)
def _beginnings(tokens: tuple[str, ...]) -> re.Pattern[str] | None:
    han = _han_wanted(frozenset(tokens))
    latin = {token[:_STEM] for token in tokens if not _HAN_ONLY.search(token)}
    parts = [re.escape(token) for token in han]
    if latin:
        parts.append(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, sorted(latin, key=len, reverse=True)))})")
    return re.compile("|".join(parts)) if parts else None


def _edge(text: str, start: int, before: int) -> int:
    """The beginning of the first word after `start`, or `start` where there is no space."""
    space = _EDGE.search(text, start, before)
    return space.end() if space else start


@lru_cache(maxsize=65_536)
def _tokens_of(word: str) -> tuple[str, ...]:
    return tuple(analyse(word[:MAX_WORD]))


@lru_cache(maxsize=256)
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
