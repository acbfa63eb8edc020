from __future__ import annotations

import time

from shopmind.stores.write_behind import WriteBehind
from shopmind.testing.processes import until

LONG_S, EVERY_S = 600.0, 0.5


def test_a_busy_moment_becomes_one_write() -> None:
    written: list[list[int]] = []
    started = time.monotonic()
    behind = WriteBehind[int](lambda things: written.append(list(things)), every_s=EVERY_S)
    for number in range(100):
        behind.put(number)
    until(lambda: written)
    behind.close()
    moments = (time.monotonic() - started) / EVERY_S
    assert [number for batch in written for number in batch] == list(range(100))
    assert len(written) <= 1 + moments


def test_flushing_writes_what_was_put_without_waiting_for_the_moment_to_end() -> None:
    written: list[int] = []
    behind = WriteBehind[int](written.extend, every_s=LONG_S)
    started = time.monotonic()
    for number in range(50):
        behind.put(number)
        behind.flush()
        assert written == list(range(number + 1))
    behind.put(50)
    behind.close()
    assert written == list(range(51))
    assert time.monotonic() - started < LONG_S / 2


def test_what_is_put_after_it_was_closed_is_written_too() -> None:
    written: list[int] = []
    behind = WriteBehind[int](written.extend, every_s=LONG_S)
    behind.close()
    behind.put(1)
    behind.close()
    behind.put(2)
    behind.flush()
    assert written == [1, 2]
    behind.close()
