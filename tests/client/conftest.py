"""The tiny shop behind HTTP, and a client that calls it in this process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shopmind.client import Client
from shopmind.serving import keys
from shopmind.serving.app import create_app
from shopmind.shop import Shop
from shopmind.testing.asgi import AsgiTransport


@pytest.fixture
def transport(shop: Shop) -> AsgiTransport:
    return AsgiTransport(create_app(shop))


@pytest.fixture
def client(shop: Shop, transport: AsgiTransport) -> Iterator[Client]:
    """An admin's client."""
    with Client("http://shop.test", keys.create(shop.records, "admin"), transport=transport) as made:
        yield made
