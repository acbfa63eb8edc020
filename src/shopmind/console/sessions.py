"""Who is at the console: kept in memory alone, so that a key is never on a disk, in a cookie or in an address."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from shopmind.client import Client

MOST = 1_000
"""Sessions at a time; the one that was idle longest makes room."""
TIMEOUT_S = 60.0


@dataclass(eq=False, slots=True)
class Session:
    """One visitor's browser.

    Attributes:
        client: with the visitor's key; without one it speaks to an open shop only, and is the same for everyone.
        known: whether a key was given.
        language: "en" or "zh"; "" until it is chosen or guessed from the browser.
        dark: None follows the browser.
        kept: what pages remember of the visitor, page name first.
    """

    client: Client
    known: bool = False
    language: str = ""
    dark: bool | None = None
    seen_at_s: float = 0.0
    kept: dict[str, Any] = field(default_factory=dict)


class Sessions:
    """Session id → session, for one console.

    Args:
        api: where the shop is served.
        idle_s: a session that was not seen for so long is gone.
    """

    def __init__(self, api: str, idle_s: float, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._api, self._idle_s, self._now_s = api, idle_s, now_s
        self._held: dict[str, Session] = {}
        self._without_key = self.client(None)
        self._lock = threading.Lock()

    def of(self, session_id: str) -> Session:
        """The session of an id, a new one without a key where there is none."""
        with self._lock:
            now_s = self._now_s()
            session = self._held.get(session_id)
            if session is None or now_s - session.seen_at_s > self._idle_s:
                session = Session(self._without_key)
            self._keep(session_id, session, now_s)
            return session

    def log_in(self, former_id: str, key: str) -> str:
        """A session with a key under a new id, so that nobody who planted the former one is let in with it."""
        with self._lock:
            former = self._held.pop(former_id, None)
            session = Session(self.client(key), known=True)
            if former is not None:
                session.language, session.dark = former.language, former.dark
            session_id = secrets.token_urlsafe(24)
            self._keep(session_id, session, self._now_s())
            return session_id

    def log_out(self, session_id: str) -> None:
        """Forgets the key and everything else of a session."""
        with self._lock:
            session = self._held.pop(session_id, None)
        if session is not None and session.known:
            session.client.close()

    def client(self, key: str | None) -> Client:
        """A client that tries twice: a page says that the API does not answer, and waits for it by itself."""
        return Client(self._api, key, timeout_s=TIMEOUT_S, tries=2)

    def _keep(self, session_id: str, session: Session, now_s: float) -> None:
        session.seen_at_s = now_s
        self._held.pop(session_id, None)
        self._held[session_id] = session
        for stale in [each for each, held in self._held.items() if now_s - held.seen_at_s > self._idle_s]:
            del self._held[stale]
        while len(self._held) > MOST:
            del self._held[next(iter(self._held))]
