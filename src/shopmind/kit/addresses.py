"""Whether somebody may listen at an address: told before anything is announced or built."""

from __future__ import annotations

import socket

from shopmind.kit.errors import InputError

LARGEST_PORT = 65_535


def check_free(host: str, port: int, *, option: str = "port") -> None:
    """Returns if the port can be listened on now; 0 lets the system choose one.

    Args:
        option: what the caller gave the port as.

    Raises:
        InputError: it is no port, another process listens on it, or the host is none of this machine.
    """
    if not 0 <= port <= LARGEST_PORT:
        raise InputError(f"{option}: {port} is no port; allowed: 0 to {LARGEST_PORT}", field=option)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            why, other = error.strerror or str(error), option.replace("_", "-")
            raise InputError(
                f"{option}: nothing can listen at {host}:{port} ({why}); choose another with --{other}", field=option
            ) from error
