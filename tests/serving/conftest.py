"""The tiny shop behind its HTTP door, called in this process."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

import shopmind
from shopmind.serving import keys
from shopmind.serving.app import create_app
from shopmind.serving.settings import ServingSettings
from shopmind.shop import Shop
from shopmind.testing.asgi import AsgiTransport
from shopmind.testing.tiny_shop import make_tiny_shop

Served = Callable[..., httpx.Client]


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
