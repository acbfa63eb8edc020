"""Finds entries as the scenario "search" finds items: the same analyser, BM25 over fields, and meaning beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from shopmind.operations.knowledge.chinese import CHINESE
from shopmind.operations.knowledge.entry import Entry
from shopmind.text.analyse import analyse
from shopmind.text.bm25 import inverse_frequency, share, weighted_counts

Floats = NDArray[np.float64]

FIELDS = ("title", "text", "about")
FIELD_WEIGHTS = np.array([3.0, 1.0, 2.0])
K1, B = 0.6, 0.5
WORDS, COMPLETE, MEANING = 0.55, 0.08, 0.37
"""Shares of BM25, of entries that have every word, and of nearness: those of the scenario "search", whose share of
likeness goes to BM25 here. Without an encoder the first two are taken as parts of 1."""
NEAR = 0.15
"""Least nearness of an entry that has none of the words; what lies below shares no more than the shop's subjects: asked
about something else, the nearest of a log lies at .05 to .17, one that says the same in other words at .15 to .5."""

ASKING = frozenset(
    analyse(
        "what did do does we i you learn learned learnt know knew about how why when which who tell show me find found "
        "anything something ever us our there any "
        "什么 我们 学到 知道 关于 怎么 怎样 为什么 哪些 有没有 告诉 什么样 学到了"
    )
)
"""Words of the question itself, left out where others remain."""

Encode = Callable[[Sequence[str], bool], NDArray[np.float32]]
"""(texts, whether they are queries) → (n, d) unit vectors."""


def scores(text: str, entries: Sequence[Entry], encode: Encode | None) -> Floats:
    """(n,) how well each entry answers; NaN for those that do not at all.

    Args:
        encode: None where the shop has no encoder.
    """
    if not entries:
        return np.empty(0)
    words, complete, matched = _words(text, entries)
    if encode is None:
        found = (WORDS * words + COMPLETE * complete) / (WORDS + COMPLETE)
        return np.where(matched, found, np.nan)
    near = _nearness(text, entries, encode)
    found = WORDS * words + COMPLETE * complete + MEANING * near
    return np.where(matched | (near >= NEAR), found, np.nan)


def passage(entry: Entry) -> str:
    """The text that stands for the entry in the encoder's space."""
    return "\n".join(f"{each.title}. {each.text}" for each in entry.words.values())


def only_asks(text: str) -> bool:
    """Whether all words are those of a question: "what did we learn"."""
    tokens = analyse(text)
    return bool(tokens) and all(each in ASKING for each in tokens)


def asked(text: str) -> list[str]:
    """The tokens that are looked for, each once."""
    tokens = list(dict.fromkeys(analyse(text)))
    return [each for each in tokens if each not in ASKING] or tokens


def _words(text: str, entries: Sequence[Entry]) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """BM25 in 0..1, 1.0 where every word stands in the entry, and whether any does."""
    tokens = asked(text)
    n = len(entries)
    if not tokens:
        return np.zeros(n), np.zeros(n), np.zeros(n, np.bool_)
    counts, lengths = np.zeros((n, len(tokens), len(FIELDS))), np.zeros((n, len(FIELDS)))
    for row, entry in enumerate(entries):
        for field, content in enumerate(_fields(entry)):
            counted, length = _counted(content)
            lengths[row, field] = length
            counts[row, :, field] = [counted.get(token, 0) for token in tokens]
    having = np.asarray((counts > 0).any(axis=2), np.bool_)
    filled = (lengths > 0).sum(axis=0)
    averages: Floats = np.divide(lengths.sum(axis=0), filled, out=np.zeros(len(FIELDS)), where=filled > 0)
    worth = inverse_frequency(n, having.sum(axis=0))
    found = share(weighted_counts(counts, lengths, averages, FIELD_WEIGHTS, B), worth, K1)
    return found, np.asarray(having.all(axis=1), np.float64), np.asarray(having.any(axis=1), np.bool_)


def _fields(entry: Entry) -> tuple[str, str, str]:
    """What stands in FIELDS, all languages together."""
    titles = "\n".join(each.title for each in entry.words.values())
    texts = "\n".join(each.text for each in entry.words.values())
    return titles, texts, " ".join([entry.what.replace("_", " "), *(_plain(each) for each in entry.about)])


def _plain(subject: str) -> str:
    """The words of a subject in both languages: "scenario:goes_with" as "scenario goes with 场景 搭配"."""
    kind, _, name = subject.partition(":")
    return f"{kind} {name} {CHINESE.get(kind, '')} {CHINESE.get(name, '')}".replace("_", " ")


@lru_cache(maxsize=50_000)
def _counted(content: str) -> tuple[Counter[str], int]:
    tokens = analyse(content)
    return Counter(tokens), len(tokens)


def _nearness(text: str, entries: Sequence[Entry], encode: Encode) -> Floats:
    """(n,) cosine above that with the mean entry, as a share of the way to 1; see pipeline/retrievers/dense.py."""
    vectors, query = encode([passage(each) for each in entries], False), encode([text], True)[0]
    mean = min(float(vectors.mean(axis=0) @ query), 0.99) if len(entries) > 1 else 0.0
    near: Floats = np.asarray((vectors @ query - mean) / (1 - mean), np.float64)
    return near
