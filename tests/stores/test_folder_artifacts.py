"""What is the folder's own: half-saved and damaged versions."""

import shutil
from pathlib import Path

import numpy as np
import orjson
import pytest

from shopmind.kit.errors import BusyError, StorageError
from shopmind.stores import folder_artifacts
from shopmind.stores.folder_artifacts import KEPT_VERSIONS, LOCK, FolderArtifacts, digest
from shopmind.stores.lease import Lease


@pytest.fixture
def artifacts(tmp_path: Path) -> FolderArtifacts:
    """With one version of "a"."""
    made = FolderArtifacts(tmp_path)
    made.save("a", {"x": np.arange(1_000)}, {"rows": 5})
    return made


def test_a_version_is_plain_files(artifacts: FolderArtifacts, tmp_path: Path) -> None:
    version = (tmp_path / "a" / "current").read_text()
    card = orjson.loads((tmp_path / "a" / version / "card.json").read_bytes())
    assert (card["name"], card["version"], card["rows"], card["arrays"]) == ("a", version, 5, ["x"])
    assert np.load(tmp_path / "a" / version / "x.npy").tolist() == list(range(1_000))
    assert version == digest({"x": np.arange(1_000)}, {})


def test_all_who_hold_a_version_share_one_map_of_each_file(artifacts: FolderArtifacts) -> None:
    first, second = artifacts.load("a"), artifacts.load("a")
    assert first is not None
    assert second is not None
    assert first.arrays["x"] is second.arrays["x"]
    artifacts.save("a", {"x": np.arange(7)}, {})
    newer = artifacts.load("a")
    assert newer is not None
    assert newer.arrays["x"].tolist() == list(range(7))
    assert first.arrays["x"].tolist() == list(range(1_000))


def test_a_folder_without_card_is_no_version(artifacts: FolderArtifacts, tmp_path: Path) -> None:
    (tmp_path / "a" / "half").mkdir()
    (tmp_path / "b" / ".draft-x").mkdir(parents=True)
    (tmp_path / "b" / ".draft-x" / "card.json").write_text("{}")
    assert len(artifacts.versions("a")) == 1
    assert artifacts.names() == ["a"]
    assert (artifacts.versions("b"), artifacts.load("b")) == ([], None)


@pytest.mark.parametrize("name", ["x.npy", "card.json"])
@pytest.mark.parametrize("content", [b"", b"\x93NUMPY\x01\x00v\x00{'descr': '<i8'"])
def test_a_damaged_file_is_named(artifacts: FolderArtifacts, tmp_path: Path, name: str, content: bytes) -> None:
    version = artifacts.versions("a")[0]
    (tmp_path / "a" / version / name).write_bytes(content)
    with pytest.raises(StorageError, match=rf"{version}.*train a again"):
        artifacts.load("a")


def test_a_missing_array_is_named(artifacts: FolderArtifacts, tmp_path: Path) -> None:
    (tmp_path / "a" / artifacts.versions("a")[0] / "x.npy").unlink()
    with pytest.raises(StorageError, match=r"x\.npy.*missing"):
        artifacts.load("a")


def test_versions_are_in_order_of_saving_even_within_a_millisecond(tmp_path: Path) -> None:
    artifacts = FolderArtifacts(tmp_path, clock=lambda: 7)
    saved = [artifacts.save("a", {"x": np.array([i])}, {}).version for i in range(3)]
    assert artifacts.versions("a") == saved


def test_digests_tell_shapes_types_and_layouts_apart() -> None:
    array = np.arange(6, dtype=np.float32)
    turned = np.asfortranarray(array.reshape(2, 3))
    assert digest({"x": turned}, {}) == digest({"x": array.reshape(2, 3)}, {})
    different = [array, array.reshape(2, 3), array.reshape(3, 2), array.astype(np.int32), array.astype(">f4")]
    assert len({digest({"x": each}, {}) for each in different}) == len(different)
    assert digest({"x": array}, {}) != digest({"y": array}, {})


def test_who_reads_the_current_version_while_it_is_replaced_and_dropped_gets_the_newer_one(
    artifacts: FolderArtifacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained, opened = FolderArtifacts(tmp_path), FolderArtifacts._opened

    def late(reader: FolderArtifacts, name: str, chosen: str) -> object:
        if reader is artifacts and len(reader.versions(name)) == 1:
            for size in range(1, 2 + KEPT_VERSIONS):
                trained.save(name, {"x": np.arange(size)}, {})
        return opened(reader, name, chosen)

    monkeypatch.setattr(FolderArtifacts, "_opened", late)
    found = artifacts.load("a")
    assert found is not None
    assert found.version == artifacts.current()["a"]
    assert len(found.arrays["x"]) == 1 + KEPT_VERSIONS


def test_a_version_is_dropped_in_one_step(
    artifacts: FolderArtifacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    oldest = artifacts.versions("a")[0]
    monkeypatch.setattr(shutil, "rmtree", lambda folder, **_: None)  # a kill before any file is gone
    for size in range(1, 1 + KEPT_VERSIONS):
        artifacts.save("a", {"x": np.arange(size)}, {})
    assert artifacts.load("a", oldest) is None
    assert oldest not in artifacts.versions("a")
    monkeypatch.undo()
    artifacts.wipe(1)
    assert [path.name for path in (tmp_path / "a").iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("change", ["promote", "wipe"])
def test_nothing_is_changed_while_another_saves(
    artifacts: FolderArtifacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    monkeypatch.setattr(folder_artifacts, "_PATIENCE_S", 0.0)
    with Lease(tmp_path / LOCK).hold(), pytest.raises(BusyError):
        artifacts.promote("a", artifacts.versions("a")[0]) if change == "promote" else artifacts.wipe(1)
