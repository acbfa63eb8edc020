"""The TOML files of a folder that people, servers and the strategy write while others read them."""

from __future__ import annotations

import os
from pathlib import Path

from shopmind.kit.errors import InputError

Marks = frozenset[tuple[str, int, int, int]]


def marks(folder: Path) -> Marks:
    """What tells one state of the files from another; a file that is replaced is another one."""
    found = set()
    for path in _listed(folder):
        try:
            state = path.stat()
        except FileNotFoundError:  # taken away just now
            continue
        found.add((path.name, state.st_ino, state.st_mtime_ns, state.st_size))
    return frozenset(found)


def read(folder: Path) -> dict[str, str]:
    """Name → text; {} without a folder. One that is taken away just now is not there.

    Raises:
        InputError: a file cannot be read, which is told like any other mistake in it.
    """
    found = {}
    for path in _listed(folder):
        where = f"{folder.name}/{path.name}"
        try:
            found[path.stem] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise InputError(f"{where}: not UTF-8 at byte {error.start}") from error
        except OSError as error:
            if os.path.lexists(path):
                raise InputError(f"{where}: cannot be read ({error.strerror})") from error
    return found


def _listed(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.toml")) if folder.is_dir() else []
