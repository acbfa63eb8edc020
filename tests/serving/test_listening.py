"""One port for several processes."""

from __future__ import annotations

import pickle
import select
import socket
from collections.abc import Sequence

import pytest

from shopmind.serving import listening
from shopmind.testing.processes import PATIENCE_S

pytestmark = pytest.mark.skipif(not listening.SPREADS, reason="needs the Linux of SO_REUSEPORT")


def sent(port: int) -> socket.socket:
    """What a process receives that is sent an `Own`."""
    found: socket.socket = pickle.loads(pickle.dumps(listening.Own("127.0.0.1", port)))
    found.listen()
    return found


def accepted(listeners: Sequence[socket.socket], count: int) -> list[int]:
    """How many of so many connections come to each process."""
    found = [0] * len(listeners)
    while sum(found) < count:
        waiting, _, _ = select.select(listeners, [], [], PATIENCE_S)
        assert waiting, f"{sum(found)} of {count} connections came"
        for listener in waiting:
            listener.accept()[0].close()
            found[listeners.index(listener)] += 1
    return found


def test_connections_are_spread_over_processes_that_do_not_take_from_each_other() -> None:
    with listening.reserved("127.0.0.1", 0) as port, sent(port) as first, sent(port) as second:
        clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(64)]
        found = accepted([first, second], 64)
        for client in clients:
            client.close()
    assert min(found) >= 10  # each of 64 goes to either by a hash: fewer than 10 comes once in ten million


def test_a_port_on_which_another_server_listens_is_refused() -> None:
    taken = pytest.raises(OSError, match="in use")
    with listening.reserved("127.0.0.1", 0) as port, sent(port), taken, listening.reserved("127.0.0.1", port):
        pass


def test_a_process_that_cannot_listen_ends_as_one_that_need_not_be_tried_again() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(SystemExit) as ended:
            sent(other.getsockname()[1])
    assert ended.value.code == 3
