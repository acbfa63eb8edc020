"""What every route works with: the shop, its settings, and the threads the engine runs in."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import anyio.to_thread
from anyio import CapacityLimiter
from starlette.requests import Request

from shopmind.kit.errors import BusyError
from shopmind.serving.figures import Figures
from shopmind.serving.keys import Keyring, Scope
from shopmind.serving.limits import TokenBuckets
from shopmind.serving.settings import ServingSettings
from shopmind.shop import Shop

T = TypeVar("T")

MOST_LOOKING = 2
"""Who may wait for somebody else's look. With three seconds each, nobody waits longer than clients do."""


@dataclass(slots=True)
class Visit:
    """What is known of one request while it is answered; `Door` makes it and logs it.

    Attributes:
        request_id: a slate's own id replaces it, so that log, header and answer speak of one thing.
        key_id: public prefix of the key, "" before it is known and in open shops.
        scopes: of the key; every scope in an open shop.
        role: of the key; admin in an open shop, "" before it is known.
        origin: the web origin that may read the answer, None for no other than ours.
        filter_field: what the caller called the filter, for an error that speaks of it.
    """

    request_id: str = field(default_factory=lambda: secrets.token_hex(8))
    key_id: str = ""
    scopes: frozenset[Scope] = frozenset()
    role: str = ""
    origin: str | None = None
    filter_field: str = "filter"


class Service:
    """One served shop.

    The engine runs in a few threads of its own and writes in another, so that a bulk write leaves room for searches.
    """

    def __init__(self, shop: Shop, settings: ServingSettings) -> None:
        self.shop = shop
        self.settings = settings
        self.figures = Figures()
        self.keyring = Keyring(shop.records)
        self.buckets = TokenBuckets(settings.rate_per_s, settings.burst)
        self._readers = CapacityLimiter(settings.engine_threads)
        self._writers = CapacityLimiter(1)
        self._lookers = CapacityLimiter(1)
        self._inside = 0
        self._looking = 0

    async def read(self, work: Callable[[], T]) -> T:
        """Runs engine work in a thread.

        Raises:
            BusyError: too many requests are waiting already.
        """
        return await self._run(work, self._readers)

    async def look(self, work: Callable[[], T]) -> T:
        """Runs what people of the shop want to know, which may take seconds: one at a time, in a thread of its own,
        so that the engine's are there for customers.

        Raises:
            BusyError: too many are waiting already.
        """
        if self._looking > MOST_LOOKING:
            raise BusyError(f"more than {MOST_LOOKING} others are looking into answers; come back in a few seconds")
        self._looking += 1
        try:
            return await self._run(work, self._lookers)
        finally:
            self._looking -= 1

    async def write(self, work: Callable[[], T]) -> T:
        """Runs a write in the one writing thread; it is durable when this returns. Raises as `read`."""
        return await self._run(work, self._writers)

    async def _run(self, work: Callable[[], T], threads: CapacityLimiter) -> T:
        if self._inside >= self.settings.max_waiting + self.settings.engine_threads:
            raise BusyError(f"more than {self.settings.max_waiting} requests are waiting; come back in a second")
        self._inside += 1
        try:
            return await anyio.to_thread.run_sync(work, limiter=threads)
        finally:
            self._inside -= 1


def service_of(request: Request) -> Service:
    """The service a request is for."""
    service: Service = request.app.state.service
    return service


def visit_of(request: Request) -> Visit:
    """The visit that a request is."""
    visit: Visit = request.scope["shopmind"]
    return visit
