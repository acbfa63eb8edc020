"""The part of the client that is about messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from shopmind.client.answers import RowResult
from shopmind.client.calls import Calls, Row
from shopmind.client.typed import read_all


@dataclass(frozen=True, slots=True)
class MessageCount:
    """How many messages of a run are in one state: planned, sending, sent, failed, unknown or skipped."""

    campaign: str
    run: str
    channel: str
    state: str
    why: str
    messages: int


class Messages(Calls):
    """Contacts, stops, and how messages stand."""

    def put_contacts(self, contacts: Row | Sequence[Row]) -> list[RowResult]:
        """Where people are reached: rows of user_id, channel and address; an empty address takes the contact away."""
        return self._write("v1/contacts", [contacts] if isinstance(contacts, Mapping) else contacts)

    def put_stops(self, stops: Row | Sequence[Row]) -> list[RowResult]:
        """Sends people nothing more: rows of user_id, channel (all when left out) and why."""
        return self._write("v1/stops", [stops] if isinstance(stops, Mapping) else stops)

    def messages(self) -> list[MessageCount]:
        """How the messages of every run stand; nobody is named."""
        return read_all(MessageCount, self._call("GET", "v1/messages")["messages"])

    def unsubscribe(self, token: str) -> None:
        """What the button of the page in a message does: ends the messages of its channel; the token is the key.

        Raises:
            NotFoundError: no message was sent with this token.
        """
        self._page("POST", f"unsubscribe/{quote(token, safe='')}")
