"""Backups of a shop in which others are working."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from shopmind.operations.backup import backup, restore
from shopmind.shop import Shop
from shopmind.shop.folder import ARTIFACTS, EXPERIMENTS
from shopmind.stores.folder_artifacts import LOCK
from shopmind.stores.lease import Lease


def test_nothing_is_saved_or_dropped_while_artifacts_are_copied_and_drafts_stay_behind(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (shop.path / ARTIFACTS / "popularity" / ".draft-1").mkdir()
    copied, alone = shutil.copy2, []

    def copy(source: Path, target: Path) -> None:
        if f"/{ARTIFACTS}/" in str(source):
            alone.append(Lease(shop.path / ARTIFACTS / LOCK).taken())
        copied(source, target)

    monkeypatch.setattr(shutil, "copy2", copy)
    files = backup(shop, tmp_path / "copy")["files"]
    assert set(alone) == {True}
    assert not [name for name in files if "/." in name]
    restore(tmp_path / "copy", tmp_path / "again")


def test_an_experiment_that_the_strategy_ends_meanwhile_is_not_in_the_backup(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = shop.path / EXPERIMENTS
    home.mkdir(exist_ok=True)
    for name in ("a", "b"):
        (home / f"{name}.toml").write_text("", encoding="utf-8")
    copied = shutil.copy2

    def copy(source: Path, target: Path) -> None:
        if Path(source).parent == home:
            (home / "b.toml").unlink(missing_ok=True)
        copied(source, target)

    monkeypatch.setattr(shutil, "copy2", copy)
    files = backup(shop, tmp_path / "copy")["files"]
    assert [name for name in files if name.startswith(EXPERIMENTS)] == [f"{EXPERIMENTS}/a.toml"]
