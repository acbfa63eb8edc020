"""Several processes redeem at once and are killed; what they were told is so, and no budget is passed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from shopmind.stores.database import open_database
from shopmind.stores.redemptions import Limits, Redemption, Spent

WORKER = """
import sys
from shopmind.stores.database import open_database
from shopmind.stores.redemptions import Limits, Redemption

database = open_database(f"sqlite:///{sys.argv[1]}")
for place in range(int(sys.argv[3]), 400):
    wanted = Redemption(f"{sys.argv[2]}-{place}", "ten-off", 100, 0, user_id=f"user {place % 7}")
    (status,) = database.redemptions.count([(wanted, Limits(amount_minor=9_000))])
    print(f"{place} {status}", flush=True)
"""


@pytest.mark.slow
def test_a_killed_process_counts_nothing_twice_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    open_database(f"sqlite:///{path}").close()
    told: dict[str, dict[int, str]] = {"a": {}, "b": {}}
    for life in range(6):
        running = {}
        for name, said in told.items():
            # the last one that was told is sent again, as a shop does that is not sure
            again = max(said, default=0)
            running[name] = subprocess.Popen(
                [sys.executable, "-c", WORKER, str(path), name, str(again)], stdout=subprocess.PIPE, text=True
            )
        for name, process in running.items():
            out = process.stdout or sys.exit("no pipe")
            lines = [out.readline() for _ in range(5 + 3 * life)]
            os.kill(process.pid, signal.SIGKILL)
            for line in [*lines, *out.read().splitlines()]:
                place, _, status = line.strip().partition(" ")
                if status:
                    told[name].setdefault(int(place), status)
            process.wait()
            out.close()
    database = open_database(f"sqlite:///{path}")
    spent = database.redemptions.spent()["ten-off"]
    assert spent.amount_minor <= 9_000
    for name, said in told.items():
        for place in range(max(said, default=0) + 1):
            wanted = Redemption(f"{name}-{place}", "ten-off", 100, 0, user_id=f"user {place % 7}")
            (status,) = database.redemptions.count([(wanted, Limits(amount_minor=0))])
            if said.get(place) in ("counted", "known"):
                assert status == "known", (name, place)
            if said.get(place) == "budget_gone":
                assert status == "budget_gone", (name, place)
    assert database.redemptions.spent()["ten-off"] == spent
    rows = sum(database.redemptions.of_user(f"user {place}").get("ten-off", 0) for place in range(7))
    assert spent == Spent(rows, 100 * rows)
    assert database.check() == []
    database.close()
