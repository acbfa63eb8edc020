"""An event of a user who is not in the users table."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from shopmind.ingest.checks.check import Finding, RowCheck, Verdict, where


class UnknownUser(RowCheck):
    """Remarks on it: the user is made without attributes."""

    tables: ClassVar = ("events",)
    field: ClassVar = "user_id"
    words: ClassVar = "user_id was not in the users table; the user has no attributes"
    specimen: ClassVar = ({"type": "view", "item_id": "tea-01", "user_id": "stranger"},)
    verdict: Verdict = "remark"

    def look(self, frame: pl.DataFrame) -> Finding:
        """See Check."""
        distinct = frame["user_id"].drop_nulls().unique()
        known = pl.Series(self.known.has_users(distinct.to_list()), dtype=pl.Boolean)
        return Finding(where(frame, pl.col("user_id").is_in(distinct.filter(~known).implode())))
