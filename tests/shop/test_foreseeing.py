from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

import shopmind
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotFoundError, NotReadyError
from shopmind.kit.progress import silent
from shopmind.shop import Shop, fitting

FEW = {"behaviour": {"days": (7, 14), "at_least": 10, "of_each": 1, "moments": 2, "trees": 20}}


@pytest.fixture
def learned(shop: Shop) -> Shop:
    """The tiny shop, which is too small for the usual options."""
    made, missing = fitting.fit(["behaviour"], shop.tables(), shop.artifacts, FEW, seed=0, progress=silent)
    assert missing == {}
    assert made[0].card["figures"]["purchase"].keys() == {"7", "14"}
    return shop


@pytest.fixture
def later(learned: Shop) -> Iterator[Shop]:
    """The same shop two weeks on, in which nothing happened."""
    now_ms = learned.folder.clock() + 14 * DAY_MS
    with shopmind.open(learned.path, clock=lambda: now_ms) as opened:
        yield opened


def test_an_outlook_is_made_of_probabilities_in_order(learned: Shop) -> None:
    found = learned.outlook("u01")
    assert found.user_id == learned.pseudonyms.user("u01")
    assert list(found.purchase) == [7, 14]
    assert 0 <= found.purchase[7] <= found.purchase[14] <= 1
    assert found.churn == pytest.approx(1 - found.purchase[14])
    assert found.churn_days == 14
    assert found.calibrated_ms <= found.at_ms
    assert dataclasses.is_dataclass(found)


def test_an_event_is_in_the_next_outlook(learned: Shop) -> None:
    learned.track({"type": "view", "user_id": "newcomer", "item_id": "tea-01"})
    first = learned.outlook("newcomer")
    assert first.churn is None, "who never bought cannot stop buying"
    learned.track({"type": "purchase", "user_id": "newcomer", "item_id": "tea-01", "order_id": "o-new"})
    assert learned.outlook("newcomer").churn is not None


def test_time_alone_changes_an_outlook(learned: Shop, later: Shop) -> None:
    assert learned.outlook("u01").purchase != later.outlook("u01").purchase


def test_a_stranger_and_one_who_refuses_are_not_foreseen(learned: Shop) -> None:
    with pytest.raises(NotFoundError, match="nothing is known"):
        learned.outlook("nobody")
    learned.put_users([{"user_id": "u01", "consent": {"personalise": False}}])
    with pytest.raises(NotFoundError, match="does not want"):
        learned.outlook("u01")


def test_an_untrained_shop_names_the_command(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(NotReadyError, match="shopmind train FOLDER behaviour"):
        shop.outlook("u01")


def test_a_forgotten_customer_has_no_outlook(learned: Shop) -> None:
    learned.forget("u02")
    with pytest.raises(NotFoundError):
        learned.outlook("u02")
