from __future__ import annotations

import json
from pathlib import Path

import pytest

import shopmind
from shopmind.privacy import erase
from shopmind.privacy.erase import PENDING
from shopmind.shop import Shop
from shopmind.stores.lease import Lease

SECRET_WORD = "zebra-striped-query"


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def remember(shop: Shop) -> str:
    """A user who left traces everywhere; returns the pseudonym."""
    shop.put_users([{"user_id": "alice@shop", "attributes": {"city": "Zebraville"}}])
    shop.track({"type": "purchase", "user_id": "alice@shop", "item_id": "tea-01", "quantity": 1})
    shop.track({"type": "search", "user_id": "alice@shop", "query": SECRET_WORD})
    shop.search(SECRET_WORD, user="alice@shop")
    pseudonym = shop.pseudonyms.user("alice@shop")
    line = {"file": "events.csv", "line": 3, "reason": "unknown_item", "row": {"user_id": pseudonym, "item_id": "x"}}
    (shop.path / "rejected.ndjson").write_text(json.dumps(line) + "\n" + json.dumps({"row": {"item_id": "y"}}) + "\n")
    return pseudonym


def test_forgetting_reaches_every_place_and_leaves_no_bytes(shop: Shop) -> None:
    pseudonym = remember(shop)
    receipt = shop.forget("alice@shop")
    assert receipt["erased"]["events"] == 2
    assert receipt["erased"]["users"] == 1
    assert receipt["erased"]["rejected_rows"] == 1
    assert receipt["erased"]["records"] >= 1
    assert set(receipt["retrain"]) == set(shop.artifacts.names())
    path = shop.path
    shop.close()
    left = everything(path)
    for trace in (pseudonym, "alice@shop", SECRET_WORD, "Zebraville"):
        assert trace.encode() not in left, trace
    assert b'"item_id": "y"' in left


def test_a_forgotten_user_is_a_stranger_in_the_next_answer(shop: Shop) -> None:
    remember(shop)
    assert shop.recommend("buy_again", user="alice@shop").hits
    shop.forget("alice@shop")
    assert shop.recommend("buy_again", user="alice@shop").hits == ()


def test_forgetting_twice_gives_a_receipt_of_zeros(shop: Shop) -> None:
    remember(shop)
    shop.forget("alice@shop")
    assert set(shop.forget("alice@shop")["erased"].values()) == {0}
    assert set(shop.forget("never seen")["erased"].values()) == {0}


def test_an_erasure_cut_by_a_kill_is_finished_at_the_next_opening(shop: Shop) -> None:
    pseudonym = remember(shop)
    shop.records.put(PENDING, pseudonym, {})  # what a kill right after the first step leaves behind
    path = shop.path
    shop.close()
    with shopmind.open(path) as again:
        assert again.recommend("buy_again", user="alice@shop").hits == ()
        assert again.records.scan(PENDING) == []
        assert again.records.scan("receipt")


def test_the_doctor_asks_for_training_after_an_erasure_until_it_was_done(shop: Shop) -> None:
    from shopmind.operations.doctor import examine

    remember(shop)
    shop.forget("alice@shop")
    assert any("erased" in finding.text for finding in examine(shop))
    shop.train()
    assert not any("erased" in finding.text for finding in examine(shop))


def test_rejected_rows_that_are_written_meanwhile_are_not_lost(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(shop)
    alone = []

    def write(path: Path, content: bytes) -> None:
        alone.append(Lease(path.with_name(f".{path.name}.lock")).taken())

    monkeypatch.setattr(erase, "write_whole", write)
    shop.forget("alice@shop")
    assert alone == [True]
