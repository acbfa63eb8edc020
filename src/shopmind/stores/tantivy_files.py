"""The files of one generation of a text index: which they are, and whether they are as they were written."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from pathlib import Path

import orjson

from shopmind.kit.errors import StorageError
from shopmind.kit.files import settling

META = "meta.json"
"""Where tantivy names the segments that make up the index; it removes the files of others afterwards."""


def sums(home: Path, held: Mapping[str, int]) -> dict[str, int]:
    """Name → checksum of the segments' files; of those already `held` none is read. Nobody else may be writing."""
    return {path.name: held.get(path.name) or _checksum(path) for path in _files(home, _segments(_meta(home)))}


def verify(home: Path, expected: Mapping[str, int]) -> None:
    """Reads every file once; segments are never rewritten, so one with another sum is damaged.

    Raises:
        StorageError, OSError, ValueError: a file is missing, cut off or altered, and no writer removed it meanwhile.
    """
    wrong: Exception | None = None
    for meta in settling(lambda: _meta(home)):
        wrong = _wrong(home, meta, expected)
        if wrong is None:
            return
    if wrong is not None:
        raise wrong


def _wrong(home: Path, meta: bytes, expected: Mapping[str, int]) -> Exception | None:
    try:
        segments = _segments(meta)
        files = _files(home, segments)
        for path in files:
            if path.name in expected and _checksum(path) != expected[path.name]:
                return StorageError(f"{path.name} is not as it was written")
    except (OSError, ValueError, KeyError) as error:
        return error
    missing = segments - {path.name.partition(".")[0] for path in files}
    return StorageError(f"segment {missing.pop()} is missing") if missing else None


def _meta(home: Path) -> bytes:
    return (home / META).read_bytes()


def _segments(meta: bytes) -> set[str]:
    """What the names of their files begin with."""
    return {segment["segment_id"].replace("-", "") for segment in orjson.loads(meta)["segments"]}


def _files(home: Path, segments: set[str]) -> list[Path]:
    """Files of others, which wait for being collected, are left out."""
    return sorted(path for path in home.iterdir() if path.name.partition(".")[0] in segments)


def _checksum(path: Path) -> int:
    return zlib.crc32(path.read_bytes())
