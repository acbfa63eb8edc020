"""What all tests share: which ones run, where the data is, and the tiny shop."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import hypothesis
import pytest

import shopmind
from shopmind.shop import Shop, booking, workbench
from shopmind.testing.processes import PATIENCE_S
from shopmind.testing.tiny_shop import make_tiny_shop

ROOT = Path(__file__).resolve().parent.parent
MEMORY, ENOUGH = Path("/dev/shm"), 8 << 30

# A busy machine is no fault of what is tested, and what is tested is the same each time. `--hypothesis-profile=wide`
# looks for examples that nobody has seen yet.
for name, same in (("shopmind", True), ("wide", False)):
    hypothesis.settings.register_profile(
        name, deadline=None, derandomize=same, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
hypothesis.settings.load_profile("shopmind")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """The shops of the fast tests lie in memory where there is enough of it: on a disk each commit waits for it. What
    the slow tests say of time and of durable writes, they say of a disk."""
    fast = os.environ.get("SHOPMIND_TESTS") != "all"
    room = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH
    if fast and room and config.option.basetemp is None:
        config.option.basetemp = tempfile.mkdtemp(prefix="shopmind-tests-", dir=MEMORY)
        config.add_cleanup(partial(shutil.rmtree, config.option.basetemp, ignore_errors=True))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leaves slow tests out unless SHOPMIND_TESTS=all."""
    everything = os.environ.get("SHOPMIND_TESTS") == "all"
    skip = pytest.mark.skip(reason="slow: set SHOPMIND_TESTS=all")
    for item in items:
        if "data_folder" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.data)
        if "slow" in item.keywords and not everything:
            item.add_marker(skip)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says how many tests had real data; .ci/run reads the line."""
    ran = skipped = 0
    for outcome in ("passed", "failed", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            if "data" in getattr(report, "keywords", ()):  # a module that was skipped as a whole has none
                ran += outcome != "skipped"
                skipped += outcome == "skipped" and "data:" in str(report.longrepr)
    terminalreporter.write_line(f"data tests: {ran} ran, {skipped} skipped for want of data")


@pytest.fixture(scope="session", autouse=True)
def patient() -> Iterator[None]:
    """Answers leave nothing out here because a disk or a processor is slow; what they do then is tested by itself."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(booking, "PATIENCE_S", PATIENCE_S)
        patch.setattr(workbench, "PATIENCE_S", PATIENCE_S)
        yield


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real data, named by SHOPMIND_DATA."""
    folder = Path(os.environ.get("SHOPMIND_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"data: {folder.name} is absent (set SHOPMIND_DATA)")
    return folder


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny shop, indexed and trained; copied, never opened, by the tests."""
    folder = tmp_path_factory.mktemp("tiny") / "shop"
    make_tiny_shop(folder).close()
    return folder


@pytest.fixture
def shop_folder(tiny_folder: Path, tmp_path: Path) -> Path:
    """The folder of a tiny shop of the test's own."""
    return Path(shutil.copytree(tiny_folder, tmp_path / "shop"))


@pytest.fixture
def shop(shop_folder: Path) -> Iterator[Shop]:
    """A tiny shop of the test's own."""
    with shopmind.open(shop_folder) as opened:
        yield opened
