"""Pseudonyms and their key."""

import os
import stat
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from shopmind.kit.errors import AccessError, InputError, NotReadyError
from shopmind.privacy.pseudonym import Pseudonyms, load_key


def test_a_pseudonym_is_stable_depends_on_the_key_and_says_nothing() -> None:
    one, other = Pseudonyms(b"a" * 32), Pseudonyms(b"b" * 32)
    assert one.user("412") == one.user("412") != other.user("412")
    assert len(one.user("412")) == 32
    assert "412" not in one.user("412").split()


def test_users_and_sessions_have_domains_of_their_own() -> None:
    pseudonyms = Pseudonyms(b"a" * 32)
    assert pseudonyms.user("412") != pseudonyms.session("412")
    assert pseudonyms.users(["412"]) == {"412": pseudonyms.user("412")}


def test_a_short_key_is_refused() -> None:
    with pytest.raises(InputError, match="at least 16"):
        Pseudonyms(b"short")


def test_a_key_is_made_once_and_only_the_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    key = load_key(path)
    assert load_key(path) == key
    assert len(key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["secret.key"]


def test_processes_that_start_together_get_the_same_key(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        keys = set(pool.map(load_key, [tmp_path / "secret.key"] * 16))
    assert len(keys) == 1


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    load_key(path)
    path.chmod(0o644)
    with pytest.raises(AccessError, match="chmod 600"):
        load_key(path)


def test_a_broken_key_is_no_key(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    path.write_text("not hexadecimal")
    path.chmod(0o600)
    with pytest.raises(NotReadyError, match="not a key"):
        load_key(path)
