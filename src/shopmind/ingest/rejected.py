"""rejected.ndjson: rows that did not get in, each with its file, line and reason, and pseudonyms instead of people."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from shopmind.domain.link import USER_LINKS
from shopmind.kit.files import storage_faults, write_whole
from shopmind.privacy.pseudonym import Pseudonyms
from shopmind.stores.lease import changing

_LONGEST_TEXT = 500


class RejectedFile:
    """Appends durably; a row that is rejected again for the same reason is not written again. Several may write."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with changing(path):
            self._keys = {str(row.get("key")) for row in self._rows()}
        self._met: set[str] = set()

    def write(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Appends what is new; on disk when it returns.

        Args:
            lines: each with digest (of the file), file, line, reason, message, field and row.
        """
        fresh = []
        for line in lines:
            key = f"{str(line['digest'])[:16]}-{line['line']}-{line['reason']}"
            self._met.add(key)
            if key not in self._keys:
                self._keys.add(key)
                told = {name: value for name, value in line.items() if name != "digest"}
                fresh.append(orjson.dumps({"key": key, **told}, default=str, option=orjson.OPT_NON_STR_KEYS) + b"\n")
        if fresh:
            with changing(self.path), storage_faults(self.path), open(self.path, "ab") as file:
                file.write(b"".join(fresh))
                file.flush()
                os.fsync(file.fileno())

    def settle(self, digest: str) -> None:
        """Once a file was read to its end: drops its rows of earlier runs that got in this time."""
        prefix = f"{digest[:16]}-"
        stale = {key for key in self._keys - self._met if key.startswith(prefix)}
        if stale:
            with changing(self.path):
                kept = [row for row in self._rows() if row.get("key") not in stale]
                write_whole(self.path, b"".join(orjson.dumps(row) + b"\n" for row in kept))
            self._keys -= stale

    def _rows(self) -> list[dict[str, Any]]:
        """The rows on disk. A last line that a kill cut short is removed: its batch was not acknowledged."""
        if not self.path.is_file():
            return []
        content = self.path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        if len(whole) < len(content):
            write_whole(self.path, whole)
        rows = []
        for line in whole.splitlines():
            try:
                rows.append(orjson.loads(line))
            except orjson.JSONDecodeError:
                continue
        return rows


def without_names(row: Mapping[str, Any], table: str, pseudonyms: Pseudonyms) -> dict[str, Any]:
    """A raw row fit to be kept: user and session ids as pseudonyms, missing values left out, long texts cut."""
    users = {"user_id"}
    if table == "links" and str(row.get("type")).strip().lower() in USER_LINKS:
        users |= {"source_id", "target_id"}
    kept: dict[str, Any] = {}
    for name, value in row.items():
        if value is None or name == "":
            continue
        if name in users:
            value = pseudonyms.user(_as_id(value))
        elif name == "session_id":
            value = pseudonyms.session(_as_id(value))
        elif isinstance(value, str) and len(value) > _LONGEST_TEXT:
            value = value[:_LONGEST_TEXT] + "…"
        elif isinstance(value, int) and abs(value) >= 2**63:
            value = str(value)
        kept[name] = value
    return kept


def _as_id(value: object) -> str:
    return str(int(value) if isinstance(value, float) and value.is_integer() else value).strip()
