"""Serving the console: uvicorn around one NiceGUI application, with its state in a folder that goes when it ends."""

from __future__ import annotations

import logging
import os
import tempfile
from dataclasses import dataclass
from importlib import import_module

import uvicorn

from shopmind.kit import ending, log
from shopmind.kit.errors import InputError, MissingExtraError

EXTRA = "console"
STORAGE = "NICEGUI_STORAGE_PATH"
"""NiceGUI would make `.nicegui` in the working folder; the path is read when it is imported. We keep nothing there."""


@dataclass(frozen=True, slots=True)
class Console:
    """What a console is told.

    Attributes:
        api: where the shop's API is served, with its prefix if it has one.
        host, port: where the console listens.
        idle_minutes: a visitor who did nothing for so long is asked for the key again.

    Raises:
        InputError: the address of the API is not one.
    """

    api: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = 8001
    idle_minutes: float = 480.0

    def __post_init__(self) -> None:
        if not self.api.startswith(("http://", "https://")):
            raise InputError(f"api: {self.api!r} is not an address such as http://127.0.0.1:8000", field="api")


def serve(console: Console) -> None:
    """Serves until SIGINT or SIGTERM.

    Raises:
        MissingExtraError: NiceGUI is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="shopmind-console-") as state:
        os.environ[STORAGE] = state
        try:
            application = import_module("shopmind.console.app").application(console)
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("shopmind"):
                raise
            raise MissingExtraError("the console", EXTRA) from error
        _quiet()
        with ending.in_peace():
            uvicorn.run(
                application,
                host=console.host,
                port=console.port,
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=3,
            )


def _quiet() -> None:
    """JSON lines from us; of the libraries only what is wrong."""
    log.configure()
    for name in ("uvicorn", "nicegui"):
        logger = logging.getLogger(name)
        logger.handlers[:] = logging.getLogger("shopmind").handlers
        logger.setLevel(logging.WARNING)
        logger.propagate = False
