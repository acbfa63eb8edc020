from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from shopmind.kit.errors import MissingExtraError
from shopmind.kit.progress import silent
from shopmind.stores.lease import Lease
from shopmind.training import MENU, sequence
from shopmind.training.recipe import Tables
from shopmind.training.sequence.recipe import SequenceRecipe

ROOT = Path(__file__).resolve().parents[3]


def test_serving_and_the_menu_need_no_torch() -> None:
    code = (
        "import sys\n"
        "from shopmind.training import MENU, sequence_model\n"
        "MENU.load('sequence').Options()\n"
        "assert not [name for name in sys.modules if name.split('.')[0] == 'torch']\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_torch_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, shop_with_a_rule: Tables) -> None:
    monkeypatch.setattr(sequence, "NEEDED", ("a_package_that_is_not_there",))
    with pytest.raises(MissingExtraError, match=r"shopmind\[train\]"):
        SequenceRecipe().fit(shop_with_a_rule, SequenceRecipe.Options(), seed=0, progress=silent)


def test_options_say_what_is_allowed() -> None:
    with pytest.raises(ValueError, match="dimension 65 is not a multiple of heads 2"):
        SequenceRecipe.Options(dimension=65)
    with pytest.raises(ValueError, match="dropout is 1"):
        SequenceRecipe.Options(dropout=1.0)
    assert MENU.load("sequence") is SequenceRecipe


FIT = """
import sys
from dataclasses import replace
from pathlib import Path
from shopmind.kit.progress import silent
from shopmind.training.sequence.recipe import SequenceRecipe
from tests.training.sequence.conftest import walks
options = SequenceRecipe.Options(dimension=16, networks=1)
SequenceRecipe().fit(replace(walks(), work=Path(sys.argv[1])), options, seed=0, progress=silent)
"""
STANDS_STILL = """
import time
from pathlib import Path
from shopmind.stores.lease import Lease
Lease(Path(__file__).with_name("alive")).acquire()
time.sleep(600)
"""


def test_no_process_of_a_killed_training_outlives_it(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text(STANDS_STILL, "utf-8")  # in its stead: whoever imports it never gets any further
    alive = Lease(tmp_path / "alive")
    path = os.pathsep.join([str(tmp_path), *sys.path])
    command = [sys.executable, "-c", FIT, str(tmp_path / "work")]
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": path}, cwd=ROOT)
    try:
        assert _comes_true(alive.taken)
        process.kill()
        process.wait()
        assert _comes_true(lambda: not alive.taken())
    finally:
        process.kill()
        process.wait()
        if alive.taken():
            os.kill(alive.holder() or 0, signal.SIGKILL)


def _comes_true(told: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not told() and time.monotonic() < deadline:
        time.sleep(0.01)
    return told()
