"""The tiny shop behind HTTP, and a client that calls it in this process."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import shopmind
from shopmind.client import Client
from shopmind.serving import keys
from shopmind.serving.app import create_app
from shopmind.shop import Shop
from shopmind.testing.asgi import AsgiTransport
from shopmind.testing.tiny_shop import make_tiny_shop


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny") / "shop"
    make_tiny_shop(folder).close()
    return folder


@pytest.fixture
def shop(tiny_folder: Path, tmp_path: Path) -> Iterator[Shop]:
    """A tiny shop of the test's own."""
    shutil.copytree(tiny_folder, tmp_path / "shop")
    with shopmind.open(tmp_path / "shop") as opened:
        yield opened


@pytest.fixture
def transport(shop: Shop) -> AsgiTransport:
    return AsgiTransport(create_app(shop))


@pytest.fixture
def client(shop: Shop, transport: AsgiTransport) -> Iterator[Client]:
    """An admin's client."""
    with Client("http://shop.test", keys.create(shop.records, "admin"), transport=transport) as made:
        yield made
