"""No money is spent that is not there: after kill -9, and with two processes that sell the same ads."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from shopmind.domain import Event, Item
from shopmind.stores.database import open_database
from shopmind.stores.ledger import Hold

Child = Callable[[str], subprocess.Popen[str]]
Kill = Callable[[subprocess.Popen[str], int], list[str]]

SELLER = """
    import os, sys
    from shopmind.domain import Event
    from shopmind.stores.database import open_database
    from shopmind.stores.ledger import Hold
    database = open_database(f"sqlite:///{folder}/shop.db")
    me = os.getpid()
    for step in range(100_000):
        holds = [Hold(f"{me}-{step}", ad, "click", 7, BUDGET, 1_000 + step, 60_000 + step) for ad in (1, 2)]
        told = database.ledger.reserve(holds)
        if step % 2 == 0:
            click = Event(f"{me}-{step}", "click", 2_000, item_id="ad-1", request_id=f"{me}-{step}")
            database.events.append([click, click])
        if step % 5 == 0:
            database.ledger.settle(2_000)
        print(told.count(""), flush=True)
"""


def books_agree(path: Path, budget: int) -> tuple[int, int]:
    """Spent and held of the first ad, after what they are was added up again from the holds."""
    database = open_database(f"sqlite:///{path}/shop.db")
    assert database.check() == []
    settled = database.ledger.settle(2_000)
    assert database.ledger.settle(2_000).charged == 0, "what is charged stays charged"
    account = database.ledger.accounts(0)[1]
    rows = database.ledger.shown(0, 10**12).filter(item=1)
    charged, held = (int(rows.filter(state=state)["price"].sum()) for state in (1, 0))
    assert (account.spent, account.held) == (charged, held)
    assert account.spent + account.held <= budget
    clicked = rows.filter(rows["clicked"])
    assert charged == 7 * clicked.height, "each click that was acknowledged is charged once, others are not"
    assert settled.mills <= charged
    database.close()
    return account.spent, account.held


def test_a_kill_in_the_middle_of_selling_leaves_the_books_whole(
    child: Child, killed_after: Kill, tmp_path: Path
) -> None:
    database = open_database(f"sqlite:///{tmp_path}/shop.db")
    database.catalogue.put([Item("ad-1", kind="ad"), Item("ad-2", kind="ad")])
    database.close()
    told = killed_after(child(SELLER.replace("BUDGET", "1_000_000")), 25)
    spent, held = books_agree(tmp_path, 1_000_000)
    assert spent + held >= 7 * len(told), "what was held before the kill is held still"


@pytest.mark.slow
def test_held_money_comes_back_after_a_kill(child: Child, killed_after: Kill, tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/shop.db")
    database.catalogue.put([Item("ad-1", kind="ad"), Item("ad-2", kind="ad")])
    killed_after(child(SELLER.replace("BUDGET", "1_000_000")), 8)
    database.ledger.settle(10**9)
    accounts = database.ledger.accounts(0)
    assert accounts[1].held == accounts[2].held == 0
    assert accounts[1].spent > 0
    database.close()


PRUNER = """
    from shopmind.stores.database import open_database
    database = open_database(f"sqlite:///{folder}/shop.db")
    for step in range(100_000):
        pruned = database.ledger.prune(10**9, most=3)
        print(pruned, flush=True)
"""


def test_a_kill_in_the_middle_of_pruning_leaves_the_money_as_it_was(
    child: Child, killed_after: Kill, tmp_path: Path
) -> None:
    database = open_database(f"sqlite:///{tmp_path}/shop.db")
    database.catalogue.put([Item("ad-1", kind="ad"), Item("ad-2", kind="ad")])
    for step in range(300):
        holds = [Hold(f"r-{step}", ad, "click", 7, 1_000_000, 1_000 + step, 60_000) for ad in (1, 2)]
        assert database.ledger.reserve(holds) == ["", ""]
    clicks = [Event(f"e-{step}", "click", 2_000, item_id="ad-1", request_id=f"r-{step}") for step in range(0, 300, 2)]
    database.events.append(clicks)
    database.ledger.settle(2_000)
    before = database.ledger.accounts(0)
    told = killed_after(child(PRUNER), 12)
    assert database.check() == []
    assert database.ledger.accounts(0) == before
    assert (before[1].spent, before[1].held) == (150 * 7, 150 * 7)
    rows = database.ledger.shown(0, 10**12)
    assert rows.filter(state=0).height == 450, "what is held stays"
    assert rows.filter(state=1).height <= 150 - 3 * min(len(told), 50)
    while database.ledger.prune(10**9):
        pass
    assert database.ledger.shown(0, 10**12).height == 450
    assert database.ledger.settle(10**9).returned == 450
    assert database.ledger.accounts(0)[1].spent == 150 * 7
    database.close()


def test_two_processes_spend_one_budget(child: Child, tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/shop.db")
    database.catalogue.put([Item("ad-1", kind="ad"), Item("ad-2", kind="ad")])
    database.close()
    code = SELLER.replace("BUDGET", "350").replace("100_000", "30")
    sellers = [child(code), child(code)]
    sold = 0
    for seller in sellers:
        assert seller.stdout is not None
        sold += sum(int(line) for line in seller.stdout.read().split())
        assert seller.wait() == 0
    assert sold == 2 * 350 // 7, "two ads, to the last mill of each"
    spent, held = books_agree(tmp_path, 350)
    assert spent + held == 350
