"""Progress on stderr: a bar of the step under way where somebody looks on, a line with its time for each that ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

TITLE, COUNT = 36, 23
"""Columns of a line."""


@dataclass
class _Step:
    title: str
    began_s: float
    done: int
    total: int | None
    last_s: float


class Steps:
    """Progress that tells every step with its time: from the end of the step before it to its own last word.

    Args:
        ended: given the line of a step that is over.
        under_way: given title, done and total of the step that is not.
    """

    def __init__(
        self,
        ended: Callable[[str], None],
        under_way: Callable[[str, int, int | None], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ended, self._under_way, self._clock = ended, under_way, clock
        self._lock = threading.Lock()
        self._step: _Step | None = None
        self._since_s = clock()

    def __call__(self, title: str, done: int, total: int | None) -> None:
        """As Progress; another title, or the same one from nothing on, is another step."""
        with self._lock:
            step, now_s = self._step, self._clock()
            if step is not None and (step.title != title or (done == 0 and step.done)):
                self._end()
                step = None
            if step is None:
                step = self._step = _Step(title, self._since_s, done, total, now_s)
            step.done, step.total, step.last_s = done, total, now_s
            self._under_way(title, done, total)

    def end(self) -> None:
        """Nothing more comes."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        step = self._step
        if step is not None:
            self._step, self._since_s = None, step.last_s
            count, took = counted(step.done, step.total), lasted(step.last_s - step.began_s)
            self._ended(f"{step.title:{TITLE}}{count:>{COUNT}}  {took}")


def counted(done: int, total: int | None) -> str:
    """ "1,200 of 3,000", "3,000" where that is all, and nothing of one thing."""
    if total is None or done == total:
        return "" if done == total == 1 else f"{done:,}"
    return f"{done:,} of {total:,}"


def lasted(seconds: float) -> str:
    """ "0.4 s", "45 s", "5 min 12 s"."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60} s"


@contextmanager
def shown(console: Console, clock: Callable[[], float] = time.monotonic) -> Iterator[Steps]:
    """Steps on a console; a bar is drawn on terminals alone, so that a file holds whole lines and nothing else."""
    title_of, count_of = (TextColumn(form, markup=False) for form in ("{task.description}", "{task.fields[count]}"))
    columns = (title_of, BarColumn(), count_of, TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task("", total=None, visible=False, count="")
        title = ""

        def ended(line: str) -> None:
            bars.update(task, visible=False)
            bars.console.print(line, markup=False, highlight=False, soft_wrap=True)

        def under_way(now: str, done: int, total: int | None) -> None:
            nonlocal title
            if title != now:
                bars.reset(task, description=now, total=total, visible=True, count="")
                title = now
            bars.update(task, completed=done, total=total, visible=True, count=counted(done, total))

        steps = Steps(ended, under_way, clock)
        try:
            yield steps
        finally:
            steps.end()
