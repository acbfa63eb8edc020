"""The strategy beside a server: in a process of its own, so that a fit takes no time from requests."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from shopmind.kit.log import note

logger = logging.getLogger(__name__)

PATIENCE_S = 10.0


@contextlib.contextmanager
def beside(folders: Sequence[Path]) -> Iterator[None]:
    """Looks after these shops for as long as the block lasts; what is under way then is gone on with the next time."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "shopmind", "train", str(folder), "--strategy", "--json"], stdout=subprocess.DEVNULL
        )
        for folder in folders
    ]
    for folder, process in zip(folders, started, strict=True):
        note(logger, logging.INFO, "strategy", shop=folder.name, process=process.pid)
    try:
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
