"""What the tables of the page of benchmarks are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

_MACHINE = {"processor": "{}", "cores": "{} cores", "python": "Python {}"}


def where(result: dict[str, Any]) -> str:
    """Which code and which machine it was measured on."""
    machine = result["machine"]
    said = ", ".join(words.format(machine[key]) for key, words in _MACHINE.items() if key in machine)
    return f"Commit {str(result['commit'])[:8]}, {said}.\n"


def grid(head: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """A table in Markdown, with an empty line after it."""
    head = list(head)
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(map(str, row)) + " |"
    yield ""


def interval(figure: dict[str, Any]) -> str:
    """A value and its interval."""
    if figure.get("low") is None:
        return f"{figure['value']:.4f}"
    return f"{figure['value']:.4f} [{figure['low']:.4f}, {figure['high']:.4f}]"
