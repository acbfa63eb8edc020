"""Heads of requests within bounds: whoever sends one that never ends, or never goes on, holds nothing up for long."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

LONGEST_BYTES = 64 * 1024
"""Of an address with all headers. The parser keeps a head until it is whole, however long it becomes."""
PATIENCE_S = 20.0
"""For a whole head, from its first byte or from the connection on."""

REFUSED = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedHeads(HttpToolsProtocol):
    """uvicorn's protocol, which by itself bounds neither the length of a head nor the time it takes."""

    _read = 0
    _began = False
    _whole = False
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A connection that says nothing is closed, too."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._heard()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feeds the parser, and ends the connection when what it holds of a head is too long."""
        self._began = False
        super().data_received(data)
        if self._whole or self.transport.is_closing():
            return
        self._read = 0 if self._began else self._read + len(data)  # the end of a body may stand before a head
        if self._read > LONGEST_BYTES:
            self.transport.write(REFUSED)
            self.transport.close()

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        self._began, self._whole = True, False
        self._wait()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The last byte of its head."""
        self._whole = True
        self._heard()
        super().on_headers_complete()

    def _wait(self) -> None:
        self._heard()
        self._waiting = self.loop.call_later(PATIENCE_S, self.transport.close)

    def _heard(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
