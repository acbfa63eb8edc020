"""Several networks at once, each in a process of its own: one thread a network is the best use of few cores."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.errors import StorageError
from shopmind.kit.progress import Progress
from shopmind.training.sequence.material import Material

FOLDER = "sequence.parts"
TASK = "task.json"
TITLE = "fit sequence"
KEPT_LINES = 20


@dataclass(frozen=True)
class Trained:
    """One network: its arrays by the names of sequence_model.ARRAYS, and what it was like to train."""

    arrays: dict[str, NDArray[Any]]
    figures: dict[str, Any]


def trained(material: Material, options: Any, size: int, *, seed: int, work: Path, progress: Progress) -> list[Trained]:
    """`options.networks` networks of seeds of their own; as many at once as there are cores for their threads.

    Args:
        work: a folder; what stands in it of the same material, options and seed is gone on with.

    Raises:
        StorageError: a process ended without a network; the message has its last words.
    """
    folder = work / FOLDER
    mark = fingerprint(material, options, seed)
    if folder.exists() and _mark(folder) != mark:
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / TASK).write_text(
        json.dumps({"mark": mark, "options": asdict(options), "size": size, "seed": seed}), encoding="utf-8"
    )
    missing = [number for number in range(options.networks) if not _result(folder, number).exists()]
    at_once = max(1, (os.cpu_count() or 1) // options.threads)
    done = dict.fromkeys(missing, 0.0)
    reports: SimpleQueue[tuple[int, float | None]] = SimpleQueue()
    waiting, running = list(missing), 0
    with _ended_together() as started:
        while waiting or running:
            while waiting and running < at_once:
                number = waiting.pop(0)
                started.append(_start(material, folder, number, options.threads, reports))
                running += 1
            number, share = reports.get()
            if share is None:
                running -= 1
                if not _result(folder, number).exists():
                    raise StorageError(
                        f"sequence: network {number} ended early: {started[missing.index(number)].words}"
                    )
                done[number] = 1.0
            else:
                done[number] = share
            progress(TITLE, round(1000 * sum(done.values())), 1000 * len(missing))
    found = [_read(_result(folder, number)) for number in range(options.networks)]
    shutil.rmtree(folder)
    return found


def fingerprint(material: Material, options: Any, seed: int) -> str:
    """A digest of all that decides the result."""
    summed = hashlib.blake2b(digest_size=16)
    for each in fields(material):
        summed.update(np.ascontiguousarray(getattr(material, each.name)).data)
    summed.update(json.dumps([asdict(options), seed], sort_keys=True).encode())
    return summed.hexdigest()


class _Process:
    """A process that trains one network and ends with this one, also when this one is killed; `words` are the last
    lines it wrote on its error output."""

    def __init__(self, material: Material, folder: Path, number: int, threads: int) -> None:
        one = {name: str(threads) for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
        heard, self._held = os.pipe()  # what it hears is that we are gone
        try:
            with tempfile.TemporaryFile() as file:  # without a name: what users did never outlives the training
                material.save(file)
                file.seek(0)
                self.handle = subprocess.Popen(
                    [sys.executable, "-m", "shopmind.training.sequence.worker", str(folder), str(number), str(heard)],
                    stdin=file,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    env={**os.environ, **one, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                    pass_fds=(heard,),
                )
        except BaseException:
            os.close(self._held)
            raise
        finally:
            os.close(heard)
        self.words = ""

    def close(self) -> None:
        """Closes what it wrote to and heard; it must have ended."""
        os.close(self._held)
        for stream in filter(None, (self.handle.stdout, self.handle.stderr)):
            stream.close()

    def listen(self, stream: IO[str]) -> None:
        """Keeps the newest lines."""
        for line in stream:
            self.words = "".join([*self.words.splitlines(keepends=True), line][-KEPT_LINES:])


def _start(
    material: Material, folder: Path, number: int, threads: int, reports: SimpleQueue[tuple[int, float | None]]
) -> _Process:
    process = _Process(material, folder, number, threads)

    def listen() -> None:
        errors = threading.Thread(target=process.listen, args=(process.handle.stderr,), daemon=True)
        errors.start()
        for line in process.handle.stdout or ():
            reports.put((number, float(line)))
        process.handle.wait()
        errors.join()
        process.close()
        reports.put((number, None))

    threading.Thread(target=listen, daemon=True).start()
    return process


@contextmanager
def _ended_together() -> Iterator[list[_Process]]:
    """No process outlives the block."""
    started: list[_Process] = []
    try:
        yield started
    finally:
        for process in started:
            if process.handle.poll() is None:
                process.handle.terminate()
                process.handle.wait()


def _result(folder: Path, number: int) -> Path:
    return folder / f"network.{number}.npz"


def _mark(folder: Path) -> str | None:
    try:
        return str(json.loads((folder / TASK).read_text("utf-8"))["mark"])
    except (OSError, ValueError, KeyError):
        return None


def _read(file: Path) -> Trained:
    with np.load(file) as arrays:
        figures = json.loads(str(arrays["figures"]))
        return Trained({name: arrays[name] for name in arrays.files if name != "figures"}, figures)
