"""The files of a vector index: a base that seldom changes, a small delta, and a manifest naming the current ones."""

from __future__ import annotations

import os
import secrets
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from shopmind.kit.errors import StorageError
from shopmind.kit.files import storage_faults, write_whole
from shopmind.stores.vector_rows import Rows, Standing

MANIFEST = "manifest.json"
KINDS = ("base", "graph", "delta", "rows")
"""What names of files begin with; whatever else lies in the folder is left alone."""

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Held:
    """What the files of one manifest hold.

    Attributes:
        manifest: encoder version, dimension, mark, and name → (bytes, checksum) of each file.
        base: (b, d) rows of the base, memory-mapped.
        graph: the neighbour graph over the base's rows; None when searching them all is as fast.
        delta: (e, d) rows that came after the base; their row numbers start at b.
        standing: items on all b + e rows.
        centre: (d,) float32 mean unit vector of the rows.
    """

    manifest: dict[str, Any]
    base: Rows
    graph: Any
    delta: Rows
    standing: Standing
    centre: NDArray[np.float32]


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest; {} when there is none.

    Raises:
        StorageError: it is damaged.
    """
    try:
        return dict(orjson.loads((folder / MANIFEST).read_bytes()))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise StorageError(f"{folder / MANIFEST}: is damaged ({error})") from error


def verify(folder: Path, manifest: dict[str, Any], known: dict[str, Any]) -> None:
    """Reads every file the manifest names, but for those already `known` to be sound.

    Raises:
        StorageError: a file is missing, cut off or altered.
    """
    for name, (size, checksum) in manifest["files"].items():
        if known.get(name) == [size, checksum]:
            continue
        path = folder / name
        if not path.exists():
            raise StorageError(f"{path}: is missing")
        if path.stat().st_size != size or _checksum(path) != checksum:
            raise StorageError(f"{path}: is not as it was written")


def write_array(folder: Path, kind: str, array: NDArray[Any]) -> tuple[str, list[int]]:
    """Writes an array under a new name; returns the name with size and checksum."""
    name = f"{kind}-{secrets.token_hex(4)}.npy"
    with storage_faults(folder / name), open(folder / name, "wb") as file:
        np.save(file, array, allow_pickle=False)
    return name, sealed(folder / name)


def sealed(path: Path) -> list[int]:
    """Makes a file durable; returns its size and checksum."""
    with storage_faults(path), open(path, "rb") as file:
        os.fsync(file.fileno())
    return [path.stat().st_size, _checksum(path)]


def switch(folder: Path, manifest: dict[str, Any]) -> None:
    """Makes the manifest current in one step, then drops the files it does not name."""
    write_whole(folder / MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    for path in folder.iterdir():
        if path.name not in manifest["files"] and path.name.partition("-")[0] in KINDS:
            path.unlink(missing_ok=True)


def _checksum(path: Path) -> int:
    total = 0
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            total = zlib.crc32(block, total)
    return total
