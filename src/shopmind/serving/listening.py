"""One port for several processes: each listens for itself, and the system spreads connections over them."""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from uvicorn.config import STARTUP_FAILURE

logger = logging.getLogger(__name__)

SPREADS = sys.platform == "linux"
"""Where SO_REUSEPORT spreads connections; elsewhere the newest listener would get all of them."""


class Own:
    """Becomes a socket of the process it is sent to.

    Processes that accept from one shared socket do not share alike: whichever wakes first takes all connections that
    wait, and kept ones stay with it.
    """

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)

    def __reduce__(self) -> tuple[Any, ...]:
        return _listening, self._address


@contextmanager
def reserved(host: str, port: int) -> Iterator[int]:
    """Holds the port while the processes come and go, without listening itself; yields its number.

    Raises:
        OSError: somebody else listens there; without this look two servers would share the port in silence.
    """
    family = _family(host)
    with socket.socket(family) as alone:
        alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        alone.bind((host, port))
        number = int(alone.getsockname()[1])
    with _bound(host, number):
        yield number


def _listening(host: str, port: int) -> socket.socket:
    try:
        return _bound(host, port)
    except OSError as error:
        logger.error("%s:%d: %s", host, port, error)
        raise SystemExit(STARTUP_FAILURE) from error  # the first process then gives up instead of trying for ever


def _bound(host: str, port: int) -> socket.socket:
    held = socket.socket(_family(host))
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        held.bind((host, port))
    except OSError:
        held.close()
        raise
    return held


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
