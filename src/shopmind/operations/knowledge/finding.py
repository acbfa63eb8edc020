"""Finds entries as the scenario "search" finds items: the same analyser, BM25 over fields, and meaning beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from shopmind.operations.knowledge.chinese import CHINESE
from shopmind.operations.knowledge.entry import Entry, Words
from shopmind.text.analyse import analyse
from shopmind.text.bm25 import inverse_frequency, share, weighted_counts

Floats = NDArray[np.float64]

FIELDS = ("title", "text", "about")
FIELD_WEIGHTS = np.array([3.0, 1.0, 2.0])
K1, B = 0.6, 0.5
WORDS, COMPLETE, MEANING = 0.55, 0.08, 0.74
"""Shares of BM25, of entries that have every word, and of nearness, added by value as in the scenario "search"; meaning
weighs what it weighs there for Chinese, for a log holds two languages. Without an encoder the rest are parts of 1."""
NEAR = 0.1
"""Least nearness of an entry that has none of the words. Asked about something else, the nearest of a log lies at .06
to .23; one that says the same in other words at .14 to .45, in the other language at .01 to .24 (e5)."""
FEW = 2
"""So many entries of the mean of all are added to the mean of a language: one of few says little."""

ASKING = (
    "what did do does we i you learn learned learnt know knew about how why when which who tell show me find found "
    "anything something ever us our there any "
    "什么 我们 学到 知道 关于 怎么 怎样 为什么 哪些 有没有 告诉 什么样 学到了"
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


def passage(words: Words) -> str:
    """The text that stands for one language of an entry in the encoder's space."""
    return f"{words.title}. {words.text}"


def only_asks(text: str) -> bool:
    """Whether all words are those of a question: "what did we learn"."""
    tokens = analyse(text)
    return bool(tokens) and all(each in _asking() for each in tokens)


def asked(text: str) -> list[str]:
    """The tokens that are looked for, each once."""
    tokens = list(dict.fromkeys(analyse(text)))
    return [each for each in tokens if each not in _asking()] or tokens


@cache
def _asking() -> frozenset[str]:
    """ASKING as tokens; made when first asked: its Chinese words take a dictionary of a second."""
    return frozenset(analyse(ASKING))


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
    """(n,) of an entry's nearest language, the cosine above that of the mean entry in that language, as a share of the
    way to 1; see pipeline/retrievers/dense.py.

    Texts of one language are nearer to each other than what they say: compared with the mean of all, a question would
    find entries of its own language first.
    """
    rows, languages, passages = [], [], []
    for row, entry in enumerate(entries):
        for language, words in entry.words.items():
            rows.append(row)
            languages.append(language)
            passages.append(passage(words))
    cosines = np.asarray(encode(passages, False) @ encode([text], True)[0], np.float64)
    overall, spoken = float(cosines.mean()), np.array(languages)
    found = np.full(len(entries), -np.inf)
    for language in dict.fromkeys(languages):
        mine = spoken == language
        mean = (cosines[mine].sum() + FEW * overall) / (np.count_nonzero(mine) + FEW)
        centre = min(float(mean), 0.99)
        np.maximum.at(found, np.array(rows)[mine], (cosines[mine] - centre) / (1 - centre))
    return found
