"""Answers are written down after they were given: not those of somebody whom another process erased meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import shopmind
from shopmind.privacy.erase import PENDING, Erasure
from shopmind.shop import Shop
from shopmind.testing.tiny_shop import make_tiny_shop

KNOWN, STRANGER, OTHER = "u01", "never-seen", "u02"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Shop]:
    with make_tiny_shop(tmp_path / "shop", impressions="served") as shop:
        yield shop


@pytest.fixture
def there(here: Shop) -> Iterator[Shop]:
    """As another process has it open."""
    with shopmind.open(here.path) as shop:
        yield shop


@contextmanager
def held(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What the shop answers in the block is written when it ends."""
    go_on, behind = threading.Event(), shop._slates._behind
    write = behind._write

    def late(answered: Any) -> None:
        assert go_on.wait(30)
        write(answered)

    with monkeypatch.context() as patch:
        patch.setattr(behind, "_write", late)
        yield
        go_on.set()
        shop.flush()


def ask(shop: Shop, user: str) -> str:
    slate = shop.recommend("home", user=user)
    assert slate.hits
    return slate.request_id


def named(shop: Shop, user: str) -> list[str]:
    """Where the shop names somebody."""
    pseudonym = shop.pseudonyms.user(user)
    slates = [key for key, body in shop.records.scan("slate", 10_000) if body["user_id"] == pseudonym]
    return slates + (["users"] if shop.users.get(pseudonym) else [])


@pytest.mark.parametrize("who", [KNOWN, STRANGER])
def test_an_answer_of_another_process_does_not_name_who_was_erased_meanwhile(
    here: Shop, there: Shop, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    with held(there, monkeypatch):
        ask(there, who)
        kept = ask(there, OTHER)
        here.forget(who)
    assert named(here, who) == []
    assert kept in named(here, OTHER)
    assert len(here.events.of_requests([kept], upto=here.events.last_number())) > 0
    pseudonym = here.pseudonyms.user(who)
    there.close()
    here.close()
    for path in here.path.rglob("*"):
        assert not path.is_file() or pseudonym.encode() not in path.read_bytes(), path.name


@pytest.mark.parametrize("who", [KNOWN, STRANGER])
def test_nor_one_that_is_given_while_the_erasure_works(here: Shop, monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    wipe, erase = Erasure._wipe, here.users.erase

    def before(self: Erasure, user_id: str) -> int:
        ask(here, who)  # after all that waited was written
        return wipe(self, user_id)

    def behind(user_id: str) -> Any:
        rows = erase(user_id)
        ask(here, who)
        here.flush()
        return rows

    monkeypatch.setattr(Erasure, "_wipe", before)
    monkeypatch.setattr(here.users, "erase", behind)
    here.forget(who)
    here.flush()
    assert named(here, who) == []
    assert here.records.scan(PENDING) == []


def test_nor_one_that_was_given_between_the_last_row_and_the_receipt(
    here: Shop, there: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with held(there, monkeypatch):
        erase = here.users.erase

        def late(user_id: str) -> Any:
            rows = erase(user_id)
            ask(there, KNOWN)
            return rows

        monkeypatch.setattr(here.users, "erase", late)
        here.forget(KNOWN)
    assert named(here, KNOWN) == []


def test_who_comes_back_is_written_down_as_before(here: Shop, there: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    with held(there, monkeypatch):
        old = ask(there, KNOWN)
        here.forget(KNOWN)
        here.track({"type": "view", "user_id": KNOWN, "item_id": "tea-01"})
        new = ask(there, KNOWN)
    assert named(here, KNOWN) == [new, "users"]
    assert old not in [key for key, _ in here.records.scan("slate", 10_000)]
    shown = here.events.of_requests([old, new], upto=here.events.last_number())
    assert shown["request_id"].unique().to_list() == [new]


def test_a_stranger_who_is_answered_after_an_erasure_is_written_down(here: Shop, there: Shop) -> None:
    here.forget(STRANGER)
    new = ask(there, STRANGER)
    there.flush()
    assert named(here, STRANGER) == [new, "users"]


def test_while_an_erasure_is_noted_nothing_names_the_person(here: Shop, there: Shop) -> None:
    here.records.put(PENDING, here.pseudonyms.user(STRANGER), {})
    ask(there, STRANGER)
    there.flush()
    assert named(here, STRANGER) == []
