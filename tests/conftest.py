"""What all tests share: which ones run, where the data is, and the tiny shop."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leaves slow tests out unless SHOPMIND_TESTS=all."""
    if os.environ.get("SHOPMIND_TESTS") == "all":
        return
    skip = pytest.mark.skip(reason="slow: set SHOPMIND_TESTS=all")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of real data, named by SHOPMIND_DATA."""
    folder = Path(os.environ.get("SHOPMIND_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"data: {folder.name} is absent (set SHOPMIND_DATA)")
    return folder
