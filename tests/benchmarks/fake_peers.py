"""Systems for tests of the race: one that says what it is told, one that never ends, one that fails."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.recommend.given import Lists, Rows
from benchmarks.recommend.peers.peer import Options, Peer, Stop


class Fixed(Peer):
    """Names the items from `first` on, but for those of the history; writes a line for each fit."""

    told = "always the same"

    def fit(self, known: Lists, options: Options, seed: int, *, folder: Path, stop: Stop | None) -> None:
        """See Peer."""
        self._order = np.roll(np.arange(known.items), -int(options.get("first", 0)))
        with (folder.parent / "fits.txt").open("a") as file:
            file.write(f"{folder.name} {options.get('first', 0)} {seed}\n")

    def rank(self, asked: Lists, k: int) -> Rows:
        """See Peer."""
        found = np.full((len(asked), k), -1, np.int64)
        for case, had in enumerate(asked.each()):
            rows = self._order[~np.isin(self._order, had)][:k]
            found[case, : len(rows)] = rows
        return found


class Endless(Fixed):
    """Never done."""

    def fit(self, known: Lists, options: Options, seed: int, *, folder: Path, stop: Stop | None) -> None:
        """See Peer."""
        while True:
            pass


class Cheat(Fixed):
    """Names what the user had."""

    def rank(self, asked: Lists, k: int) -> Rows:
        """See Peer."""
        return np.array([rows[:1] for rows in asked.each()])
