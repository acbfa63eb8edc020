"""Rate limits: one token bucket for each caller, in memory and bounded."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable

from shopmind.kit.errors import BusyError


class TokenBuckets:
    """A bucket of `burst` tokens for each caller, filled by `rate_per_s`; a request takes one.

    Only the newest `limit` callers are remembered: one that was forgotten starts again with a full bucket.
    Not for many threads: it lives in the event loop.

    Source: https://en.wikipedia.org/wiki/Token_bucket
    """

    def __init__(
        self, rate_per_s: float, burst: int, *, limit: int = 10_000, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._rate = rate_per_s
        self._burst = float(burst)
        self._limit = limit
        self._now = now
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> None:
        """Takes one token.

        Raises:
            BusyError: the bucket is empty; it says after how many seconds there will be a token.
        """
        now = self._now()
        tokens, filled_at = self._buckets.pop(caller, (self._burst, now))
        tokens = min(self._burst, tokens + (now - filled_at) * self._rate)
        enough = tokens >= 1.0
        self._buckets[caller] = (tokens - 1.0 if enough else tokens, now)
        if len(self._buckets) > self._limit:
            self._buckets.popitem(last=False)
        if not enough:
            wait_s = math.ceil((1.0 - tokens) / self._rate * 1000) / 1000
            raise BusyError(f"more than {self._rate:g} requests a second; retry in {wait_s:g} s", retry_after_s=wait_s)

    def __len__(self) -> int:
        return len(self._buckets)
