"""Files that are whole or not there."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from shopmind.kit.errors import StorageError

MOST_LOOKS = 50
Mark = TypeVar("Mark")


def write_whole(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Writes `content` to `path` so that a reader sees the old file or the new one, also after a kill.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with storage_faults(path):
        try:
            with open(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_EXCL, mode), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, path)
            sync_folder(path.parent)
        finally:
            draft.unlink(missing_ok=True)


def settling(mark: Callable[[], Mark]) -> Iterator[Mark]:
    """For reading files that another process may switch meanwhile: `mark` tells which are current.

    Yields a mark to read by, and where the reader comes back for another, the next one: only if it has changed, so that
    what could not be read is read again as long as that may be the reason. Whoever could read breaks off.
    """
    for _ in range(MOST_LOOKS):
        before = mark()
        yield before
        if mark() == before:
            return


def stamp(path: Path) -> tuple[int, int] | None:
    """What changes whenever a file is written whole, or None where there is none: its inode and its time in ns."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns


def taken_bytes(folder: Path) -> int:
    """Bytes of all files below `folder`; files and folders that others take away meanwhile do not count."""
    total = 0
    for home, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                total += os.stat(os.path.join(home, name)).st_size
    return total


def sync_folder(folder: Path) -> None:
    """Makes the names in `folder` durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def storage_faults(where: Path) -> Iterator[None]:
    """Turns an operating system's disk fault into a StorageError that says where and why."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise StorageError(f"{where}: the disk is full; nothing acknowledged is lost, free some space") from error
        if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM):
            raise StorageError(f"{where}: cannot be written ({error.strerror})") from error
        raise
