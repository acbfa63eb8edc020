"""An application called in this process through httpx, from code that is not async."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import cache
from typing import Any

import httpx
from anyio.from_thread import start_blocking_portal

from shopmind.serving.app import build


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document, made once a process; not to be changed."""
    return build([]).openapi()


class AsgiTransport(httpx.BaseTransport):
    """An httpx transport that calls an ASGI application in an event loop of its own, until it is closed."""

    def __init__(self, app: Any) -> None:
        self._inner = httpx.ASGITransport(app)
        self._context = start_blocking_portal()
        self._portal = self._context.__enter__()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends the request and reads the whole answer; a request with a generator as body has no length."""
        return self._portal.call(self._send, request)

    def close(self) -> None:
        """Stops the event loop."""
        self._context.__exit__(None, None, None)

    async def _send(self, request: httpx.Request) -> httpx.Response:
        asked = httpx.Request(request.method, request.url, headers=request.headers, stream=_Stream(request))
        answer = await self._inner.handle_async_request(asked)
        content = b"".join([part async for part in answer.aiter_raw()])  # packed as it came: httpx unpacks it once
        return httpx.Response(answer.status_code, headers=answer.headers, content=content, request=request)


class _Stream(httpx.AsyncByteStream):
    def __init__(self, request: httpx.Request) -> None:
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._request.stream:  # type: ignore[union-attr]
            yield chunk
