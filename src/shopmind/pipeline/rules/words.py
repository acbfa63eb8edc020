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
        tokens: in reading order.
        folded: in plain letters, spaces made one.
    """

    tokens: tuple[str, ...]
    folded: str


@lru_cache(maxsize=8_192)
def phrase(text: str) -> Phrase:
    """A text analysed; those of late are remembered."""
    return Phrase(tuple(analyse(text)), " ".join(fold(text).split()))


def meets(query: Phrase, wanted: Phrase, match: Match) -> bool:
    """Whether the query meets a phrase; a query without words meets none.

    Chinese has no spaces, and where a word ends depends on what stands beside it: "绿茶" and "绿茶杯" need not share a
    token. A phrase in Chinese is therefore also met where its characters stand as they are.
    """
    if not query.tokens or not wanted.tokens:
        return False
    if match == "exact":
        return query.tokens == wanted.tokens
    literal = _HAN.search(wanted.folded) is not None
    if match == "starts":
        begins = query.tokens[: len(wanted.tokens)] == wanted.tokens
        return begins or (literal and query.folded.startswith(wanted.folded))
    return set(wanted.tokens) <= set(query.tokens) or (literal and wanted.folded in query.folded)
