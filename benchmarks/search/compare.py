"""All systems on all sets: quality with paired intervals, and speed, in one run."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.search.environments import NotHere, interpreter
from benchmarks.search.figures import quality
from benchmarks.search.peers import MENU
from benchmarks.search.sets import CACHE, HERE, Asked, Folder, prepare

ROOT = HERE.parent.parent
THREADS = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "RAYON_NUM_THREADS",
        "POLARS_MAX_THREADS",
        "LANCE_CPU_THREADS",
        "NUMBA_NUM_THREADS",
    ),
    "1",
)
"""Every process gets the same: one thread inside a request, two requests side by side where requests/s are asked."""

LONGEST_S = 3_600


def run(sets: Sequence[str], systems: Sequence[str], asked: Asked) -> dict[str, Any]:
    """Set → what it is, and system → figures, or why there are none."""
    found = {}
    for name in sets:
        folder = prepare(name, asked)
        if folder is None:
            print(f"skipped {name}: its data are not here", flush=True)
            continue
        print(f"{name}: {folder.items} items, {folder.queries} queries", flush=True)
        told = vectors_of(folder.path)
        measured = {each: _system(each, folder) for each in systems if name.startswith(MENU[each].only)}
        places = {each: CACHE / "answers" / name / each for each in measured if "refused" not in measured[each]}
        found[name] = {
            "told": folder.told,
            "items": folder.items,
            "queries": folder.queries,
            "left_out": folder.left_out,
            "graded": folder.graded,
            "encoder": told,
            "speed": measured,
            **quality(folder, {each: place.with_suffix(".npz") for each, place in places.items()}),
        }
    return found


def vectors_of(folder: Path) -> dict[str, Any]:
    """Makes the vectors of a data folder that have not been made yet; says by which encoder and how fast."""
    apart(Path(sys.executable), "benchmarks.search.vectors", str(folder), threads={})
    told: dict[str, Any] = json.loads((folder / "encoder.json").read_text())
    return told


@contextlib.contextmanager
def fresh(of: str, name: str) -> Iterator[Path]:
    """An empty folder for what a system builds; it is gone afterwards."""
    place = CACHE / "built" / of / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _system(name: str, folder: Folder) -> dict[str, Any]:
    """Builds, then serves; a system that cannot says why."""
    out = CACHE / "answers" / folder.name / name
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        python = interpreter(name, MENU[name])
        with fresh(folder.name, name) as place:
            words = (name, str(folder.path), str(place), str(out))
            built = apart(python, "benchmarks.search.measure", "build", *words)
            served = apart(python, "benchmarks.search.measure", "serve", *words)
    except NotHere as error:
        print(f"  {name}: left out: {error}", flush=True)
        return {"refused": str(error)}
    found = {**built, **served}
    print(f"  {name}: p50 {found['p50_ms']} ms, p99 {found['p99_ms']} ms, {found['per_s']}/s", flush=True)
    return found


def apart(python: Path, module: str, *words: str, threads: Mapping[str, str] = THREADS) -> dict[str, Any]:
    """The JSON that a module prints as its last line; its log goes to a file beside the answers."""
    paths = os.pathsep.join((str(ROOT), str(ROOT / "src")))
    environment = {**os.environ, **threads, "PYTHONPATH": paths}
    try:
        done = subprocess.run(
            [str(python), "-m", module, *words], capture_output=True, text=True, env=environment, timeout=LONGEST_S
        )
    except subprocess.TimeoutExpired as error:
        raise NotHere(f"it took more than {LONGEST_S} s") from error
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["no word"]
        (CACHE / "last_failure.txt").write_text(done.stderr)
        raise NotHere(f"it failed: {lines[-1].strip()[:200]}")
    lines = done.stdout.splitlines()
    found: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    return found
