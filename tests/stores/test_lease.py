"""One holder at a time."""

import fcntl
import os
import threading
from pathlib import Path

import pytest

from shopmind.kit.errors import BusyError
from shopmind.stores.lease import Lease
from shopmind.testing.processes import PATIENCE_S


def test_a_second_taker_has_to_wait(tmp_path: Path) -> None:
    first, second = Lease(tmp_path / "lease"), Lease(tmp_path / "lease")
    assert first.acquire() is True
    assert first.acquire() is False
    assert second.acquire() is False
    assert (first.held, second.held) == (True, False)
    with pytest.raises(BusyError, match="has the lease"), second.hold():
        pass
    first.release()
    with second.hold():
        assert first.acquire() is False
    assert first.acquire() is True
    first.release()
    first.release()


def test_waiting_ends_when_the_lease_is_given_back(tmp_path: Path) -> None:
    first, second = Lease(tmp_path / "lease"), Lease(tmp_path / "lease")
    first.acquire()
    timer = threading.Timer(0.1, first.release)
    timer.start()
    with second.hold(wait_s=PATIENCE_S):
        assert second.held
    timer.join()


def test_an_error_in_the_block_gives_the_lease_back(tmp_path: Path) -> None:
    lease = Lease(tmp_path / "lease")
    with pytest.raises(ZeroDivisionError), lease.hold():
        raise ZeroDivisionError
    assert not lease.held


def test_asking_whether_it_is_taken_is_in_nobodys_way(tmp_path: Path) -> None:
    lease, other = Lease(tmp_path / "lease"), Lease(tmp_path / "lease")
    assert not lease.taken()
    assert not lease.path.exists()
    with lease.hold():
        assert other.taken()
    handle = os.open(lease.path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_SH)  # as one who asks has it for a moment
    assert not other.taken()
    asking = threading.Timer(0.05, os.close, [handle])
    asking.start()
    with lease.hold(wait_s=PATIENCE_S):
        assert lease.held
    asking.join()
