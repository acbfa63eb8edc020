"""Past moments with what came after them: what the heads learn from, replayed from the log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.clock import DAY_MS
from shopmind.kit.seeds import generator
from shopmind.training.behaviour.doings import PURCHASE, Doings, Floats, Ints
from shopmind.training.behaviour.evidence import Evidence, group_codes

HISTORY_DAYS = 28
"""What a log must hold before the first moment."""
QUIET_DAYS = 365
"""A user who did nothing for so long is no case."""

PATIENCE_DAYS = 28
"""How long the next action is waited for."""


@dataclass(frozen=True)
class Cases:
    """Moments of users.

    Attributes:
        rows: (c,) rows of the doings. moments: (c,) epoch milliseconds.
        outcome: (c,) days to the next purchase, inf where none came; or the place of the next action in GROUPS.
        columns: name → (c,), see Evidence.columns.
    """

    rows: Ints
    moments: Ints
    outcome: Floats
    columns: dict[str, NDArray[np.float32]]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def matrix(self) -> NDArray[np.float32]:
        """(c, m) the columns in their order."""
        return np.column_stack(list(self.columns.values()))

    def take(self, rows: NDArray[np.bool_]) -> Cases:
        """Some of them."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        return Cases(self.rows[rows], self.moments[rows], self.outcome[rows], columns)


def joined(parts: list[Cases]) -> Cases:
    """All of them, in order."""
    first = parts[0]
    return Cases(
        np.concatenate([each.rows for each in parts]),
        np.concatenate([each.moments for each in parts]),
        np.concatenate([each.outcome for each in parts]),
        {name: np.concatenate([each.columns[name] for each in parts]) for name in first.columns},
    )


def cutoffs(start_ms: int, end_ms: int, days: int, *, step_days: int, most: int) -> tuple[int, list[int]]:
    """The moment whose outcomes end with the log, and earlier ones whose outcomes were all known by then.

    No outcome of a moment that is learned from reaches into the time after the moment that is held out.

    Returns:
        The held-out moment and at most `most` earlier ones, newest first; none where the log is too short.
    """
    held = end_ms - days * DAY_MS
    newest = held - days * DAY_MS
    earliest = start_ms + HISTORY_DAYS * DAY_MS
    found = [newest - step * step_days * DAY_MS for step in range(most)]
    return held, [each for each in found if each >= earliest]


def purchase_cases(doings: Doings, evidence: Evidence, moment_ms: int) -> Cases:
    """Every user who did something in the year before a moment, and the days to the next purchase."""
    moments = np.full(len(doings), moment_ms, np.int64)
    end = doings.until(moments)
    there = end > doings.firsts[:-1]
    newest = np.append(doings.times_ms, 0)[end - 1]
    there &= newest >= moment_ms - QUIET_DAYS * DAY_MS
    coming = _next(doings.types == PURCHASE)[end]
    found = coming < doings.firsts[1:]
    days = np.where(found, (np.append(doings.times_ms, 0)[coming] - moment_ms) / DAY_MS, np.inf)
    whole = Cases(np.arange(len(doings)), moments, days, evidence.columns(moments))
    return whole.take(there)


def action_cases(doings: Doings, evidence: Evidence, begin_ms: int, end_ms: int, seed: int) -> Cases:
    """Just after an event of each user in [begin, end), drawn by chance: which action came next.

    Who did nothing more within PATIENCE_DAYS is left out, so that every case was waited for equally long.
    """
    inside = np.flatnonzero((doings.times_ms >= begin_ms) & (doings.times_ms < end_ms))
    chance = generator(seed, "moments", begin_ms).random(len(inside))
    order = inside[np.lexsort((chance, doings.rows[inside]))]
    rows = doings.rows[order]
    chosen = order[np.concatenate([[True], rows[1:] != rows[:-1]])] if len(order) else order
    moments = np.full(len(doings), begin_ms, np.int64)
    moments[doings.rows[chosen]] = doings.times_ms[chosen] + 1
    groups = group_codes()[doings.types]
    coming = _next(groups >= 0)[doings.until(moments)]
    known = (coming < doings.firsts[1:]) & np.isin(np.arange(len(doings)), doings.rows[chosen])
    known &= np.append(doings.times_ms, 0)[coming] < moments + PATIENCE_DAYS * DAY_MS
    outcome = np.append(groups, -1)[coming].astype(np.float64)
    return Cases(np.arange(len(doings)), moments, outcome, evidence.columns(moments)).take(known)


def windows(start_ms: int, end_ms: int, *, days: int, most: int) -> Iterator[tuple[int, int]]:
    """Begin and end of the stretches before `end_ms`, newest first."""
    for step in range(most):
        last = end_ms - step * days * DAY_MS
        if last - days * DAY_MS < start_ms:
            return
        yield last - days * DAY_MS, last


def _next(marks: NDArray[np.bool_]) -> Ints:
    """(n + 1,) the first marked place from each on; n after the last."""
    places = np.where(marks, np.arange(len(marks)), len(marks))
    found: Ints = np.append(np.minimum.accumulate(places[::-1])[::-1], len(marks)).astype(np.int64)
    return found
