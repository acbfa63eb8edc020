"""How likely one spelling is a slip of the finger or the ear for another."""

from __future__ import annotations

from functools import lru_cache

_ROWS = (("qwertyuiop", 0.0), ("asdfghjkl", 0.25), ("zxcvbnm", 0.75))
_PLACES = {key: (column + shift, row) for row, (keys, shift) in enumerate(_ROWS) for column, key in enumerate(keys)}
_ALIKE = {frozenset(pair) for pair in ("ck", "sz", "cs", "iy", "kq", "gj", "fv", "mn", "bp", "dt", "ou", "vw")}
_VOWELS = frozenset("aeiou")

SWAPPED = 0.7
DOUBLED = 0.6
NEAR = 0.75
FIRST = 0.4
"""Costs: two letters swapped; a letter doubled or a double one single; a key beside the right one, one vowel for
another or a letter that sounds alike; what a change of the first letter costs more. Any other change of a letter
costs 1."""


@lru_cache(maxsize=4_096)
def _near(one: str, other: str) -> bool:
    if (one in _VOWELS and other in _VOWELS) or frozenset((one, other)) in _ALIKE:
        return True
    if one not in _PLACES or other not in _PLACES:
        return False
    (x, y), (u, v) = _PLACES[one], _PLACES[other]
    return abs(y - v) <= 1 and abs(x - u) <= 1.0


def cost(typed: str, meant: str, most: float = 2.5) -> float:
    """The least cost of the changes that make `typed` of `meant`; infinity as soon as it must exceed `most`.

    Source: optimal string alignment (Damerau 1964; Levenshtein 1966) with the costs above; a pair of swapped letters is
    not changed again.
    """
    if abs(len(typed) - len(meant)) > most / DOUBLED:
        return float("inf")
    before: list[float] = []
    row = [0.0]
    for j, letter in enumerate(meant):
        row.append(row[-1] + _gap(meant, j, letter))
    for i, letter in enumerate(typed):
        older, before = before, row
        gap = _gap(typed, i, letter)
        row = [before[0] + gap]
        for j, wanted in enumerate(meant):
            if letter == wanted:
                best = before[j]
            else:
                best = before[j] + (NEAR if _near(letter, wanted) else 1.0) + (FIRST if i == j == 0 else 0.0)
            best = min(best, before[j + 1] + gap, row[j] + _gap(meant, j, wanted))
            if i and j and letter == meant[j - 1] and wanted == typed[i - 1] and letter != wanted:
                best = min(best, older[j - 1] + SWAPPED)
            row.append(best)
        if min(row) > most:
            return float("inf")
    return row[-1] if row[-1] <= most else float("inf")


def _gap(word: str, place: int, letter: str) -> float:
    """What it costs that this letter is there in one word and not in the other."""
    if place and word[place - 1] == letter:
        return DOUBLED
    if place == 0:
        return 1.0 + FIRST
    return 1.0
