"""A process that asks the engine a share of the cases: `python -m shopmind.evaluation.worker JOB ANSWER`.

A process of its own, because Python's threads take turns; started anew instead of forked, because the stores hold
connections and threads that a fork must not share.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind import shop as shops
from shopmind.domain import EventType
from shopmind.evaluation.split import Cases
from shopmind.kit import orphans
from shopmind.kit.errors import StorageError
from shopmind.shop import Shop
from shopmind.stores.folder_artifacts import FolderArtifacts


@dataclass(frozen=True)
class Job:
    """Cases to ask of a shop under artifacts that lie in a folder."""

    shop: Path
    settings: dict[str, Any]
    artifacts: Path
    scenario: str
    cases: Cases
    k: int
    without: tuple[EventType, ...]
    only: NDArray[np.int64] | None


def job_of(
    shop: Shop,
    scenario: str,
    cases: Cases,
    k: int,
    without: tuple[EventType, ...],
    only: NDArray[np.int64] | None,
) -> Job | None:
    """The job, or None where the artifacts are not in a folder that another process could open."""
    if not isinstance(shop.artifacts, FolderArtifacts):
        return None
    settings = shop.settings.model_dump()
    return Job(shop.path, settings, shop.artifacts.folder, scenario, cases, k, without, only)


@contextmanager
def working(job: Job, folder: Path, name: str) -> Iterator[Working]:
    """Starts the job in a process, which is ended when the block is left, and when this process is killed."""
    asked, answer, log = (folder / f"{name}.{what}" for what in ("job", "answer", "log"))
    asked.write_bytes(pickle.dumps(job))
    with log.open("wb") as errors:
        process = orphans.start(__name__, str(asked), str(answer), stdout=subprocess.DEVNULL, stderr=errors)
        try:
            yield Working(process, answer, log)
        finally:
            orphans.end([process])


@dataclass(frozen=True)
class Working:
    """A job that is being done."""

    process: subprocess.Popen[bytes]
    answer: Path
    log: Path

    def result(self) -> Any:
        """Waits for the answer.

        Raises:
            StorageError: the process failed; the message ends with its last words.
        """
        if self.process.wait():
            words = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            raise StorageError(f"evaluate: a worker failed: {words[-1] if words else 'it was killed'}")
        return pickle.loads(self.answer.read_bytes())


def main(asked: Path, answer: Path) -> None:
    """Does one job."""
    from shopmind.evaluation.replay import replay

    job: Job = pickle.loads(asked.read_bytes())
    with shops.open(job.shop, **job.settings) as shop:
        fitted = shop.over(FolderArtifacts(job.artifacts))
        found = replay(fitted, job.scenario, job.cases, job.k, without=job.without, only=job.only)
    answer.write_bytes(pickle.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
