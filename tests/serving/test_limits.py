"""The token bucket, worked through by hand."""

from __future__ import annotations

import pytest

from shopmind.kit.errors import BusyError
from shopmind.serving.limits import TokenBuckets


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_a_burst_is_served_and_then_the_rate_holds() -> None:
    now = Hands()
    buckets = TokenBuckets(2.0, 3, now=now)
    for _ in range(3):
        buckets.take("a")
    with pytest.raises(BusyError) as caught:
        buckets.take("a")
    assert caught.value.retry_after_s == 0.5
    now.seconds += 0.5
    buckets.take("a")
    with pytest.raises(BusyError):
        buckets.take("a")


def test_a_bucket_never_holds_more_than_the_burst() -> None:
    now = Hands()
    buckets = TokenBuckets(10.0, 2, now=now)
    buckets.take("a")
    now.seconds += 1_000
    buckets.take("a")
    buckets.take("a")
    with pytest.raises(BusyError):
        buckets.take("a")


def test_callers_do_not_share() -> None:
    buckets = TokenBuckets(1.0, 1, now=Hands())
    buckets.take("a")
    buckets.take("b")
    with pytest.raises(BusyError):
        buckets.take("a")


def test_only_so_many_callers_are_remembered() -> None:
    buckets = TokenBuckets(1.0, 1, limit=3, now=Hands())
    for caller in range(10):
        buckets.take(str(caller))
    assert len(buckets) == 3
    buckets.take("0")


def test_refused_requests_cost_nothing() -> None:
    now = Hands()
    buckets = TokenBuckets(1.0, 1, now=now)
    buckets.take("a")
    for _ in range(50):
        with pytest.raises(BusyError):
            buckets.take("a")
    now.seconds += 1.0
    buckets.take("a")
