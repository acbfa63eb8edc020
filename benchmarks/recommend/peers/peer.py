"""What a system must offer to be compared, and what it is given.

An adapter runs in an environment of its own, which has numpy and polars beside the system's own packages.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.recommend.given import Lists, Rows, Truth

Options = Mapping[str, Any]


@dataclass(frozen=True)
class Stop:
    """What a system that learns in rounds may look at to end: the validation part, and the clock.

    Attributes:
        score: (n, k) lists for `asked` → how good they are, by the metric code of the report.
        seconds: how long it may learn, of the processor's time.
    """

    asked: Lists
    truth: Truth
    score: Callable[[Rows], float]
    seconds: float


class Peer(Protocol):
    """One system.

    Attributes:
        told: what it is, in a few words.
        one_by_one: whether it can be asked for one user in a time that is worth measuring.
    """

    told: ClassVar[str]
    one_by_one: ClassVar[bool] = True

    def fit(self, known: Lists, options: Options, seed: int, *, folder: Path, stop: Stop | None) -> None:
        """Learns from the known lists.

        Args:
            folder: where they are from, for what is not in the lists (items, the moment of the fit).
        """
        ...

    def rank(self, asked: Lists, k: int) -> Rows:
        """(n, k) the best items of each history, none of the history itself; −1 where there are no more."""
        ...

    def about(self) -> dict[str, Any]:
        """What is worth a line in the result: versions, epochs."""
        return {}

    def close(self) -> None:
        """Lets go of what it holds; nothing is asked afterwards."""
        return


class Rounds:
    """Keeps the best of a system that learns round by round, and says when to end.

    Args:
        patience: rounds without a better score before the end.
    """

    def __init__(self, seconds: float, patience: int) -> None:
        self.patience, self.until = patience, time.process_time() + seconds
        self.scores: list[float] = []
        self.longest = 0.0
        self.best: Any = None
        self._last = time.process_time()

    def ends(self, score: float, state: Any) -> bool:
        """Takes note of a round; True when another is of no use or there is no time for it."""
        if not self.scores or score > max(self.scores):
            self.best = copy.deepcopy(state)
        self.scores.append(score)
        now = time.process_time()
        self.longest, self._last = max(self.longest, now - self._last), now
        return self.waited >= self.patience or self.by_clock

    @property
    def waited(self) -> int:
        """Rounds since the best."""
        return len(self.scores) - 1 - int(np.argmax(self.scores))

    @property
    def by_clock(self) -> bool:
        """Whether another round would not end in time."""
        return time.process_time() + self.longest > self.until

    def about(self) -> dict[str, Any]:
        """Rounds, the best of them, and what ended them."""
        ended = "patience" if self.waited >= self.patience else "clock" if self.by_clock else "all rounds"
        return {
            "rounds": len(self.scores),
            "best_round": int(np.argmax(self.scores)) + 1,
            "ended_by": ended,
            "scores": [round(each, 4) for each in self.scores],
        }


def matrix(lists: Lists) -> Any:
    """(n, items) CSR of ones."""
    import scipy.sparse as sp

    ones = np.ones(len(lists.rows), np.float32)
    found = sp.csr_matrix((ones, (lists.owners, lists.rows)), shape=(len(lists), lists.items))
    found.data[:] = 1.0  # an item twice in a list counts once
    found.sort_indices()
    return found


def best(scores: NDArray[Any], lists: Lists, k: int) -> Rows:
    """(n, k) rows of the highest finite scores (n, items) outside each list; equal scores by row, which is a hash."""
    scores = np.array(scores, np.float64)
    scores[lists.owners, lists.rows] = -np.inf
    scores[~np.isfinite(scores)] = -np.inf
    k = min(k, scores.shape[1])
    border = np.partition(scores, scores.shape[1] - k, axis=1)[:, scores.shape[1] - k]
    found = np.full((len(scores), k), -1, np.int64)
    for row, (mine, least) in enumerate(zip(scores, border, strict=True)):
        near = np.flatnonzero((mine >= least) & (mine > -np.inf))
        top = near[np.lexsort((near, -mine[near]))][:k]
        found[row, : len(top)] = top
    return found


def in_blocks(lists: Lists, k: int, scores: Callable[[Lists], NDArray[Any]], cells: int = 4_000_000) -> Rows:
    """`best` of all lists, as many at once as `cells` scores hold."""
    step = max(1, cells // lists.items)
    found = np.full((len(lists), k), -1, np.int64)
    for start in range(0, len(lists), step):
        block = lists.take(np.arange(start, min(start + step, len(lists))))
        top = best(scores(block), block, k)
        found[start : start + len(top), : top.shape[1]] = top
    return found
