"""Killed at any step, the next process goes on: nothing is done twice in what is kept, nothing is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from shopmind.kit.errors import BusyError, InputError
from shopmind.operations.backup import backup, restore
from shopmind.operations.knowledge import Knowledge
from shopmind.operations.strategy import cycle
from shopmind.operations.strategy.run import LEASE
from shopmind.stores.lease import Lease

from .conftest import CLOTHES, JUNK, TEA, KilledError, Killer, Life


def lives_through(life: Life, monkeypatch: pytest.MonkeyPatch, *, before: bool) -> int:
    """Goes on until nothing is left to do, killed at every save (before or after it is written); how often."""
    for kills in range(40):
        with monkeypatch.context() as patched:
            patched.setattr(cycle, "save", Killer(before))
            try:
                while life.strategy.once()[-1].step != "idle":
                    life.ask()
                return kills
            except KilledError:
                life.shop.close()
                life.open()
    raise AssertionError("it never came to an end")


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("better", [True, False])
def test_killed_around_every_save_it_ends_where_it_would_have_ended(
    life: Life, monkeypatch: pytest.MonkeyPatch, before: bool, better: bool
) -> None:
    life.rules()
    served = life.served
    if better:
        life.customers(CLOTHES, people=60)
    else:
        life.customers(JUNK, people=28, hours=5)
        life.customers(TEA, people=40, hours=5)
    kills = lives_through(life, monkeypatch, before=before)
    assert kills >= 4
    whats = [what for what, _ in life.entries()]
    assert whats == (
        ["trained", "evaluated", "shadowed", "promoted"] if better else ["trained", "evaluated", "rolled_back"]
    )
    assert (life.served != served) == better
    assert life.steps() == ["idle"]


CHILD = """
import os, signal, sys
from pathlib import Path
import shopmind
from shopmind.operations.strategy import Strategy, cycle
save, left = cycle.save, [int(sys.argv[3])]
def saved(*given):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    save(*given)
cycle.save = saved
now = int(sys.argv[2])
with shopmind.open(Path(sys.argv[1]), clock=lambda: now) as shop:
    for told in Strategy(shop).once():
        print(told.step, flush=True)
"""


@pytest.mark.slow
def test_a_real_kill_in_the_middle_of_a_step_leaves_the_lease_and_the_next_process_goes_on(life: Life) -> None:
    life.rules()
    life.customers(CLOTHES, people=60)
    life.shop.close()
    for at_save in (2, 2):  # the first dies with the candidate fitted and not kept, the second before it is judged
        child = [sys.executable, "-c", CHILD, str(life.folder), str(life.clock()), str(at_save)]
        done = subprocess.run(child, capture_output=True, text=True, check=False, timeout=600)
        assert done.returncode == -9, done.stderr
    life.open()
    life.steps()
    life.ask()
    assert life.steps()[-2:] == ["promoted", "idle"]
    assert [what for what, _ in life.entries()] == ["trained", "evaluated", "shadowed", "promoted"]


def test_only_one_process_runs_the_strategy_of_a_shop(life: Life) -> None:
    life.rules()
    with Lease(life.folder / LEASE).hold(), pytest.raises(BusyError):
        life.strategy.once()


def test_a_candidate_is_withdrawn_when_somebody_else_promotes_meanwhile(life: Life) -> None:
    life.rules()
    life.customers(CLOTHES, people=60)
    life.steps()
    life.shop.train(["popularity"])
    by_hand = life.served
    assert life.steps() == ["withdraw", "rolled_back", "idle"]
    assert life.entries()[-1][1] == "popularity was promoted by somebody else meanwhile"
    assert life.served == by_hand


def test_a_candidate_is_withdrawn_when_somebody_it_learned_from_is_erased(life: Life) -> None:
    life.rules()
    life.customers(CLOTHES, people=60)
    life.steps()
    served = life.served
    life.clock.pass_hours(1)
    life.shop.forget("u01")
    assert life.steps()[:2] == ["withdraw", "rolled_back"]
    assert life.entries()[-1][1] == "a customer it learned from was erased"
    assert life.served == served


def test_a_candidate_that_newer_fits_pushed_out_is_withdrawn(life: Life) -> None:
    life.rules()
    life.customers(CLOTHES, people=60)
    life.steps()
    now = life.strategy.cycle()
    assert now is not None
    (version,) = now.candidate.values()
    for path in (life.folder / "artifacts" / "popularity" / version).iterdir():
        path.unlink()
    (life.folder / "artifacts" / "popularity" / version).rmdir()
    assert life.steps()[:2] == ["withdraw", "rolled_back"]
    assert "is gone" in life.entries()[-1][1]


def test_a_wrong_rule_stops_nothing_that_is_kept(life: Life) -> None:
    life.rules()
    life.customers(CLOTHES, people=60)
    life.steps()
    life.rules("scenarios = 5")
    with pytest.raises(InputError, match="not a list"):
        life.strategy.once()
    life.rules()
    life.ask()
    assert life.steps()[-2:] == ["promoted", "idle"]
    assert len(Knowledge(life.shop).all(what="promoted")) == 1


def test_a_backup_holds_the_rules_the_log_and_where_the_cycle_stands(life: Life, tmp_path: Path) -> None:
    life.rules()
    life.customers(CLOTHES, people=60)
    life.steps()
    backup(life.shop, tmp_path / "copy")
    restore(tmp_path / "copy", tmp_path / "again")
    again = Life(tmp_path / "again", life.clock)
    again.ask()
    assert again.steps()[-2:] == ["promoted", "idle"]
    assert [what for what, _ in again.entries()] == ["trained", "evaluated", "shadowed", "promoted"]
    again.shop.close()
