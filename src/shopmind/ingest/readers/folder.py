"""A data folder: files named items, users, events and links, each in any format we read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from shopmind.ingest.readers import READERS
from shopmind.ingest.readers.batch import Batch
from shopmind.kit.errors import InputError

TABLES = ("items", "users", "links", "events")
"""In the order to store them: links and events speak of items and users."""
EVALUATION_FILES = ("queries", "judgments", "sequences", "next_item", "trial")
SUFFIXES = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".csv.gz": "csv",
    ".tsv": "csv",
    ".ndjson": "ndjson",
    ".ndjson.gz": "ndjson",
    ".jsonl": "ndjson",
    ".jsonl.gz": "ndjson",
}


class FolderSource:
    """The tables of a data folder.

    Raises:
        InputError: no such folder, a table in two formats, or none of our files in it.
    """

    time_shift_ms = 0  # a folder's own times stand, unless the mapping says otherwise

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise InputError(f"{folder}: not a folder; a data folder holds files such as items.csv and events.ndjson")
        self.folder = folder
        self._files = {name: path for name in TABLES if (path := data_file(folder, name)) is not None}
        if not self._files:
            allowed = ", ".join(f"{name}{{{','.join(SUFFIXES)}}}" for name in TABLES)
            raise InputError(f"{folder}: holds none of the files {allowed}")

    def tables(self) -> Sequence[str]:
        """See Source."""
        return tuple(self._files)

    def file(self, table: str) -> str:
        """See Source."""
        return self._files[table].name

    def digest(self, table: str) -> str:
        """See Source: the SHA-256 of the file."""
        return _sha256(self._files[table])

    def notes(self) -> Sequence[str]:
        """See Source: none."""
        return ()

    def rows(self, table: str) -> int | None:
        """See Source: unknown."""
        return None

    def read(self, table: str) -> Iterator[Batch]:
        """See Source."""
        path = self._files[table]
        reader = READERS.load(SUFFIXES[_suffix(path)])()
        yield from reader.read(path)


def data_file(folder: Path, name: str) -> Path | None:
    """The file called `name` in a data folder, whatever its format; None when there is none.

    Raises:
        InputError: there are two.
    """
    found = [path for suffix in SUFFIXES if (path := folder / f"{name}{suffix}").is_file()]
    if len(found) > 1:
        raise InputError(f"{folder}: {' and '.join(path.name for path in found)} are both there; keep one")
    return found[0] if found else None


def _suffix(path: Path) -> str:
    return "".join(path.suffixes[-2:]) if path.suffix == ".gz" else path.suffix


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
