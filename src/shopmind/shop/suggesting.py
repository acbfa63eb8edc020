"""Completions of what is being typed: past queries first, then categories and titles, by prefix."""

from __future__ import annotations

import bisect
import threading
import time

from shopmind.stores.columns import TextColumn
from shopmind.stores.ports import Catalogue, Events
from shopmind.text.normalise import fold

LONGEST_PREFIX = 100
MOST_TITLES = 200_000
REFRESH_S = 60.0


class Suggestions:
    """A sorted list of phrases with weights; made at the first call and again when the catalogue has changed."""

    def __init__(self, catalogue: Catalogue, events: Events) -> None:
        self._catalogue = catalogue
        self._events = events
        self._lock = threading.Lock()
        self._phrases: list[tuple[str, str, float]] = []
        self._made_at = -REFRESH_S
        self._change = -1

    def complete(self, prefix: str, n: int) -> list[str]:
        """At most n phrases that begin with the prefix, or have a word that does; most wanted first."""
        wanted = fold(prefix[:LONGEST_PREFIX]).strip()
        if not wanted or n < 1:
            return []
        phrases = self._fresh()
        start = bisect.bisect_left(phrases, (wanted,))
        found: dict[str, float] = {}
        for key, phrase, weight in phrases[start : start + 2_000]:
            if not key.startswith(wanted):
                break
            found[phrase] = max(weight, found.get(phrase, 0.0))
        return sorted(found, key=lambda phrase: (-found[phrase], len(phrase), phrase))[:n]

    def _fresh(self) -> list[tuple[str, str, float]]:
        if time.monotonic() - self._made_at > REFRESH_S and self._lock.acquire(blocking=not self._phrases):
            try:
                change = self._catalogue.last_change()
                if change != self._change or not self._phrases:
                    self._phrases = self._make()
                    self._change = change
                self._made_at = time.monotonic()
            finally:
                self._lock.release()
        return self._phrases

    def _make(self) -> list[tuple[str, str, float]]:
        weights: dict[str, float] = {}
        for text, count in self._events.queries():
            weights[text] = weights.get(text, 0.0) + 10.0 * count
        columns = self._catalogue.columns()
        for name, worth in (("category", 5.0), ("brand", 3.0), ("title", 1.0)):
            column = columns.column(name)
            if isinstance(column, TextColumn):
                for phrase in column.vocabulary[:MOST_TITLES]:
                    weights[phrase] = max(weights.get(phrase, 0.0), worth)
        return sorted((key, phrase, weight) for phrase, weight in weights.items() for key in _keys(phrase))


def _keys(phrase: str) -> set[str]:
    """The phrase from its start and from each of its first words on, in plain letters."""
    words = fold(phrase).split()
    return {" ".join(words[start:])[:LONGEST_PREFIX] for start in range(min(len(words), 3))}
