"""What a process started ends with it, also when it is killed while the other is still importing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shopmind.kit import orphans
from shopmind.stores.lease import Lease

STANDS_STILL = """
import fcntl, os, time
handle = os.open(__file__ + ".alive", os.O_RDWR | os.O_CREAT)
fcntl.flock(handle, fcntl.LOCK_EX)
os.write(handle, str(os.getpid()).encode())
time.sleep(600)
"""
STARTS = {
    "console": (
        "from shopmind.console.beside import beside",
        "from shopmind.console.run import Console",
        "with beside(Console()): time.sleep(600)",
    ),
    "strategy": (
        "from shopmind.operations.strategy.beside import beside",
        "with beside([here]): time.sleep(600)",
    ),
    "evaluation": (
        "from shopmind.evaluation.worker import Job, working",
        "job = Job(here, {}, here, 'home', None, 5, (), None)",
        "with working(job, here, 'one') as one: one.result()",
    ),
    "messages": (
        "from shopmind.cli.messages import _side_by_side",
        "_side_by_side(here, 'weekly', 'r1', 1)",
    ),
}


@pytest.mark.parametrize("who", STARTS)
def test_no_process_outlives_one_that_is_killed(tmp_path: Path, who: str) -> None:
    (tmp_path / "orjson.py").write_text(STANDS_STILL, "utf-8")  # whoever imports it never gets any further
    alive = Lease(tmp_path / "orjson.py.alive")
    *imports, starts = STARTS[who]
    others = "os.environ['PYTHONPATH'] = str(here)"  # of those that are started
    code = ["import os, sys, time", "from pathlib import Path", "here = Path(sys.argv[1])", *imports, others, starts]
    parent = subprocess.Popen([sys.executable, "-c", "\n".join(code), str(tmp_path)])
    try:
        assert _comes_true(alive.taken)
        parent.kill()
        parent.wait()
        assert _comes_true(lambda: not alive.taken())
    finally:
        parent.kill()
        parent.wait()
        if alive.taken():
            os.kill(alive.holder() or 0, signal.SIGKILL)


def test_a_module_gets_its_arguments_and_is_the_main_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = "import sys\nif __name__ == '__main__': print(sys.argv[1:], sys.modules['__main__'].__spec__.name)"
    (tmp_path / "teller.py").write_text(told, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    process = orphans.start("teller", "a", "b c", stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.read().decode().strip() == "['a', 'b c'] teller"
    assert process.wait(30) == 0
    orphans.end([process])


def test_what_does_not_end_when_asked_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deaf = (
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('deaf', flush=True)\ntime.sleep(600)"
    )
    (tmp_path / "deaf.py").write_text(deaf, "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    process = orphans.start("deaf", stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"deaf\n"
    orphans.end([process], 0.1)
    assert process.returncode == -signal.SIGKILL


def _comes_true(told: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not told() and time.monotonic() < deadline:
        time.sleep(0.01)
    return told()
