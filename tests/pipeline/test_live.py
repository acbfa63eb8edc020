"""The tail of the log in memory: bounded, what was read stays as it was, and nobody counts again for nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from shopmind.domain import EVENT_TYPES
from shopmind.kit.seeds import hash64
from shopmind.pipeline.live import LiveEvents, LiveTail, SinceTraining
from shopmind.stores.ports import EVENT_TABLE

VIEW, IMPRESSION = EVENT_TYPES.index("view"), EVENT_TYPES.index("impression")


class Log:
    """An event log of what it is told."""

    def __init__(self) -> None:
        self.rows: list[dict[str, object]] = []

    def add(self, *kinds: int, item: int | None = 7) -> None:
        for kind in kinds:
            number = len(self.rows) + 1
            row = {"number": number, "type": kind, "timestamp_ms": number * 10, "item": item, "user": None}
            self.rows.append(dict.fromkeys(EVENT_TABLE) | row | {"request_id": f"r{number}", "position": 2})

    def last_number(self) -> int:
        return len(self.rows)

    def table(self, *, after: int) -> pl.DataFrame:
        return pl.DataFrame(self.rows[after:], schema=EVENT_TABLE)


def tail(log: Log, limit: int = 3) -> LiveTail:
    return LiveTail(log, 0, limit=limit, poll_ms=0)  # type: ignore[arg-type]  # of a log it asks two things


def test_it_keeps_the_newest_and_what_was_read_before_stays_as_it_was() -> None:
    log = Log()
    live = tail(log)
    held: list[tuple[LiveEvents, list[int]]] = []
    for _ in range(2_000):  # several times the room of its first arrays
        log.add(VIEW)
        found = live.read()
        held.append((found, found.numbers.tolist()))
        assert found.numbers.tolist() == list(range(max(1, len(log.rows) - 2), len(log.rows) + 1))
    assert all(found.numbers.tolist() == before for found, before in held)


def test_it_reads_every_column_and_leaves_out_events_without_an_item() -> None:
    log = Log()
    log.add(VIEW, item=None)
    log.add(IMPRESSION, item=5)
    found = tail(log).read()
    assert (found.numbers.tolist(), found.items.tolist(), found.users.tolist()) == ([2], [5], [0])
    assert (found.types.tolist(), found.times_ms.tolist(), found.places.tolist()) == ([IMPRESSION], [20], [2])
    assert (found.requests.tolist(), found.scenarios.tolist()) == ([hash64("r2")], [0])
    assert found.version == 2


def test_more_at_once_than_it_keeps_leaves_the_newest() -> None:
    log = Log()
    log.add(*[VIEW] * 5_000)
    assert tail(log, limit=3).read().numbers.tolist() == [4_998, 4_999, 5_000]


def test_after_an_erasure_it_reads_again() -> None:
    log = Log()
    log.add(VIEW, VIEW)
    live = tail(log)
    live.read()
    log.rows[0]["item"] = 9
    live.drop()
    assert live.read().items.tolist() == [9, 7]


@pytest.mark.parametrize(
    ("came", "now_ms", "times"),
    [((), 0, 1), ((IMPRESSION,), 0, 1), ((IMPRESSION, VIEW), 0, 2), ((), 60_000, 2)],
    ids=["nothing came", "an impression came", "a view came", "a minute passed"],
)
def test_it_is_reckoned_again_only_for_what_counts(came: Sequence[int], now_ms: int, times: int) -> None:
    log, reckoned = Log(), []
    log.add(VIEW, IMPRESSION)
    counted = np.array([kind == VIEW for kind in range(len(EVENT_TYPES))])

    def reckon(live: LiveEvents) -> np.ndarray:
        reckoned.append(live.types.tolist())
        return np.array([len(live.numbers)], np.float32)

    live, since = tail(log, limit=100), SinceTraining()
    since.reckoned(live.read(), 0, counted, 10, 0, reckon)
    log.add(*came)
    found = since.reckoned(live.read(), 0, counted, 10, now_ms, reckon)
    assert len(reckoned) == times
    assert found.tolist() == [1 + list(came).count(VIEW)]
    assert all(set(types) <= {VIEW} for types in reckoned)
