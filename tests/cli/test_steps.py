from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from shopmind.cli.steps import Steps, counted, lasted, shown


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def told(*steps: tuple[float, str, int, int | None]) -> list[list[str]]:
    """The lines of steps that are said so many seconds after the one before, cut at spaces of two and more."""
    clock, lines = Clock(), list[str]()
    said = Steps(lines.append, lambda title, done, total: None, clock)
    for after_s, title, done, total in steps:
        clock.now_s += after_s
        said(title, done, total)
    said.end()
    return [re.split(r"\s{2,}", line) for line in lines]


def test_a_step_that_speaks_at_its_end_alone_is_told_all_its_time() -> None:
    assert told((0, "index", 0, 9), (3, "index", 9, 9), (60, "fit ease", 1, 1), (2, "fit values", 1, 1)) == [
        ["index", "9", "3.0 s"],
        ["fit ease", "60 s"],
        ["fit values", "2.0 s"],
    ]


def test_the_same_title_again_is_another_step_and_times_add_up() -> None:
    assert told((1, "items", 12, None), (1, "items", 0, None), (150, "items", 94_029, None)) == [
        ["items", "12", "1.0 s"],
        ["items", "94,029", "2 min 31 s"],
    ]


def test_a_step_that_stops_early_says_how_far_it_came() -> None:
    assert told((1, "encode", 128, 21_394)) == [["encode", "128 of 21,394", "1.0 s"]]


def test_nothing_at_all_is_no_line() -> None:
    assert told() == []


@pytest.mark.parametrize(("seconds", "said"), [(0.04, "0.0 s"), (9.96, "10 s"), (119.4, "119 s"), (312, "5 min 12 s")])
def test_times_are_short(seconds: float, said: str) -> None:
    assert lasted(seconds) == said


def test_counts_are_short() -> None:
    assert [counted(1, 1), counted(0, 1), counted(5, None)] == ["", "0 of 1", "5"]


def test_a_file_holds_whole_short_lines_while_the_work_goes_on() -> None:
    file = io.StringIO()
    with shown(Console(file=file), Clock()) as progress:
        progress("index words", 96_547, 96_547)
        progress("fit [associations]", 1, 1)
        assert file.getvalue().count("\n") == 1  # what is over is told at once
    assert file.getvalue().splitlines()[0].split() == ["index", "words", "96,547", "0.0", "s"]
    assert all(line.isascii() and "\x1b" not in line and len(line) < 80 for line in file.getvalue().splitlines())
    assert "fit [associations]" in file.getvalue()


def seen(written: str) -> list[str]:
    """What a terminal shows in the end of what rich writes."""
    lines, at = [""], 0
    for part in re.findall(r"\x1b\[[0-9;?]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", written):
        if part == "\n":
            at += 1
            lines += [""] * (at == len(lines))
        elif part.endswith("A") and part.startswith("\x1b"):
            at -= int(part[2:-1])
        elif part == "\x1b[2K":
            lines[at] = ""
        elif not part.startswith("\x1b") and part != "\r":
            lines[at] += part
    return lines


def test_a_terminal_keeps_a_line_for_each_step_and_no_bar() -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=80, height=10, legacy_windows=False)
    with shown(console, Clock()) as progress:
        for place in range(30):
            progress(f"fit {place}", 0, 2)
            progress(f"fit {place}", 2, 2)
    lines = [line.split() for line in seen(file.getvalue()) if line.strip()]
    assert lines == [["fit", str(place), "2", "0.0", "s"] for place in range(30)]
