from __future__ import annotations

import os
import resource
import signal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopmind.kit.clock import format_time, parse_time
from shopmind.kit.errors import InputError, StorageError
from shopmind.kit.files import MOST_LOOKS, settling, taken_bytes, write_whole
from shopmind.kit.seeds import generator, hash64, hash64_all


def test_a_naive_time_is_utc_and_an_offset_counts() -> None:
    assert parse_time("2026-01-31T12:00:00") == parse_time("2026-01-31T12:00:00Z") == 1_769_860_800_000
    assert parse_time("2026-01-31T13:00:00+01:00") == 1_769_860_800_000


@given(st.integers(0, 4_102_444_799_999))
def test_a_time_survives_being_written_and_read(milliseconds: int) -> None:
    assert parse_time(format_time(milliseconds)) == milliseconds


@pytest.mark.parametrize("text", ["yesterday", "", "2026-13-01", "1900-01-01", "2200-01-01"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_time(text)


def test_streams_of_different_names_differ_and_the_same_name_repeats() -> None:
    assert generator(1, "a").random() == generator(1, "a").random()
    assert generator(1, "a").random() != generator(1, "b").random()
    assert generator(1, "a", "b").random() != generator(1, "ab").random()


def test_the_hash_is_the_same_for_ever() -> None:
    assert hash64("938700") == 0xF0A49EC899EE1AE4 == int(hash64_all(["938700"])[0])
    assert hash64("a") != hash64("b")


def test_a_file_is_written_whole_and_leaves_no_draft(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    write_whole(target, b"old")
    write_whole(target, b"new", mode=0o600)
    assert target.read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_full_disk_is_said_and_the_old_file_stays(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    write_whole(target, b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
        with pytest.raises(StorageError, match="disk is full"):
            write_whole(target, b"x" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, old)
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_reader_comes_back_for_a_mark_only_while_it_changes() -> None:
    changing = iter([1, 2, 2, 2])
    assert list(settling(lambda: next(changing))) == [1, 2]
    ever = iter(range(1_000))
    assert len(list(settling(lambda: next(ever)))) == MOST_LOOKS


def test_what_a_folder_takes_leaves_out_what_others_take_away_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x").write_bytes(b"12345")
    walk = os.walk

    def listed(folder: Path) -> object:
        for home, folders, names in walk(folder):
            yield home, [*folders, "gone"], [*names, "gone"]

    monkeypatch.setattr(os, "walk", listed)
    assert taken_bytes(tmp_path) == 5
