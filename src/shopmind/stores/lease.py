"""A lease: one holder among all processes, given back by the kernel when the holder dies."""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from shopmind.kit.errors import BusyError
from shopmind.kit.files import storage_faults

MOMENT_S = 0.5
"""To whoever merely asks whether a lease is taken, it is lent for much less."""


class Lease:
    """An exclusive lock on a file, for threads and processes alike. It survives `kill -9`: the kernel lets it go.

    Args:
        path: of the lock file; it stays there, empty but for the holder's process id.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None
        self._guard = threading.Lock()

    @property
    def held(self) -> bool:
        """Whether this object holds the lease."""
        return self._handle is not None

    def acquire(self) -> bool:
        """Takes the lease if nobody has it; False when somebody does, be it this very object."""
        with self._guard, storage_faults(self.path):
            if self._handle is not None:
                return False
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                return False
            os.ftruncate(handle, 0)
            os.write(handle, str(os.getpid()).encode())
            self._handle = handle
            return True

    def release(self) -> None:
        """Gives the lease back; nothing happens when it is not held."""
        with self._guard:
            if self._handle is not None:
                os.close(self._handle)
                self._handle = None

    def holder(self) -> int | None:
        """Process id of who has, or last had, the lease; for messages only."""
        with contextlib.suppress(FileNotFoundError, ValueError):
            return int(self.path.read_text("ascii"))
        return None

    def taken(self) -> bool:
        """Whether somebody has it now. Those who ask do not take each other for holders."""
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False

    @contextlib.contextmanager
    def hold(self, *, wait_s: float = MOMENT_S) -> Iterator[None]:
        """Holds the lease for the block.

        Raises:
            BusyError: somebody else had it for longer than `wait_s`.
        """
        deadline = time.monotonic() + wait_s
        while not self.acquire():
            if time.monotonic() >= deadline:
                raise BusyError(f"{self.path}: process {self.holder()} has the lease; try again when it is done")
            time.sleep(0.02)
        try:
            yield
        finally:
            self.release()


def changing(file: Path) -> AbstractContextManager[None]:
    """Nobody else, in this process or another, changes the file or the folder during the block.

    Raises:
        BusyError: somebody has been at it for a minute.
    """
    return change_of(file).hold(wait_s=60.0)


def change_of(file: Path) -> Lease:
    """The lease that `changing` holds, for whoever does not want to wait."""
    return Lease(file.with_name(f".{file.name}.lock"))
