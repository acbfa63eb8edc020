"""The part of the client that is about the knowledge log."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shopmind.client.answers import RowResult
from shopmind.client.calls import Calls, Row
from shopmind.client.typed import read_all


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the knowledge log.

    Attributes:
        score: how well it answers; None where nothing was asked.
        metrics: figures; with an interval as value, low and high.
        reason: why it was done, in English.
        data: event_number, change, events and digest of what the shop held.
        code: version and digest of the code that ran.
    """

    key: str
    at_ms: int
    what: str
    about: tuple[str, ...]
    title: str
    text: str
    score: float | None
    by: str
    metrics: Mapping[str, Any]
    reason: str
    data: Mapping[str, Any]
    code: str


class KnowledgeLog(Calls):
    """The knowledge log: asked, and written into."""

    def knowledge(
        self, text: str = "", *, n: int = 10, what: str | None = None, about: str | None = None, language: str = ""
    ) -> list[Entry]:
        """Entries of the knowledge log that answer a question in words, or the newest ones."""
        asked = {"text": text, "n": n, "what": what, "about": about, "language": language}
        given = {name: value for name, value in asked.items() if value is not None}
        return read_all(Entry, self._call("GET", "v1/knowledge", params=given)["entries"])

    def note(self, notes: Row | Sequence[Row]) -> list[RowResult]:
        """Writes into the knowledge log: rows of title, text, about, what, language. Keys are made here, so that a
        call that is repeated leaves one entry."""
        rows = [notes] if isinstance(notes, Mapping) else notes
        return self._write("v1/knowledge", [{"key": secrets.token_hex(12), **row} for row in rows])
