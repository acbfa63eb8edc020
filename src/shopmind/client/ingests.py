"""The part of the client that is about what was taken in."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from shopmind.client.calls import Calls
from shopmind.client.catalogue import Ingest, Rejected, RejectedPage
from shopmind.client.typed import read, read_all


class Ingests(Calls):
    """Reports of ingest, and rows that did not get in."""

    def ingests(self) -> list[Ingest]:
        """The newest runs, newest first."""
        return read_all(Ingest, self._call("GET", "v1/ingests")["ingests"])

    def rejected(
        self, *, reason: str = "", file: str = "", n: int = 50, offset: int = 0, cursor: str | None = None
    ) -> RejectedPage:
        """Rows that did not get in, newest first; raises InputError for a reason or file of which there is none."""
        asked = {"reason": reason, "file": file, "n": n, "offset": offset}
        named = {} if cursor is None else {"cursor": cursor}
        return read(RejectedPage, self._call("GET", "v1/ingests/rejected", params={**asked, **named}))

    def rejected_file(self) -> Iterator[Rejected]:
        """All of them, oldest first."""
        for line in self._page("GET", "v1/ingests/rejected/file").splitlines():
            yield read(Rejected, orjson.loads(line))
