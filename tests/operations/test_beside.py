"""The strategy beside a server: a process of its own that ends with the block, and with a server that is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from shopmind.operations.strategy import beside
from shopmind.operations.strategy.run import running
from shopmind.testing.processes import until

from .conftest import CLOTHES, Life

pytestmark = pytest.mark.slow

RULES = """
scenarios = ["wanted"]
every_minutes = 0.01
[retrain]
new_events = 100
pause_hours = 0
[evaluate]
least = -1.0
least_cases = 1
[shadow]
requests = 0
[ramp]
steps = []
"""


def test_it_promotes_while_the_block_lasts_and_ends_with_it(life: Life) -> None:
    life.rules(RULES)
    life.customers(CLOTHES, people=60)
    before = life.served
    with beside.beside([life.folder]):
        # The version is served a moment before the log says so: the block may not end in between.
        until(lambda: len(life.entries()) == 3)
        assert running(life.folder)
    assert not running(life.folder)
    assert life.served != before
    assert [what for what, _ in life.entries()] == ["trained", "evaluated", "promoted"]


PARENT = """
import sys, time
from pathlib import Path
from shopmind.operations.strategy.beside import beside
with beside([Path(sys.argv[1])]):
    time.sleep(600)
"""


def test_it_does_not_outlive_a_server_that_is_killed(life: Life) -> None:
    life.rules(RULES)
    parent = subprocess.Popen([sys.executable, "-c", PARENT, str(life.folder)])
    until(lambda: running(life.folder))
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    until(lambda: not running(life.folder))
