"""Whether a query meets a phrase: both go through the one analyser, so plurals, accents and Chinese words are one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from shopmind.pipeline.rules.rule import Match
from shopmind.text.analyse import HAN, analyse
from shopmind.text.normalise import fold

_HAN = re.compile(f"[{HAN}]")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text of a rule or a query, analysed.

    Attributes:
        tokens: in reading order; `words` are the same, each once.
        folded: in plain letters, spaces made one.
        literal: whether it has Chinese characters, so that it is also met where it stands as it is.
    """

    tokens: tuple[str, ...]
    words: frozenset[str]
    folded: str
    literal: bool


@lru_cache(maxsize=65_536)
def phrase(text: str) -> Phrase:
    """A text analysed; those of late are remembered."""
    tokens = tuple(analyse(text))
    folded = " ".join(fold(text).split())
    return Phrase(tokens, frozenset(tokens), folded, _HAN.search(folded) is not None)


def meets(query: Phrase, wanted: Phrase, match: Match) -> bool:
    """Whether the query meets a phrase; a query without words meets none.

    Chinese has no spaces, and where a word ends depends on what stands beside it: "绿茶" and "绿茶杯" need not share a
    token. A phrase in Chinese is therefore also met where its characters stand as they are.
    """
    if not query.tokens or not wanted.tokens:
        return False
    if match == "exact":
        return query.tokens == wanted.tokens
    if match == "starts":
        begins = query.tokens[: len(wanted.tokens)] == wanted.tokens
        return begins or (wanted.literal and query.folded.startswith(wanted.folded))
    return wanted.words <= query.words or (wanted.literal and wanted.folded in query.folded)
