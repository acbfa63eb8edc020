"""What a searcher does not want ("without sugar", "不含糖"), and whether an item has it although nothing negates it.

"Sugar free" and "无糖" in a title are what somebody without a wish for sugar looks for, so an item is only dropped when
the word stands there un-negated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.text.analyse import HAN, STOP_WORDS
from shopmind.text.surface import surface

LONGEST = 300
MOST = 4
"""Unwanted phrases that are read from one query."""

_FILLING = frozenset(("any", "added", "extra", "my", "too", "much"))
_JOIN = r"(?:\s*(?:,|\band\b|\bor\b|\bnor\b)\s*)+"
_X = r"[a-z][a-z'&-]+"
_ENGLISH = re.compile(
    r"(?:\band\s+|\bbut\s+)?"
    rf"(?:(?:\bwith\s+no|\bwithout|\bexcept(?:\s+for)?|\bexcluding|\bnot\s+(?:for|with|from))\s+(?:(?:an?|the|any)\s+)?"
    rf"(?P<free>{_X}(?:\s+{_X})?(?:{_JOIN}{_X})*)"
    rf"|(?<=\S\s)no\s+(?P<last>{_X}(?:\s+{_X})?(?:{_JOIN}(?:no\s+)?{_X})*)(?=\s*(?:$|[,;.)]))"
    rf"|(?:^|(?<=\s))-(?P<minus>{_X}))"
)
_END = re.compile(r"\s(?:and\s+without|for|with|without|in|on|that|which|under|below|but)\b.*")
_CHINESE = re.compile(rf"(?P<sign>不含有?|不要|不带|没有|除了)(?P<rest>[{HAN}a-zA-Z、和或]+)")
_CHINESE_LIST = re.compile("[、和或]")
_SPEAKS = ("有", "不", "人", "我", "你", "他", "这", "那", "什么", "可以")
"""What follows 没有 in a sentence, or in the title of a book, rather than in a wish."""

_SIGNS = "no non not without zero 0 minus never w/o nil 无 不含 不含有 不 非 零 免 去 没有 不带 不加 未"
_BEFORE = frozenset(_SIGNS.split())
_AFTER = frozenset(("free", "less", "remov"))
_NOT_THERE = (("not", "includ"), ("not", "need"), ("sold", "separ"), ("not", "requir"))
_BACK = 3
_GAP = 3
_WIDE = 1 << 20


@dataclass(frozen=True, slots=True)
class Wish:
    """A query with the words taken out that say what is not wanted.

    Attributes:
        text: what is left; the whole query when nothing would be.
        unwanted: phrases, each as tokens joined by spaces.
    """

    text: str
    unwanted: tuple[str, ...] = ()


def read_wish(text: str) -> Wish:
    """Reads the first 300 characters; a longer text is left as it is.

    "No" counts only at the end of a query or of its part: "no dig fence" is the name of a fence.
    """
    if len(text) > LONGEST:
        return Wish(text)
    found: list[tuple[int, int, list[str]]] = []
    lowered = text.lower()
    if len(lowered) == len(text):
        for match in _ENGLISH.finditer(lowered):
            said = match["free"] or match["last"] or match["minus"]
            start = match.start("free") if match["free"] else match.start("last" if match["last"] else "minus")
            kept = _END.sub("", said)
            phrases = [_phrase(part) for part in re.split(rf"{_JOIN}(?:no\s+)?", kept)]
            found.append((match.start(), start + len(kept), [phrase for phrase in phrases if phrase]))
    for match in _CHINESE.finditer(text):
        length, words = _chinese(match["sign"], match["rest"], text[: match.start()])
        if words:
            found.append((match.start(), match.start("rest") + length, words))
    return _without(text, found)


def _without(text: str, found: list[tuple[int, int, list[str]]]) -> Wish:
    unwanted: list[str] = []
    rest = text
    for start, end, phrases in sorted(found, reverse=True):
        if phrases:
            rest = f"{rest[:start]} {rest[end:]}"
            unwanted[:0] = phrases
    rest = " ".join(rest.split())
    if not unwanted:
        return Wish(text)
    return Wish(rest if re.search(r"\w", rest) else text, tuple(dict.fromkeys(unwanted))[:MOST])


def _phrase(text: str) -> str:
    words = [word.token for word in surface(text) if word.text not in STOP_WORDS and word.text not in _FILLING]
    return " ".join(words)


def _chinese(sign: str, rest: str, before: str) -> tuple[int, list[str]]:
    """How many characters of `rest` say what is not wanted, and the phrases; (0, []) where it is no wish."""
    end = rest.find("的")
    if sign == "没有" and (end < 1 or before.endswith("有")):
        return 0, []
    if 0 < end <= 8:
        said, length = rest[:end], end + 1
    else:
        said = surface(rest)[0].text
        length = len(said)
    if sign == "没有" and said.startswith(_SPEAKS):
        return 0, []
    words = [" ".join(word.token for word in surface(part)) for part in _CHINESE_LIST.split(said)]
    return length, [word for word in words if word]


def tokens_to_look_up(unwanted: Sequence[str]) -> list[str]:
    """All tokens whose places `violates_at` asks for."""
    parts = list(dict.fromkeys(part for phrase in unwanted for part in phrase.split()))
    glued = [sign + part for part in parts for sign in _BEFORE if re.match(f"[{HAN}]", part)]
    return list(dict.fromkeys([*parts, *glued, *_BEFORE, *_AFTER, *(word for pair in _NOT_THERE for word in pair)]))


def violates(tokens: Sequence[str], unwanted: Sequence[str]) -> bool:
    """Whether a text has one of the unwanted phrases without negating it.

    Args:
        tokens: as `analyse` made them, in order.
        unwanted: as in Wish.
    """
    places: dict[str, list[int]] = {}
    for place, token in enumerate(tokens):
        places.setdefault(token, []).append(place)
    return violates_at(places, unwanted)


def violates_at(places: Mapping[str, Sequence[int]], unwanted: Sequence[str]) -> bool:
    """The same from the places of the tokens that `tokens_to_look_up` names."""
    return any(
        not _negated(phrase.split(), first, last, places)
        for phrase in unwanted
        for first, last in _occurrences(phrase.split(), places)
    )


def violating(
    rows: NDArray[np.integer[Any]],
    tokens: NDArray[np.integer[Any]],
    places: NDArray[np.integer[Any]],
    names: Sequence[str],
    phrase: str,
) -> NDArray[np.int64]:
    """The rows, each once and rising, of many texts of which `violates_at` holds for one phrase.

    Texts without any sign are told together, only the others one by one.

    Args:
        rows, tokens, places: (m,) which text, which of `names`, and where in it.
        names: of `tokens_to_look_up`.
    """
    words = phrase.split()
    signs = {*tokens_to_look_up(()), *(name for name in names if name not in words)}
    signed = np.unique(rows[np.isin(tokens, [at for at, name in enumerate(names) if name in signs])])
    plain = ~np.isin(rows, signed)
    keys = rows.astype(np.int64) * _WIDE + np.minimum(places, _WIDE - _GAP - 1)
    reached: NDArray[np.int64] | None = None
    for word in words:
        here = np.sort(keys[plain & (tokens == names.index(word))])
        if reached is not None:
            here = here[here > reached.min(initial=np.iinfo(np.int64).max)]
            before = np.searchsorted(reached, here) - 1  # the nearest: whatever else was reached stands farther away
            here = here[here - reached[before] <= _GAP]
        reached = here
    found = {} if reached is None else dict.fromkeys((reached // _WIDE).tolist())
    held: dict[int, dict[str, list[int]]] = {}
    mixed = ~plain
    for row, token, place in zip(rows[mixed].tolist(), tokens[mixed].tolist(), places[mixed].tolist(), strict=True):
        held.setdefault(row, {}).setdefault(names[token], []).append(place)
    found |= {row: None for row, each in held.items() if violates_at(each, [phrase])}
    return np.sort(np.fromiter(found, np.int64, len(found)))


def _occurrences(phrase: Sequence[str], places: Mapping[str, Sequence[int]]) -> list[tuple[int, int]]:
    """Places of the first and last word of each occurrence; between words others of the analyser may stand."""
    found = [(place, place) for place in places.get(phrase[0], ())] if phrase else []
    for word in phrase[1:]:
        following = places.get(word, ())
        found = [(first, n) for first, last in found for n in following if last < n <= last + _GAP]
    return found


def _negated(phrase: Sequence[str], first: int, last: int, places: Mapping[str, Sequence[int]]) -> bool:
    def at(token: str, place: int) -> bool:
        return place in places.get(token, ())

    signs = [sign for word in _BEFORE for sign in (word, word + phrase[0]) if sign in places]
    if any(at(sign, first - back) for sign in signs for back in range(1, _BACK + 1)):
        return True
    if any(at(sign, last + step) for sign in _AFTER for step in (1, 2)):
        return True
    return any(at(one, last + step) and at(two, last + step + 1) for one, two in _NOT_THERE for step in (1, 2))
