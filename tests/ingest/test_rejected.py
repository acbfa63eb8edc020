"""The file of rejected rows while several ingests write it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest

from shopmind.ingest import rejected
from shopmind.ingest.rejected import RejectedFile
from shopmind.kit.files import write_whole
from shopmind.stores.lease import Lease


def line(source: int, number: int) -> dict[str, object]:
    return {"digest": f"{source:016}", "line": number, "reason": "unknown_item", "file": f"{source}.csv", "row": {}}


def test_of_many_who_append_and_settle_at_once_nobody_loses_a_row(tmp_path: Path) -> None:
    path = tmp_path / "rejected.ndjson"

    def twice(source: int) -> None:
        first = RejectedFile(path)
        for number in range(5):
            first.write([line(source, number)])
        second = RejectedFile(path)  # the file was mended: only its first row is rejected again
        second.write([line(source, 0)])
        second.settle(f"{source:016}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(twice, range(8)))
    rows = [orjson.loads(each) for each in path.read_bytes().splitlines()]
    assert sorted((row["file"], row["line"]) for row in rows) == sorted((f"{each}.csv", 0) for each in range(8))


def test_nobody_appends_while_another_rewrites_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, alone = tmp_path / "rejected.ndjson", []

    def write(file: Path, content: bytes) -> None:
        alone.append(Lease(file.with_name(f".{file.name}.lock")).taken())
        write_whole(file, content)

    monkeypatch.setattr(rejected, "write_whole", write)
    RejectedFile(path).write([line(1, 0), line(1, 1)])
    again = RejectedFile(path)
    again.write([line(1, 0)])
    again.settle(f"{1:016}")
    with path.open("ab") as file:
        file.write(b'{"key": "half')
    RejectedFile(path)
    assert alone == [True, True]
    assert len(path.read_bytes().splitlines()) == 1
