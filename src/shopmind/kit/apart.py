"""Work in a process of its own: what it held of memory goes back to the system when it is done."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing.queues import SimpleQueue
from threading import Thread
from typing import Any, Concatenate, ParamSpec, TypeVar

from shopmind.kit.progress import Progress

T = TypeVar("T")
P = ParamSpec("P")
Step = tuple[str, int, int | None]


def apart(work: Callable[Concatenate[Progress, P], T], progress: Progress, *args: P.args, **kwargs: P.kwargs) -> T:
    """What `work(progress, …)` returns, or raises, done by a new process; `progress` is called in this one.

    Args:
        work: a function of a module; it, its arguments and its result must be picklable.

    Raises:
        BrokenProcessPool: the process was killed, for want of memory for example.
    """
    context = multiprocessing.get_context("spawn")
    steps: SimpleQueue[Step | None] = context.SimpleQueue()

    def follow() -> None:
        while (step := steps.get()) is not None:
            progress(*step)

    follower = Thread(target=follow, daemon=True)
    follower.start()
    try:
        with ProcessPoolExecutor(1, mp_context=context, initializer=_telling, initargs=(steps,)) as pool:
            done: Future[T] = pool.submit(_work, work, args, kwargs)
            return done.result()
    finally:
        steps.put(None)
        follower.join()


_STEPS: list[SimpleQueue[Step | None]] = []
"""Where a worker tells its progress; a queue reaches it only while it is made."""


def _telling(steps: SimpleQueue[Step | None]) -> None:
    _STEPS[:] = [steps]


def _tell(title: str, done: int, total: int | None) -> None:
    _STEPS[0].put((title, done, total))


def _work(work: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return work(_tell, *args, **kwargs)
