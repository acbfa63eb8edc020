"""One peer on one cut: its options chosen on the validation part, then its answers to the test, within a limit of time.

Every step is kept in a file of its own: what was done is not done again, not even after a kill. Options are chosen on
seed 0 and taken for all seeds. The limit is of the processor's time, which on one thread is the clock's on a quiet
machine, and the same on a busy one.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.recommend import given
from benchmarks.recommend.cut import Cut
from benchmarks.recommend.fit_and_ask import DEPTH, SAYS, score
from benchmarks.recommend.logs import CACHE
from benchmarks.recommend.peers import Spec
from benchmarks.record import commit
from benchmarks.search.compare import THREADS
from benchmarks.search.environments import NotHere, interpreter

ROOT = Path(__file__).resolve().parent.parent.parent
LIMIT_S = 3_600.0
LEARNS = 0.8
"""Share of the time that is left which a peer that learns in rounds may learn for; it has to answer, too."""

TUNES = 0.6
"""Share of the time that may go into tuning."""

HUNG = 20
"""A process is given up when the clock says this many times the processor's time that it has."""

NEARLY = 0.9
"""A process that fails after this share of its time was ended for it."""

PATHS = re.compile(r"/\S*/")
"""What a message may say of this machine, and the record must not."""

NICE = 15
BUSY = 1.2
"""A load above this (one of our own is 1) means that something else ran: times of that run say little."""


Settings = list[tuple[dict[str, Any], Path]]
"""Options, and where the lists of a fit with them go."""

Launch = Callable[["Racer", Path, Settings, int, float, Cut | None], tuple[list[dict[str, Any]], float]]
"""See `apart`."""


@dataclass(frozen=True)
class Racer:
    """A peer and where its files lie.

    Attributes:
        place: of one seed; `place.parent` is shared by all.
    """

    name: str
    spec: Spec
    place: Path
    limit_s: float = LIMIT_S

    @property
    def final(self) -> Path:
        """What came of it."""
        return self.place / "final.json"

    @property
    def lists(self) -> Path:
        """Its answers to the test."""
        return self.place / "final.parquet"

    def done(self, cut: Cut) -> dict[str, Any] | None:
        """What came of it on this very cut; None before."""
        found: dict[str, Any] = json.loads(self.final.read_text()) if self.final.is_file() else {}
        return found if found.get("cut") == cut.about["digest"] else None

    def trials(self, cut: Cut) -> list[dict[str, Any]]:
        """Every setting that was tried on the cut of seed 0, whatever the seed that is asked."""
        files = sorted((self.place.parent / "trials").glob(f"{cut.about['digest']}-*.json"))
        return [json.loads(file.read_text()) for file in files]


def place_of(cut: Cut, name: str) -> Path:
    """Where the files of a peer on a cut lie."""
    about = cut.about
    shared = CACHE / "answers" / f"{cut.name}-{about['protocol']}-{about['fit']}" / name
    return shared / f"seed{about['seed']}"


def race(racer: Racer, cut: Cut, tuned_on: Cut, launch: Launch | None = None) -> dict[str, Any]:
    """The final record: figures of time and memory and the options, or `refused` or `timed_out`.

    Args:
        tuned_on: the cut of seed 0, on whose validation part options are chosen.
        launch: what runs a system; None is a process of its own, `apart`.
    """
    launch = launch or apart
    before = racer.done(cut)
    if before is not None:
        return before
    racer.place.mkdir(parents=True, exist_ok=True)
    try:
        options = _tuned(racer, tuned_on, launch)
        tried = racer.trials(tuned_on)
        spent = sum(trial["processor_s"] for trial in tried)
        shown = cut if racer.spec.shows_epochs else None
        done, took = launch(
            racer, cut.test, [(options, racer.lists)], int(cut.about["seed"]), racer.limit_s - spent, shown
        )
        if done:
            found = {**done[0], "options": options, "trials": len(tried), "tuned_processor_s": round(spent, 1)}
        else:
            found = {"timed_out": round(spent + took), "limit_s": racer.limit_s, "options": options}
    except NotHere as error:
        found = {"refused": str(error)}
    found |= {"commit": commit(), "cut": cut.about["digest"]}
    _write(racer.final, found)
    return found


def _tuned(racer: Racer, cut: Cut, launch: Launch) -> dict[str, Any]:
    """The best setting that was tried, one option after the other, as long as there is time for it."""
    grid = racer.spec.grid
    best: dict[str, Any] = {name: values[0] for name, values in grid.items()}
    for name, values in grid.items():
        scores = _tried(racer, cut, [{**best, name: value} for value in values], launch)
        if scores:
            best[name] = values[max(scores, key=lambda place: scores[place])]
    return best


def _tried(racer: Racer, cut: Cut, settings: list[dict[str, Any]], launch: Launch) -> dict[int, float]:
    """Place among the settings → score; those that were not tried before are, in one process."""
    folder = racer.place.parent / "trials"
    folder.mkdir(exist_ok=True)
    files = [folder / f"{cut.about['digest']}-{_digest(options)}.json" for options in settings]
    new = [place for place, file in enumerate(files) if not file.is_file()]
    left = TUNES * racer.limit_s - sum(trial["processor_s"] for trial in racer.trials(cut))
    if new and left > 0:
        asked = [(settings[place], files[place].with_suffix(".parquet")) for place in new]
        done, _ = launch(racer, cut.valid, asked, 0, left, None)
        truth = given.truth(cut.valid)
        for (options, lists), found in zip(asked, done, strict=False):
            value = score(given.read_lists(lists, DEPTH), truth)
            _write(lists.with_suffix(".json"), {"options": options, "score": round(value, 6), **found})
            lists.unlink()
    return {place: json.loads(file.read_text())["score"] for place, file in enumerate(files) if file.is_file()}


def apart(
    racer: Racer,
    folder: Path,
    settings: Settings,
    seed: int,
    left: float,
    shown: Cut | None,
) -> tuple[list[dict[str, Any]], float]:
    """Runs fit_and_ask in the peer's environment, at low priority and on one thread.

    Args:
        left: seconds of the processor that it may take in all; the system ends it after them.
        shown: whose validation part it may end its learning by.

    Returns:
        What it said of each setting that was done in time, and how many seconds of the processor it took.

    Raises:
        NotHere: it failed; the message is its last line.
    """
    python = interpreter(racer.spec.home or racer.name, racer.spec)
    asked = json.dumps([[options, str(out)] for options, out in settings])
    words = [racer.spec.where, str(folder), asked, "--seed", str(seed), "--most", str(max(1, math.ceil(left)))]
    if shown is not None:
        words += ["--valid", str(shown.valid), "--seconds", str(LEARNS * left)]
    paths = os.pathsep.join((str(ROOT), str(ROOT / "src")))
    command = ["nice", "-n", str(NICE), str(python), "-m", "benchmarks.recommend.fit_and_ask", *words]
    environment = {**os.environ, **THREADS, "PYTHONPATH": paths}
    said, wrong = racer.place / "said.txt", racer.place / "output.txt"
    before = os.times()
    with said.open("w") as out, wrong.open("w") as errors:
        longest = max(600.0, HUNG * left)
        try:
            code = subprocess.run(
                command, stdout=out, stderr=errors, env=environment, cwd=racer.place, timeout=longest
            ).returncode
        except subprocess.TimeoutExpired:  # it waits for something that does not come
            code = 0
    after = os.times()
    took = after.children_user + after.children_system - before.children_user - before.children_system
    if code and took < NEARLY * left:
        lines = [line for line in wrong.read_text().splitlines() if line.strip()] or ["no word"]
        raise NotHere(f"it failed: {PATHS.sub('', lines[-1].strip())[:200]}")
    lines = [line for line in said.read_text().splitlines() if line.startswith(SAYS)]
    return [json.loads(line.removeprefix(SAYS)) for line in lines], took


def forget(place: Path) -> None:
    """So that the peer runs again: drops the answers and trials of all seeds."""
    for file in _files(place.parent):
        file.unlink()


def busy(found: Mapping[str, Any]) -> bool:
    """Whether the machine was busy with something else while it was timed."""
    return bool(max(found["load"]) > BUSY)


def _files(folder: Path) -> Iterator[Path]:
    with suppress(FileNotFoundError):
        yield from (file for file in folder.rglob("*") if file.suffix in (".json", ".parquet"))


def _digest(options: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(options, sort_keys=True).encode()).hexdigest()[:16]


def _write(file: Path, found: Mapping[str, Any]) -> None:
    """Whole or not at all: a kill leaves no half file."""
    half = file.with_suffix(".half")
    half.write_text(json.dumps(found, indent=1))
    half.replace(file)


if __name__ == "__main__":
    sys.exit("run: python -m benchmarks.recommend")
