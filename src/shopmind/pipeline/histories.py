"""What each user did, kept in memory and read on from the store with every request."""

from __future__ import annotations

import threading
from collections import OrderedDict

from shopmind.domain import EventType, History
from shopmind.stores.ports import Events


class Histories:
    """The newest events of recent users; each request reads only what came since the last one.

    So an event that any process has written is in the next answer, and nothing has to be invalidated but by erasure.

    Args:
        events: the log.
        limit: newest events of one user.
        users: how many users are kept.
    """

    def __init__(self, events: Events, *, limit: int, users: int = 2_000) -> None:
        self._events = events
        self._limit = limit
        self._users = users
        self._held: OrderedDict[tuple[str | None, str | None], History] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, user_id: str | None, session_id: str | None) -> History:
        """The history of a user, of an anonymous session, or of both joined; pseudonyms."""
        if user_id is None and session_id is None:
            return History.empty()
        key = (user_id, session_id)
        with self._lock:
            held = self._held.get(key)
        mark = int(held.numbers.max(initial=0)) if held is not None else 0
        later = self._events.history(user_id, session_id, after=mark, limit=self._limit)
        if held is not None and not len(later):
            return held
        found = (later if held is None else held.joined(later)).last(self._limit)
        with self._lock:
            self._held[key] = found
            self._held.move_to_end(key)
            while len(self._held) > self._users:
                self._held.popitem(last=False)
        return found

    def ever(self, user_id: str | None, session_id: str | None, event_type: EventType) -> bool:
        """Whether they did such a thing, which one look at the log tells without reading a history."""
        return self._events.ever(user_id, session_id, event_type)

    def forget_all(self) -> None:
        """Empties the memory; after an erasure."""
        with self._lock:
            self._held.clear()
