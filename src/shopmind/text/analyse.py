"""The one analyser: whatever is ingested, indexed, asked or highlighted becomes the same tokens."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from Stemmer import Stemmer

from shopmind.text.chinese import han_tokens, in_pieces, pairs
from shopmind.text.normalise import fold
from shopmind.text.units import MEASURE, TIMES, measure_tokens

MAX_CHARACTERS = 200_000
MAX_TOKENS = 10_000
MAX_WORD = 64
_LONGEST_READ = 4 * MAX_WORD

_STOP_TEXT = (
    "a an and are as at be by for from has have in is it its of on or that the their this to was were will with"
)
STOP_WORDS = frozenset(_STOP_TEXT.split())

_MARKS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u06d6-\u06ed\u0900-\u0dff\u0e31\u0e34-\u0e4e\u0eb1-\u0ece"
    "\u102b-\u103e\u17b4-\u17d3"
)
_LETTER = rf"(?:[^\W_]|[{_MARKS}])"
WORD = re.compile(rf"{_LETTER}+(?:[-'.&+]{_LETTER}+)*(?:[+#]{{1,2}}(?!\w))?")
_ASCII_WORD = re.compile(r"[a-z0-9]+(?:[-'.&+][a-z0-9]+)*(?:[+#]{1,2}(?!\w))?")
HAN = "\u3005\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_RUNS = re.compile(
    rf"(?P<han>[{HAN}]+)|(?P<kana>[\u3041-\u30ff\uff66-\uff9f]+)|(?P<hangul>[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]+)"
    rf"|(?P<unspaced>[{_UNSPACED}]+)|(?P<other>(?:(?![{HAN}{_UNSPACED}\u1100-\u11ff\u3041-\u318e\uac00-\ud7a3]).)+)"
)
_KANA = re.compile("[\u3041-\u30fa]")
_JOINTS = re.compile(r"[-'.&+]")
_NAME_AND_NUMBER = re.compile(r"([a-z]{3,})(\d+)")
_DIGIT = re.compile("[0-9]")
_DIMENSIONS = re.compile(r"\d+(?:x\d+)+")
_OPENING_QUOTE = re.compile(r'(?:^|[\s(])"(?=\S)')

_stemmer: Any = Stemmer("english")
_stemming = threading.Lock()


def analyse(text: str, language: str | None = None) -> list[str]:
    """The tokens of a text in reading order; at most 10,000, from the first 200,000 characters.

    English words are stemmed and stop words dropped unless there is nothing else; Latin accents are folded; a word
    with hyphens gives its parts and the whole; a measure gives itself and its parts ("12oz", "12", "oz"); Chinese gives
    words, their last character and pairs of characters; other scripts without spaces give pairs. Symbols and emoji
    give nothing.

    Args:
        language: "ja" keeps Chinese characters away from the Chinese dictionary; other languages change nothing, so
            that a query finds what was indexed whether or not its language was guessed.
    """
    folded = fold(text[:MAX_CHARACTERS])
    by_word = not (language == "ja" or (not folded.isascii() and _KANA.search(folded)))
    return _collect(folded, by_word, False) or _collect(folded, by_word, True)


def _collect(folded: str, by_word: bool, keep_stops: bool) -> list[str]:
    tokens: list[str] = []
    end = 0
    if _DIGIT.search(folded):
        folded = TIMES.sub("x", folded)
        quoted = _OPENING_QUOTE.search(folded) is not None
        for measure in MEASURE.finditer(folded):
            unit = measure["unit"]
            if unit is None and quoted and measure["inch"] in ('"', "”"):
                continue
            _add_words(tokens, folded[end : measure.start()], by_word, keep_stops)
            tokens += measure_tokens(measure["amount"], unit or "in")
            end = measure.end()
            if len(tokens) >= MAX_TOKENS:
                return tokens[:MAX_TOKENS]
    _add_words(tokens, folded[end:] if end else folded, by_word, keep_stops)
    return tokens[:MAX_TOKENS]


def _add_words(tokens: list[str], chunk: str, by_word: bool, keep_stops: bool) -> None:
    if chunk.isascii():
        for word in _ASCII_WORD.findall(chunk):
            tokens += latin_tokens(word if len(word) <= _LONGEST_READ else word[:_LONGEST_READ], keep_stops)
        return
    for match in WORD.finditer(chunk):
        word = match[0]
        if word.isascii():
            tokens += latin_tokens(word[:_LONGEST_READ], keep_stops)
        else:
            for found in _mixed(word, by_word, keep_stops):
                tokens += found
        if len(tokens) >= MAX_TOKENS:
            return


def _mixed(word: str, by_word: bool, keep_stops: bool) -> Iterator[tuple[str, ...]]:
    """A word that may change script on the way, such as T恤 or 5G手机."""
    before = ""
    for run in _RUNS.finditer(word):
        text, kind = run[0], run.lastgroup
        if kind == "han":
            if len(before) == 1:
                yield (before + text[0],)
            for piece in in_pieces(text):
                found = han_tokens(piece) if by_word else tuple(pairs(piece))
                yield found or ((piece,) if keep_stops else ())
        elif kind == "other":
            for part in WORD.findall(text):
                yield latin_tokens(part[:_LONGEST_READ], keep_stops)
        elif kind == "unspaced":
            yield tuple(pairs(text))
        else:
            yield (text[:MAX_WORD], *(pairs(text) if len(text) > 2 else ()))
        before = text if kind == "other" else ""


@lru_cache(maxsize=65_536)
def latin_tokens(word: str, keep_stops: bool = False) -> tuple[str, ...]:
    """The tokens of one folded word of a spaced script, e.g. "t-shirts" → ("t", "shirt", "tshirt")."""
    if _JOINTS.search(word):
        return _compound(word, keep_stops)
    if word in STOP_WORDS and not keep_stops:
        return ()
    if split := _NAME_AND_NUMBER.fullmatch(word):
        return (word[:MAX_WORD], _stem(split[1]), split[2][:MAX_WORD])
    if _DIMENSIONS.fullmatch(word):
        return (word[:MAX_WORD], *word.split("x")[:8])
    return (_stem(word),)


def _compound(word: str, keep_stops: bool) -> tuple[str, ...]:
    if word.endswith("'s"):
        word = word[:-2]
    parts = [part for part in _JOINTS.split(word) if part][:16]
    if len(parts) == 1 or re.fullmatch(r"[\d.]+", word):
        return (_stem(word),)
    if all(len(part) == 1 for part in parts):
        return ("".join(parts),)
    tokens = [token for part in parts for token in latin_tokens(part, keep_stops)]
    if "." in word:
        return tuple(tokens)
    joined = "".join(parts)
    if any(map(str.isdigit, joined)):
        return (word[:MAX_WORD], *tokens, joined[:MAX_WORD])
    if "'" in word and len(parts[0]) == 1:
        tokens = tokens[1:]
    return (*tokens, _stem(joined))


def _stem(word: str) -> str:
    word = word[:MAX_WORD]
    if len(word) < 3 or not (word.isascii() and word.isalpha()):
        return word
    with _stemming:
        stemmed: str = _stemmer.stemWord(word)
    return stemmed
