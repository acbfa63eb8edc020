"""Chinese words by jieba, loaded at the first Chinese text; pairs of characters catch what it cuts differently."""

from __future__ import annotations

import logging
import threading
import warnings
from functools import cache, lru_cache
from typing import Any

STOP = frozenset("的了和与及或是在吗呢吧啊也都就这那")
_CACHED_RUN = 40
_LONGEST_RUN = 256  # jieba's time grows with the square of a run
_lock = threading.Lock()


def han_tokens(run: str) -> tuple[str, ...]:
    """Words, their last character and pairs of characters of the first 256 characters of a run of Chinese.

    Chinese nouns end in their head, as 茶 in 绿茶: the last character of a word lets the query 茶 find 绿茶.
    """
    return _cached_tokens(run) if len(run) <= _CACHED_RUN else _han_tokens(run[:_LONGEST_RUN])


def _han_tokens(run: str) -> tuple[str, ...]:
    if len(run) == 1:
        return () if run in STOP else (run,)
    segmenter = _segmenter()
    tokens: list[str] = []
    for word in segmenter.cut(run):
        if word in STOP:
            continue
        tokens += [part for part in _inner(word) if segmenter.FREQ.get(part)]
        tokens.append(word)
        if len(word) > 1 and word[-1] not in STOP:
            tokens.append(word[-1])
    words = set(tokens)
    tokens += [pair for pair in pairs(run) if pair not in words and not STOP.intersection(pair)]
    return tuple(tokens)


_cached_tokens = lru_cache(maxsize=50_000)(_han_tokens)


def _inner(word: str) -> list[str]:
    """The shorter words that may hide in a long one, as jieba's search mode looks for them."""
    return [word[i : i + n] for n in (2, 3) if len(word) > n for i in range(len(word) - n + 1)]


def in_pieces(run: str) -> list[str]:
    """A run cut so that each piece is read whole by `han_tokens`."""
    return [run[i : i + _LONGEST_RUN] for i in range(0, len(run), _LONGEST_RUN)]


def pairs(run: str) -> list[str]:
    """Each two neighbours; a single character stands for itself."""
    return [run[i : i + 2] for i in range(len(run) - 1)] if len(run) > 1 else [run]


def cut(run: str) -> list[str]:
    """A run of Chinese as words that do not overlap; together they are the run."""
    return list(_cached_cut(run)) if len(run) <= _CACHED_RUN else [w for p in in_pieces(run) for w in _cut(p)]


def _cut(run: str) -> tuple[str, ...]:
    return tuple(_segmenter().cut(run)) if len(run) > 1 else (run,)


_cached_cut = lru_cache(maxsize=50_000)(_cut)


def _segmenter() -> Any:
    with _lock:
        return _load()


@cache
def _load() -> Any:
    """jieba without its cache file: it would be read by `marshal` from the shared temporary folder, where anyone may
    have put it. Building the dictionary takes half a second, once a process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jieba 0.42 has invalid escapes in its regular expressions
        import jieba
        import jieba.finalseg
    jieba.setLogLevel(logging.CRITICAL)
    segmenter = jieba.Tokenizer()
    segmenter.FREQ, segmenter.total = segmenter.gen_pfdict(segmenter.get_dict_file())
    segmenter.initialized = True
    return segmenter
