"""The contract of a check: quiet about a sound shop, and it finds its own specimen."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest

from shopmind.ingest.checks import CHECKS
from shopmind.ingest.checks.check import ITEM_VIEW, Check, Known
from shopmind.ingest.ingest import ingest
from shopmind.ingest.report import TableReport
from shopmind.kit.clock import format_time
from shopmind.privacy.pseudonym import Pseudonyms
from shopmind.samples import write_tiny
from shopmind.stores.database import open_database
from shopmind.stores.ports import EVENT_FRAME

NOW_MS = 1_790_000_000_000


class CheckSuite:
    """Subclass it and give a fixture `check_name`: a name of the menu."""

    @pytest.fixture
    def kind(self, check_name: str) -> Any:
        """The check's class."""
        return CHECKS.load(check_name)

    def test_it_says_what_is_wrong_and_where(self, kind: Any) -> None:
        """Words for the report, a field for the rejected file."""
        assert kind.words
        assert kind.field
        assert kind.tables
        assert kind.__doc__

    def test_an_empty_frame_has_no_fault(self, kind: Any) -> None:
        """No rows, no findings, no crash."""
        for table in kind.tables:
            check = self._made(kind, table)
            for _ in range(2):
                finding = check.look(empty_frame(table))
                assert len(finding.rows) == 0
            assert check.close().count == 0

    def test_it_speaks_of_every_row(self, kind: Any) -> None:
        """The mask is as long as the frame, also when all values are missing, and never null."""
        for table in kind.tables:
            check = self._made(kind, table)
            frame = pl.concat([empty_frame(table), nothing(table, 3)])
            finding = check.look(frame)
            assert finding.rows.dtype == pl.Boolean
            assert finding.rows.len() == 3
            assert finding.rows.null_count() == 0
            assert all(column.name in frame.columns and len(column) == 3 for column in finding.mended)
            assert check.verdict in ("reject", "mend", "remark")

    def test_a_sound_shop_is_sound(self, check_name: str) -> None:
        """Nothing of the tiny shop is rejected, mended or remarked on."""
        for report in sound().values():
            assert check_name not in {*report.rejected, *report.mended, *report.remarks}

    def test_it_finds_its_specimen(self, check_name: str, kind: Any, tmp_path: Path) -> None:
        """Added to the tiny shop, the specimen is found, and all other rows get in."""
        table = kind.tables[0]
        reports = taken(tmp_path, **{table: kind.specimen})
        report = reports[table]
        found = {"reject": report.rejected, "mend": report.mended, "remark": report.remarks}
        verdict = self._made(kind, table).verdict
        assert found[verdict][check_name] >= 1
        assert report.read == report.accepted + report.rejected.total()
        assert report.rejected.total() == (found[verdict][check_name] if verdict == "reject" else 0)
        assert report.words[check_name] == kind.words

    @staticmethod
    def _made(kind: Any, table: str) -> Check:
        made: Check = kind(Known(table, NOW_MS, lambda ids: [False] * len(ids), lambda ids: [False] * len(ids)))
        return made


def empty_frame(table: str) -> pl.DataFrame:
    """What checks see of a table without rows."""
    if table == "events":
        return pl.DataFrame(schema={"index": pl.Int64, **EVENT_FRAME})
    texts = dict.fromkeys(ITEM_VIEW, pl.String)
    return pl.DataFrame(schema={"index": pl.Int64, **texts, "price": pl.Float64})


def nothing(table: str, rows: int) -> pl.DataFrame:
    """Rows without a single value."""
    schema = empty_frame(table).schema
    return pl.DataFrame({"index": range(rows)}, schema={"index": pl.Int64}).with_columns(
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.items() if name != "index"
    )


@cache
def sound() -> dict[str, TableReport]:
    """What ingest says of the tiny shop as it is: one look with all checks is enough for the tests of each."""
    with tempfile.TemporaryDirectory() as folder:
        return taken(Path(folder))


def taken(folder: Path, **more: Any) -> dict[str, TableReport]:
    """What ingest says of the tiny shop with `more` rows added to its tables."""
    data = write_tiny(folder / "data", NOW_MS)
    for table, rows in more.items():
        with open(data / f"{table}.ndjson", "ab") as file:
            dated = ({"timestamp": format_time(NOW_MS), **row} if table == "events" else row for row in rows)
            file.write(b"".join(orjson.dumps(row) + b"\n" for row in dated))
    database = open_database(f"sqlite:///{folder / 'shop.db'}")
    try:
        report = ingest(data, database, folder, Pseudonyms(b"k" * 32), clock=lambda: NOW_MS)
    finally:
        database.close()
    return {each.table: each for each in report.tables}
