"""What a query text was taken to mean, so that an answer can say it and a shop can correct it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Constraint:
    """A condition read out of the text.

    Attributes:
        kind: "price", "brand", "colour", "size", "category" or the name of an attribute.
        expression: of the filter language, e.g. 'price < 80'.
        words: as typed.
        confidence: 0..1; when too little is found, the least sure goes first.
    """

    kind: str
    expression: str
    words: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Understood:
    """The reading of a query text that was answered.

    Attributes:
        text: what was searched for: corrected, without the words that became constraints or were unwanted.
        language: of the text, "" when it cannot be told.
        corrected: the corrected query, None when it was searched as typed.
        did_you_mean: a likelier spelling that was not taken, None when there is none.
        constraints: conditions that hits had to meet, or would have met had there been enough.
        relaxed: expressions of constraints, or other strictness, given up because too little was found.
        without: unwanted words, as analysed.
        categories: (category path, probability), likeliest first.
    """

    text: str
    language: str = ""
    corrected: str | None = None
    did_you_mean: str | None = None
    constraints: tuple[Constraint, ...] = ()
    relaxed: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    categories: tuple[tuple[str, float], ...] = ()
