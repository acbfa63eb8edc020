"""A small shop's log as a live stream, with the server killed on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.live_stream import NAMES, live

pytestmark = pytest.mark.slow


def test_kill_9_loses_no_acknowledged_event_and_counts_none_twice(tiny_folder: Path) -> None:
    found = live(tiny_folder, copies=12, kills=2)
    assert (found["lost"], found["stored_twice"], found["refused"]) == (0, 0, 0)
    assert found["counters_equal_a_recount"] == dict.fromkeys(NAMES, True)
    assert found["impressions"]["counted"] == found["impressions"]["log"] > 0
    assert found["acknowledged"] >= found["events"]
    assert found["answers"] > 0
