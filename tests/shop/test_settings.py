"""A shop's settings are a file that is whole or not there, and one maker's."""

from __future__ import annotations

import contextlib
import resource
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shopmind import settings
from shopmind.kit.errors import InputError, StorageError


@contextlib.contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A disk that is full so soon."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, old)


def test_settings_that_do_not_fit_on_the_disk_are_not_there_at_all(tmp_path: Path) -> None:
    with files_of_at_most(20), pytest.raises(StorageError, match="disk is full"):
        settings.write(tmp_path, name="Tea")
    assert not (tmp_path / settings.FILE).exists()
    settings.write(tmp_path, name="Tea")
    assert settings.read(tmp_path).name == "Tea"


def test_settings_that_are_not_allowed_are_never_to_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    whole = settings.Settings.__init__

    def looked(made: settings.Settings, **flags: object) -> None:
        seen.append((tmp_path / settings.FILE).exists())
        whole(made, **flags)

    monkeypatch.setattr(settings.Settings, "__init__", looked)
    with pytest.raises(InputError, match=r"shop\.toml: currency") as caught:
        settings.write(tmp_path, currency="pounds")
    assert str(tmp_path / settings.FILE) in caught.value.message
    assert seen == [False]
    assert not (tmp_path / settings.FILE).exists()


def test_of_two_who_make_a_shop_at_the_same_moment_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2)

    class Slow(str):
        def format(self, *given: object, **named: object) -> str:
            with contextlib.suppress(threading.BrokenBarrierError):
                both.wait(0.5)  # so that the other one, too, has looked if it can
            return str(self).format(*given, **named)

    monkeypatch.setattr(settings, "_TEMPLATE", Slow(settings._TEMPLATE))

    def make(name: str) -> str:
        try:
            settings.write(tmp_path, name=name)
        except InputError:
            return ""
        return name

    with ThreadPoolExecutor(2) as pool:
        (made,) = set(pool.map(make, ("Tea", "Coffee"))) - {""}
    assert settings.read(tmp_path).name == made
