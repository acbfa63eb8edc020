"""A port that is taken or none is told before a server says that it is there."""

from __future__ import annotations

import socket

import pytest

from shopmind.kit.addresses import check_free
from shopmind.kit.errors import InputError
from shopmind.testing.processes import free_port


def test_a_free_port_passes_and_stays_free() -> None:
    check_free("127.0.0.1", 0)
    port = free_port()
    check_free("127.0.0.1", port)
    check_free("127.0.0.1", port)


def test_a_port_that_somebody_listens_on_is_named_with_its_option() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        with pytest.raises(InputError, match=f"console_port: nothing can listen at 127.0.0.1:{port} .*--console-port"):
            check_free("127.0.0.1", port, option="console_port")


def test_no_two_processes_of_a_run_of_tests_are_given_the_same_port(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[set[int]] = []
    monkeypatch.setenv("PYTEST_XDIST_WORKER_COUNT", "3")
    for worker in ("gw0", "gw2"):
        monkeypatch.setenv("PYTEST_XDIST_WORKER", worker)
        given.append({free_port() for _ in range(300)})
    assert [len(each) for each in given] == [300, 300]
    assert not given[0] & given[1]


@pytest.mark.parametrize("port", [-1, 65_536, 99_999])
def test_what_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(InputError, match="allowed: 0 to 65535"):
        check_free("127.0.0.1", port)


def test_a_host_that_is_not_here_is_refused() -> None:
    with pytest.raises(InputError, match="nothing can listen"):
        check_free("203.0.113.7", 0)
