"""An erasure that meets a sender: once it is acknowledged, nothing of the person is handed over or left."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.operations.messages.conftest import Writing

import shopmind
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import BusyError
from shopmind.kit.files import write_whole
from shopmind.operations.messages.deliveries import files
from shopmind.privacy.erase import PENDING
from shopmind.shop import Shop, postbox
from shopmind.stores.outbox import Message

WHO = "u01"
SOON_S = 10.0


def due(writing: Writing, *names: str) -> str:
    """Letters to one person that are due now; returns the pseudonym."""
    pseudonym, now_ms = writing.shop.pseudonyms.user(WHO), writing.now_ms
    planned = writing.shop.postbox.outbox.plan(
        [
            Message(name, "weekly", name, pseudonym, "email", now_ms, now_ms + DAY_MS, {"items": ["tea-01"]})
            for name in names
        ],
        [],
    )
    assert set(planned) == {"planned"}
    return pseudonym


class Held:
    """Holds up whoever writes a letter."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()

    def write(self, path: Path, content: bytes, *, mode: int) -> None:
        self.begun.set()
        assert self.go_on.wait(SOON_S)
        write_whole(path, content, mode=mode)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    found = Held()
    monkeypatch.setattr(files, "write_whole", found.write)
    return found


@contextmanager
def beside(work: Callable[[], object]) -> Iterator[threading.Thread]:
    """Does the work in a thread, which has ended when the block has."""
    thread = threading.Thread(target=work)
    thread.start()
    yield thread
    thread.join(SOON_S)
    assert not thread.is_alive()


def names_of(shop: Shop, *traces: str) -> list[str]:
    """Files of a shop that name somebody."""
    shop.close()
    paths = [path for path in shop.path.rglob("*") if path.is_file() and path.suffix != ".lease"]
    return [path.name for path in paths if any(trace.encode() in path.read_bytes() for trace in traces)]


def test_a_letter_in_hand_is_waited_for_and_leaves_nothing(writing: Writing, held: Held) -> None:
    shop, pseudonym = writing.shop, due(writing, "m1")
    with beside(writing.send):
        assert held.begun.wait(SOON_S)
        with beside(lambda: shop.forget(WHO)) as erasing:
            erasing.join(0.3)
            acknowledged = not erasing.is_alive()
            held.go_on.set()
    assert not acknowledged
    assert names_of(shop, pseudonym, f"{WHO}@mail.example") == []


def test_to_whom_is_being_erased_the_sender_begins_no_letter(writing: Writing) -> None:
    shop, pseudonym = writing.shop, due(writing, "m1")
    shop.records.put(PENDING, pseudonym, {})  # as an erasure notes it before anything else
    assert writing.send().counts["email"] == {"no consent": 1}
    assert not (shop.path / "outbox").exists()
    shop.forget(WHO)
    assert shop.postbox.outbox.ids_of(pseudonym) == []


def test_what_a_dead_sender_left_behind_is_erased_without_waiting(writing: Writing) -> None:
    shop, pseudonym = writing.shop, due(writing, "m1")
    outbox = shop.postbox.outbox
    assert len(outbox.exchange([], 1, writing.now_ms)) == 1
    letter = shop.postbox.letter("email", "m1")
    letter.parent.mkdir(parents=True)
    for path in (letter, letter.with_name(f".{letter.name}.00ff")):  # killed between the draft and the file
        path.write_text(f"to {WHO}@mail.example", "utf-8")
    assert shop.forget(WHO)["erased"]["letters"] == 1
    assert names_of(shop, pseudonym, f"{WHO}@mail.example") == []


def test_a_sender_that_hangs_puts_an_erasure_off_and_gets_no_other_letter(
    writing: Writing, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postbox, "PATIENCE_S", 0.1)
    shop, pseudonym = writing.shop, due(writing, "m1")
    with beside(writing.send):
        assert held.begun.wait(SOON_S)
        with pytest.raises(BusyError, match="handed over"):
            shop.forget(WHO)
        shopmind.open(shop.path).close()  # it cannot be finished now, and the shop opens all the same
        assert [key for key, _ in shop.records.scan(PENDING)] == [pseudonym]
        held.go_on.set()
    shop.forget(WHO)
    assert names_of(shop, pseudonym, f"{WHO}@mail.example") == []


def test_a_word_to_stop_that_meets_an_erasure_names_nobody(writing: Writing, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, pseudonym = writing.shop, writing.shop.pseudonyms.user(WHO)
    outbox = shop.postbox.outbox
    stop = outbox.stop

    def late(stops: Sequence[tuple[str, str, str]], now_ms: int, **how: str) -> None:
        shop.forget(WHO)
        stop(stops, now_ms, **how)

    monkeypatch.setattr(outbox, "stop", late)
    assert shop.postbox.unsubscribe(shop.postbox.token(pseudonym, "email")) == "email"
    assert names_of(shop, pseudonym) == []
