"""Forgets one user: rows, records, rejected lines; marks what learned from them; leaves a receipt without a name."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from shopmind.kit.clock import Clock, format_time
from shopmind.kit.errors import BusyError
from shopmind.kit.files import write_whole
from shopmind.stores.lease import changing
from shopmind.stores.ports import Artifacts, Records, Users
from shopmind.stores.traces import ERASED, ERASING

PENDING = ERASING
RECEIPT = ERASED
STALE = "stale"

_ALL = 2**62


@dataclass(frozen=True)
class Erasure:
    """What an erasure needs to reach.

    Attributes:
        rejected: the file of rejected rows; its rows carry pseudonyms.
        messages: erases a pseudonym's contacts and messages; what → how many.
    """

    users: Users
    records: Records
    artifacts: Artifacts
    rejected: Path
    clock: Clock
    messages: Callable[[str], Mapping[str, int]] = lambda user_id: {}

    def of(self, user_id: str) -> dict[str, Any]:
        """Erases a pseudonym and returns the receipt.

        The pseudonym is noted first, so that a kill in the middle is finished by `resume` at the next opening.
        Erasing an unknown or erased user gives a receipt of zeros.

        Raises:
            BusyError: a letter to the user is being handed over; the note stays, and no other is begun.
        """
        self.records.put(PENDING, user_id, {})
        rejected = self._erase_rejected(user_id)
        messages = self.messages(user_id)
        learned = self._wipe(user_id)
        rows = self.users.erase(user_id)
        stale = self._mark_artifacts() if rows.get("events", 0) else []
        receipt = {
            "receipt_id": secrets.token_hex(8),
            "at": format_time(self.clock()),
            "erased": {**_counts(rows), "rejected_rows": rejected, "learned_rows": learned, **messages},
            "retrain": stale,
        }
        # at once: an answer that was given before is known by one or the other (stores/traces.py)
        self.records.put_instead((PENDING, user_id), RECEIPT, str(receipt["receipt_id"]), receipt)
        return receipt

    def resume(self) -> int:
        """Finishes erasures that a kill interrupted; returns how many. One that is busy is left to the next time."""
        done = 0
        for user_id, _ in self.records.scan(PENDING):
            with contextlib.suppress(BusyError):
                self.of(user_id)
                done += 1
        return done

    def _wipe(self, user_id: str) -> int:
        """Before the user's number is gone: what artifacts hold under it."""
        number = int(self.users.numbers([user_id])[0])
        return self.artifacts.wipe(number) if number > 0 else 0

    def _erase_rejected(self, user_id: str) -> int:
        if not self.rejected.is_file():
            return 0
        with changing(self.rejected):
            lines = self.rejected.read_bytes().splitlines(keepends=True)
            kept = [line for line in lines if not _speaks_of(line, user_id)]
            if len(kept) < len(lines):
                write_whole(self.rejected, b"".join(kept))
        return len(lines) - len(kept)

    def _mark_artifacts(self) -> list[str]:
        """Artifacts fitted before now may have learned from the user; they are marked until they are fitted again."""
        current = self.artifacts.current()
        for name, version in current.items():
            self.records.put(STALE, name, {"version": version, "why": "a user was erased"})
        return sorted(current)


def being_erased(records: Records, user_ids: Sequence[str]) -> set[str]:
    """Those of these pseudonyms whose erasure has begun. To be asked before their consent is read: by the time the note
    is gone, so are they."""
    return {user_id for _, user_id, _ in records.named(PENDING, user_ids, upto=_ALL)}


def _counts(rows: Mapping[str, int]) -> dict[str, int]:
    return {table: int(count) for table, count in sorted(rows.items())}


def _speaks_of(line: bytes, user_id: str) -> bool:
    if user_id.encode() not in line:
        return False
    try:
        row = orjson.loads(line).get("row", {})
    except (orjson.JSONDecodeError, AttributeError):
        return True  # a line cut by a kill that names the user
    return not isinstance(row, dict) or user_id in map(str, row.values())
