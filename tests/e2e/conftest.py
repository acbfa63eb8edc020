"""Real processes on free ports, and a real browser that visits them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from httpx._config import DEFAULT_TIMEOUT_CONFIG

from shopmind.testing.processes import PATIENCE_S, Processes, Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from shopmind.testing.visitor import Visitor

DEFAULT_TIMEOUT_CONFIG.read = PATIENCE_S  # of five seconds, which an answer may take where much else runs
SERVED = 'sample_users = ["u01", "u03"]\nimpressions = "served"\n'


@pytest.fixture
def folder(tiny_folder: Path, tmp_path: Path) -> Path:
    """A tiny shop to serve."""
    return Path(shutil.copytree(tiny_folder, tmp_path / "served"))


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """Servers of the test's own."""
    started = Processes(tmp_path)
    yield started
    started.end()


@pytest.fixture
def start(processes: Processes) -> Callable[..., Server]:
    """Starts `shopmind serve FOLDER ...` and waits until it is ready."""
    return processes.shop


@pytest.fixture(scope="module")
def shared_processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """Servers that the tests of a file share."""
    started = Processes(tmp_path_factory.mktemp("logs"))
    yield started
    started.end()


@pytest.fixture(scope="module")
def shop_folder_served(tiny_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder behind `shop_api`."""
    folder = Path(shutil.copytree(tiny_folder, tmp_path_factory.mktemp("served") / "shop"))
    with (folder / "shop.toml").open("a", encoding="utf-8") as settings:
        settings.write(SERVED)
    return folder


@pytest.fixture(scope="module")
def shop_api(shared_processes: Processes, shop_folder_served: Path) -> Server:
    """A tiny shop that asks for no keys, served for the tests of a file."""
    return shared_processes.shop(shop_folder_served, "--open")


@pytest.fixture(scope="module")
def console(shared_processes: Processes, shop_api: Server) -> Server:
    """The console of that shop."""
    return shared_processes.console(shop_api.url)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for the tests of a file: one for all files would leave its event loop to tests of another kind."""
    pytest.importorskip("playwright")
    from playwright.sync_api import sync_playwright

    from shopmind.testing import visitor

    if visitor.CHROMIUM is None:
        pytest.skip(visitor.NO_CHROMIUM)
    with sync_playwright() as playwright:
        browser = visitor.chromium(playwright)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, processes: Processes) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors (`language=`, `dark=`, options of a browser context); none may leave with a fault.

    It asks for the processes so that they end after the visitors have left: what a page still loads would fail.
    """
    from shopmind.testing.visitor import Visitor

    came: list[Visitor] = []

    def come(**options: object) -> Visitor:
        came.append(Visitor(chromium, **options))  # type: ignore[arg-type]
        return came[-1]

    yield come
    assert [fault for each in came for fault in each.leave()] == []


@pytest.fixture
def visitor(visit: Callable[..., Visitor]) -> Visitor:
    """One visitor."""
    return visit()


@pytest.fixture
def accessible() -> Callable[[Visitor], None]:
    """Fails when axe finds something serious or critical in what a visitor sees; skips where axe cannot be fetched."""
    from shopmind.testing import axe

    def check(visitor: Visitor) -> None:
        try:
            found = visitor.inaccessible()
        except axe.OutOfReach as error:
            pytest.skip(str(error))
        assert found == []

    return check
