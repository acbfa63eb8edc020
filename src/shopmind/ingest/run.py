"""One run over a source: what all tables share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from shopmind.ingest.checks import CHECKS
from shopmind.ingest.checks.check import Check, Known
from shopmind.ingest.mapping import FileMapping
from shopmind.ingest.readers.batch import Batch
from shopmind.ingest.rejected import RejectedFile, without_names
from shopmind.ingest.report import TableReport
from shopmind.kit.progress import Progress
from shopmind.privacy.pseudonym import Pseudonyms
from shopmind.stores.database import ShopDatabase


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that does not get in."""

    line: int
    reason: str
    message: str
    field: str | None
    row: dict[str, Any] | None


@dataclass(frozen=True)
class Run:
    """What a table needs to be taken in.

    Attributes:
        now_ms: one moment for the whole run.
        shift_ms: how far event times are moved.
        expected: rows to come, for the progress; None when unknown.
        has_users_table: whether the source has users, so that one who is not among them is worth a remark.
    """

    table: str
    database: ShopDatabase
    pseudonyms: Pseudonyms
    mapping: FileMapping
    rejected: RejectedFile
    report: TableReport
    digest: str
    now_ms: int
    currency: str | None
    progress: Progress
    shift_ms: int = 0
    expected: int | None = None
    has_users_table: bool = False
    _known_items: dict[str, bool] = field(default_factory=dict)
    _known_users: dict[str, bool] = field(default_factory=dict)
    _pseudonyms: dict[str, str] = field(default_factory=dict)

    @property
    def where(self) -> str:
        """The file, for messages."""
        return self.report.file

    def checks(self) -> dict[str, Check]:
        """Fresh checks for this table, by name."""
        known = Known(self.table, self.now_ms, self.has_items, self.has_users, self.mapping.duplicates == "drop")
        loaded = {name: CHECKS.load(name) for name in CHECKS}
        return {name: check(known) for name, check in loaded.items() if self.table in check.tables}

    def has_items(self, item_ids: Sequence[str]) -> list[bool]:
        """Which of these the catalogue holds."""
        return _known(item_ids, self._known_items, lambda ids: self.database.catalogue.numbers(ids).tolist())

    def has_users(self, user_ids: Sequence[str]) -> list[bool]:
        """Which of these raw ids were in the users table before; all, where the source brings no users."""
        if not self.has_users_table:
            return [True] * len(user_ids)
        return _known(
            user_ids,
            self._known_users,
            lambda ids: self.database.users.numbers([self.user(each) for each in ids]).tolist(),
        )

    def user(self, user_id: str) -> str:
        """The pseudonym of a raw user id, made once a run."""
        found = self._pseudonyms.get(user_id)
        if found is None:
            found = self._pseudonyms[user_id] = self.pseudonyms.user(user_id)
        return found

    def seen(self, batch: Batch) -> None:
        """Counts a batch, and refuses its bad lines."""
        self.report.read += len(batch.lines) + len(batch.bad)
        self.report.mended.update(dict(batch.mended))
        self.refuse(
            Refusal(bad.line, bad.reason, bad.message, None, {"text": bad.text} if self.table == "items" else None)
            for bad in batch.bad
        )

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Writes rows to the rejected file, durably, and counts them."""
        lines = []
        for refusal in refusals:
            self.report.rejected[refusal.reason] += 1
            row = None if refusal.row is None else without_names(refusal.row, self.table, self.pseudonyms)
            lines.append(
                {
                    "digest": self.digest,
                    "file": self.where,
                    "table": self.table,
                    "line": refusal.line,
                    "reason": refusal.reason,
                    "field": refusal.field,
                    "message": refusal.message,
                    "row": row,
                }
            )
        self.rejected.write(lines)

    def inspect(
        self, checks: dict[str, Check], frame: pl.DataFrame, raw: pl.DataFrame, lines: Sequence[int]
    ) -> pl.DataFrame:
        """The frame after all checks: without what they reject, with what they mend.

        Args:
            frame: with a column `index`, the row's place in `raw` and `lines`.
        """
        refusals: list[Refusal] = []
        for name, check in checks.items():
            finding = check.look(frame)
            count = int(finding.rows.sum())
            if not count:
                continue
            self.report.words[name] = check.words
            if check.verdict == "remark":
                self.report.remarks[name] += count
            elif check.verdict == "mend":
                self.report.mended[name] += count
                frame = frame.with_columns(finding.mended)
            else:
                for place in frame["index"].filter(finding.rows).to_list():
                    row = raw.row(place, named=True)
                    message = f"{self.where} line {lines[place]}: {check.words}"
                    refusals.append(Refusal(lines[place], name, message, check.field, row))
                frame = frame.filter(~finding.rows)
        self.refuse(refusals)
        return frame

    def conclude(self, checks: dict[str, Check]) -> None:
        """Adds what the checks found over the whole table, and settles the rejected file."""
        for name, check in checks.items():
            remark = check.close()
            if remark.count:
                self.report.words[name] = check.words
                self.report.remarks[name] += remark.count
                self.report.examples[name] = remark.examples
        self.rejected.settle(self.digest)

    def advance(self) -> None:
        """Reports the progress."""
        self.progress(self.table, self.report.read, self.expected)


def _known(ids: Sequence[str], cache: dict[str, bool], ask: Any) -> list[bool]:
    new = [each for each in dict.fromkeys(ids) if each not in cache]
    if new:
        for each, number in zip(new, ask(new), strict=True):
            cache[each] = number >= 0
    return [cache[each] for each in ids]
