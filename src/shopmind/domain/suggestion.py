"""A completion of what is being typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SuggestionKind = Literal["query", "category", "brand", "title"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line under the search box.

    Attributes:
        kind: where it comes from: what others searched for, or the catalogue.
        own: it is one of the asker's own past searches, or a category they often look into.
        forgiven: something typed was taken for a slip of the finger.
    """

    text: str
    kind: SuggestionKind
    own: bool = False
    forgiven: bool = False
