"""The part of the client that is about the knowledge log."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from shopmind.client.answers import RowResult
from shopmind.client.calls import Calls, Row


class KnowledgeLog(Calls):
    """The knowledge log: asked, and written into."""

    def knowledge(
        self, text: str = "", *, n: int = 10, what: str | None = None, about: str | None = None, language: str = ""
    ) -> list[dict[str, Any]]:
        """Entries of the knowledge log that answer a question in words, or the newest ones, as the API tells them."""
        asked = {"text": text, "n": n, "what": what, "about": about, "language": language}
        given = {name: value for name, value in asked.items() if value is not None}
        found: list[dict[str, Any]] = self._call("GET", "v1/knowledge", params=given)["entries"]
        return found

    def note(self, notes: Row | Sequence[Row]) -> list[RowResult]:
        """Writes into the knowledge log: rows of title, text, about, what, language. Keys are made here, so that a
        call that is repeated leaves one entry."""
        rows = [notes] if isinstance(notes, Mapping) else notes
        return self._write("v1/knowledge", [{"key": secrets.token_hex(12), **row} for row in rows])
