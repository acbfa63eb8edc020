"""Folders of TOML files that others write and take away while they are read."""

import os
from pathlib import Path

import pytest

from shopmind.kit.errors import InputError
from shopmind.scenarios.experiments import read_folder
from shopmind.scenarios.folder import marks, read
from shopmind.scenarios.load import load


@pytest.fixture
def going(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a.toml, and with b.toml that is taken away between being listed and being looked at."""
    (tmp_path / "a.toml").write_text('base = "home"\n', encoding="utf-8")
    listed = Path.glob

    def glob(folder: Path, pattern: str) -> list[Path]:
        return [*listed(folder, pattern), folder / "b.toml"]

    monkeypatch.setattr(Path, "glob", glob)
    return tmp_path


def test_a_file_that_is_taken_away_meanwhile_is_not_there(going: Path) -> None:
    assert read(going) == {"a": 'base = "home"\n'}
    assert {name for name, *_ in marks(going)} == {"a.toml"}
    assert {"a", "home"} <= set(load(going))
    (going / "a.toml").unlink()
    assert read_folder(going, load()) == {}


def test_what_is_there_and_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.toml").symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"x\.toml: cannot be read"):
        read(tmp_path)


def test_a_file_that_is_replaced_within_a_tick_of_the_clock_by_one_as_long_is_another_one(tmp_path: Path) -> None:
    file, other = tmp_path / "a.toml", tmp_path / "other"
    for path in (file, other):
        path.write_text("n = 1\n", encoding="utf-8")
        os.utime(path, ns=(1, 1))
    before = marks(tmp_path)
    other.replace(file)
    assert marks(tmp_path) != before
