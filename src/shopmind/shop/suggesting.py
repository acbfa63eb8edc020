"""Completions of what is being typed: the asker's own first, then what others look for and what the shop has."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from typing import cast

import numpy as np

from shopmind.domain import Suggestion, SuggestionKind
from shopmind.kit.clock import Clock
from shopmind.kit.errors import ShopmindError
from shopmind.pipeline.histories import Histories
from shopmind.shop.phrase_sources import worth_suggesting
from shopmind.stores.columns import TextColumn
from shopmind.stores.ports import Artifacts, Catalogue, Events, Users
from shopmind.text.normalise import fold
from shopmind.text.phrases import Phrases, matches

LOOK_EVERY_S = 60.0
SHARE_OF_TIME = 0.03
"""The tables are made again at most so much of the time, however fast the catalogue changes."""

REST_S = 0.002
"""How long the thread that makes them sleeps after a burst of work, so that answers get the interpreter at once."""

MOST_OWN = 3
OWN_SEARCHES = 50
OWN_EVENTS = 100
MOST_CATEGORIES = 10


class Suggestions:
    """Completions from tables in memory, which a thread makes again when the shop has changed; a keystroke never waits.

    Only the very first call makes the tables itself; a server makes it before it takes requests.

    Args:
        kinds: of the items that search shows.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        events: Events,
        users: Users,
        artifacts: Artifacts,
        histories: Histories,
        clock: Clock,
        *,
        kinds: tuple[str, ...],
    ) -> None:
        self._catalogue = catalogue
        self._events = events
        self._users = users
        self._artifacts = artifacts
        self._histories = histories
        self._clock = clock
        self._kinds = kinds
        self._lock = threading.Lock()
        self._phrases: Phrases | None = None
        self._mark: tuple[int, int] = (-1, -1)
        self._next_look = 0.0
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def complete(
        self, typed: str, n: int, *, user_id: str | None = None, session_id: str | None = None
    ) -> list[Suggestion]:
        """At most n completions, the asker's own first, then best first; each text once.

        Args:
            user_id, session_id: pseudonyms; None where the answer must not depend on who asks.
        """
        phrases = self._current()
        found = self._own(phrases, typed, n, user_id, session_id)
        for each in phrases.complete(typed, n):
            kind = cast(SuggestionKind, each.phrase.kind)
            found.append(Suggestion(each.phrase.text, kind, forgiven=each.forgiven))
        seen: dict[str, Suggestion] = {}
        for suggestion in found:
            seen.setdefault(fold(suggestion.text), suggestion)
        return list(seen.values())[: max(n, 0)]

    def forget(self) -> None:
        """After an erasure: what was learned from searches is made again at once."""
        self._mark = (-1, -1)
        if self._phrases is not None:
            self._look()

    def wait(self) -> None:
        """Returns when no tables are being made."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def close(self) -> None:
        """Ends the thread."""
        self._stop.set()
        self.wait()

    def _own(
        self, phrases: Phrases, typed: str, n: int, user_id: str | None, session_id: str | None
    ) -> list[Suggestion]:
        """Past searches of the asker, newest first, then categories they look into; none for who refuses it."""
        if not typed.strip() or (user_id is None and session_id is None):
            return []
        user = None if user_id is None else self._users.get(user_id)
        if user is not None and user.consent.get("personalise") is False:
            return []
        searches = self._events.asked(user_id, session_id, OWN_SEARCHES)
        most = min(MOST_OWN, max(1, n // 2))
        own = [Suggestion(text, "query", own=True) for text in searches if matches(typed, text)][:most]
        categories = [name for name in self._categories_of(user_id, session_id) if matches(typed, name)]
        return own + [Suggestion(name, "category", own=True) for name in categories if phrases.holds(name)][:1]

    def _categories_of(self, user_id: str | None, session_id: str | None) -> list[str]:
        """Names of the categories of what the asker did, most frequent first."""
        column = self._catalogue.columns().column("categories")
        items = self._histories.of(user_id, session_id).last(OWN_EVENTS).items
        if not isinstance(column, TextColumn) or not len(items):
            return []
        codes = column.codes[items[items < len(column.codes)]]
        names: Counter[str] = Counter()
        for code, times in zip(*np.unique(codes[codes >= 0], return_counts=True), strict=True):
            names.update(dict.fromkeys(column.vocabulary[code].split(" > "), int(times)))
        return [name for name, _ in names.most_common(MOST_CATEGORIES)]

    def _current(self) -> Phrases:
        phrases = self._phrases
        if phrases is None:
            with self._lock:
                if self._phrases is None:
                    self._make(resting=False)
                phrases = self._phrases
        elif time.monotonic() >= self._next_look:
            self._look()
        return phrases if phrases is not None else Phrases(())

    def _look(self) -> None:
        """Starts the thread that looks for changes, unless it runs or another keystroke is starting it."""
        if self._stop.is_set() or not self._lock.acquire(blocking=False):
            return
        try:
            if self._thread is None or not self._thread.is_alive():
                self._next_look = time.monotonic() + LOOK_EVERY_S
                self._thread = threading.Thread(target=self._follow, name="suggestions", daemon=True)
                self._thread.start()
        finally:
            self._lock.release()

    def _follow(self) -> None:
        try:
            if self._mark != (self._catalogue.last_change(), self._events.last_number()):
                self._make(resting=True)
        except _StoppedError:
            pass
        except ShopmindError:
            logging.getLogger(__name__).exception("suggestions could not be made again; the older ones stay")

    def _make(self, *, resting: bool) -> None:
        started = time.monotonic()
        mark = (self._catalogue.last_change(), self._events.last_number())
        popularity = self._artifacts.load("popularity")
        source = worth_suggesting(
            self._catalogue,
            self._events,
            self._clock(),
            kinds=self._kinds,
            popularity=None if popularity is None else popularity.arrays["scores"],
        )
        self._phrases = Phrases(source, self._rest if resting else lambda: None)
        self._mark = mark
        took = time.monotonic() - started
        self._next_look = time.monotonic() + max(LOOK_EVERY_S, took / SHARE_OF_TIME)

    def _rest(self) -> None:
        if self._stop.wait(REST_S):
            raise _StoppedError


class _StoppedError(Exception):
    """The shop is being closed."""
