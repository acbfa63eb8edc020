"""A kill -9 while counting, and two processes that count at once, change nothing of what is counted."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

import shopmind
from shopmind.insights.traffic import count
from shopmind.insights.traffic.count import batch

COUNTING = """
import sys
import shopmind
from shopmind.insights.traffic import count
with shopmind.open(sys.argv[1]) as shop:
    last = shop.events.last_number()
    print("ready", flush=True)
    for _ in sys.stdin:
        if count(shop, patience_s=0.0, block=7).mark >= last:
            break
        print("counted", flush=True)
"""


def counting(folder: Path) -> subprocess.Popen[str]:
    """A process that counts a small piece each time it is told to; it is ready."""
    command = [sys.executable, "-c", COUNTING, str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def tell(process: subprocess.Popen[str], times: int) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n" * times)
    process.stdin.flush()


def assert_exact(folder: Path) -> None:
    with shopmind.open(folder) as shop:
        count(shop)
        expected = batch(shop)
        for name in ("people", "items", "echoes", "answers"):
            assert_frame_equal(shop.folder.database.counters.table(name), expected[name])
        assert not expected["people"].is_empty()


@pytest.mark.slow
def test_a_kill_while_counting_loses_and_doubles_nothing(shop_folder: Path) -> None:
    for pieces in (1, 9, 14):
        process = counting(shop_folder)
        tell(process, pieces + 1)  # it is killed in the middle of the last one, or has just done it
        assert process.stdout is not None
        for _ in range(pieces):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.communicate()
    with shopmind.open(shop_folder) as shop:
        mark = shop.folder.database.counters.mark()
        assert mark is not None
        assert 0 < mark["events"] < shop.events.last_number()
    assert_exact(shop_folder)


@pytest.mark.slow
def test_two_processes_that_count_at_once_count_once(shop_folder: Path) -> None:
    both = [counting(shop_folder), counting(shop_folder)]
    for process in both:
        tell(process, 5_000)
    for process in both:
        process.communicate()
        assert process.returncode == 0
    assert_exact(shop_folder)
