"""The part of the client that reports what people saw and did."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from shopmind.client import reporting
from shopmind.client.answers import RowResult
from shopmind.client.calls import Calls, Row
from shopmind.domain import EventType, Slate


class Telling(Calls):
    """Events."""

    def track(self, events: Row | Sequence[Row]) -> list[RowResult]:
        """Reports events; they are on disk when this returns. Events without an id are given one here."""
        rows = [events] if isinstance(events, Mapping) else events
        return self._write("v1/events", [{"event_id": secrets.token_hex(12), **row} for row in rows])

    def saw(
        self,
        slate: Slate,
        *,
        user: str | None = None,
        session: str | None = None,
        positions: Sequence[int] | None = None,
    ) -> list[RowResult]:
        """Reports which hits of a slate were seen (all, or those at these positions); twice is once."""
        return self.track(reporting.impressions(slate, user=user, session=session, positions=positions))

    def did(
        self,
        kind: EventType,
        item_id: str,
        *,
        slate: Slate | None = None,
        user: str | None = None,
        session: str | None = None,
        **more: Any,
    ) -> RowResult:
        """Reports a click, a purchase or the like of an item, echoing the slate it was taken from.

        Args:
            more: other fields of an event: value, currency, quantity, order_id, timestamp, attributes.

        Raises:
            InputError: an unknown type, or an item that the slate does not hold.
        """
        return self.track(reporting.doing(kind, item_id, slate=slate, user=user, session=session, **more))[0]
