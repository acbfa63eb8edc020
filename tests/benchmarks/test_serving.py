from __future__ import annotations

from benchmarks.serving import middle


def test_a_row_of_rounds_has_their_middle_and_tells_each() -> None:
    first = {"requests": 10, "failed": 0, "p50_ms": 3.0, "p99_ms": 9.0, "max_ms": 11.0, "per_s": 300.0}
    slow = {"requests": 5, "failed": 1, "p50_ms": 6.0, "p99_ms": 40.0, "max_ms": 70.0, "per_s": 150.0}
    third = {"requests": 9, "failed": 0, "p50_ms": 4.0, "p99_ms": 8.0, "max_ms": 12.0, "per_s": 280.0}
    row = middle([first, slow, third])
    rounds = row.pop("rounds")
    assert row == {"requests": 24, "failed": 1, "p50_ms": 4.0, "p99_ms": 9.0, "per_s": 280.0, "max_ms": 70.0}
    assert rounds[1] == {"p50_ms": 6.0, "p99_ms": 40.0, "per_s": 150.0}
