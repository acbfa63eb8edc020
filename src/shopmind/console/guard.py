"""The outermost layer of the console: which requests are heard at all, and the headers of every answer."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE = frozenset({"GET", "HEAD"})
LIVE = "/_nicegui_ws/"
"""Where NiceGUI's socket is, which takes connections from pages of any site unless it is told otherwise."""


class Guard:
    """Answers only to its own names, and to whatever changes something only when it comes from its own pages.

    A cookie alone proves nothing: cookies do not part ports, and the storefront is another page on the same host.

    Args:
        hosts: names that the Host header may hold, without port; empty is any. It keeps out pages of other sites that
            reach this one by a name of their own which resolves to a loopback address.
        images: origin whose images may be shown beside our own.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], images: str) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._headers = {
            "content-security-policy": (
                "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
                "style-src 'self' 'unsafe-inline'; "
                f"img-src 'self' data: {images}; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
                "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
            ),
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "same-origin",
            "cross-origin-opener-policy": "same-origin",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request in, or answers it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal and scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": refusal})
        elif refusal:
            await PlainTextResponse(refusal, 403)(scope, receive, self._dressed(send))
        else:
            await self._app(scope, receive, self._dressed(send))

    def _refusal(self, scope: Scope) -> str:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if self._hosts and _name(host) not in self._hosts:
            return f"this console answers to {', '.join(sorted(self._hosts))} only"
        reads = scope["type"] == "http" and scope["method"] in SAFE and LIVE not in scope["path"]
        origin = headers.get("origin")
        if not reads and origin is not None and origin.partition("://")[2] != host:
            return "this came from a page of another site"
        if not reads and headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return "this came from a page of another site"
        return ""

    def _dressed(self, send: Send) -> Send:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        return dressed


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _name(host: str) -> str:
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0].lower()
