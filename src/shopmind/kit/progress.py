"""Progress of anything longer than a second; silent unless a door (the CLI) passes something that shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

T = TypeVar("T")


class Progress(Protocol):
    """Called with a title, how much is done and of how much (None when the total is unknown)."""

    def __call__(self, title: str, done: int, total: int | None) -> None: ...


def silent(title: str, done: int, total: int | None) -> None:
    """Shows nothing."""


def track(
    things: Iterable[T], progress: Progress, title: str, total: int | None, size: Callable[[T], int] = lambda _: 1
) -> Iterator[T]:
    """Yields each thing and reports after it; `size` says how much one thing counts."""
    done = 0
    progress(title, 0, total)
    for thing in things:
        yield thing
        done += size(thing)
        progress(title, done, total)
