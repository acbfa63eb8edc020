"""The tiny shop behind its HTTP door, called in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from shopmind.serving import keys
from shopmind.serving.app import create_app
from shopmind.serving.settings import ServingSettings
from shopmind.shop import Shop
from shopmind.testing.asgi import AsgiTransport

Served = Callable[..., httpx.Client]


@pytest.fixture
def serve(shop: Shop) -> Iterator[Served]:
    """Serves the shop: `serve(role="admin", rate_per_s=5)` gives an httpx client with a new key of that role."""
    with ExitStack() as stack:

        def served(*, role: str | None = "admin", origins: tuple[str, ...] = (), **settings: Any) -> httpx.Client:
            headers = {} if role is None else {"x-api-key": keys.create(shop.records, role, origins)}
            transport = AsgiTransport(create_app(shop, ServingSettings(**settings)))
            client = httpx.Client(transport=transport, base_url="http://shop.test", headers=headers)
            return stack.enter_context(client)

        yield served


@pytest.fixture
def api(serve: Served) -> httpx.Client:
    """The shop served to an admin."""
    return serve()
