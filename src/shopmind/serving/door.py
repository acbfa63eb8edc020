"""The outermost layer: every request gets an id, a line in the log and a place in the figures, come what may."""

from __future__ import annotations

import logging
import time
import traceback

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shopmind.kit.log import note
from shopmind.serving.errors import error_response, of_nothing
from shopmind.serving.heads import LONGEST_BYTES
from shopmind.serving.service import Service, Visit

logger = logging.getLogger("shopmind.serving.access")

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
PREFLIGHT = {
    "access-control-allow-methods": "GET, POST, DELETE",
    "access-control-allow-headers": "authorization, content-type, x-api-key",
    "access-control-max-age": "600",
    "vary": "origin",
}
HEADERS = {"x-content-type-options": "nosniff", "referrer-policy": "same-origin", "x-frame-options": "DENY"}


class Door:
    """Pure ASGI: a middleware that wraps bodies costs each request a task and a queue."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        visit = scope["shopmind"] = Visit()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _dress(message, visit)
            await send(message)

        try:
            early = self._answer_early(scope)
            await (early or self._app)(scope, receive, send_with_headers)
        except Exception as error:
            _log_fault(visit, error)
            if not status:
                await of_nothing(Request(scope))(scope, receive, send_with_headers)
            else:
                raise
        finally:
            self._note(scope, visit, status, time.perf_counter() - started)

    def _answer_early(self, scope: Scope) -> Response | None:
        """Heads that are too long, wrong hosts, and what browsers ask before a request of another origin."""
        headers = Headers(scope=scope)
        address = len(scope["path"]) + len(scope["query_string"])
        if address + sum(len(name) + len(value) for name, value in scope["headers"]) > LONGEST_BYTES:
            return error_response(431, "head_too_large", f"address and headers may have {LONGEST_BYTES} bytes")
        allowed = self._service.settings.allowed_hosts
        if allowed and _without_port(headers.get("host", "")) not in allowed:
            return error_response(421, "wrong_host", f"this server answers to {', '.join(allowed)} only")
        if scope["method"] != "OPTIONS" or "access-control-request-method" not in headers:
            return None
        origin = headers.get("origin", "")
        if origin not in self._service.keyring.origins():
            return error_response(403, "access_denied", f"no key allows the origin {origin!r}", "origin")
        return Response(status_code=204, headers={**PREFLIGHT, "access-control-allow-origin": origin})

    def _note(self, scope: Scope, visit: Visit, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        self._service.figures.request(method, route, status, seconds)
        note(
            logger,
            logging.INFO,
            "request",
            method=method,
            route=route,
            status=status,
            took_ms=round(seconds * 1000, 2),
            request_id=visit.request_id,
            key=visit.key_id,
        )


def _dress(message: Message, visit: Visit) -> None:
    headers = MutableHeaders(scope=message)
    headers["x-request-id"] = visit.request_id
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if visit.origin is not None:
        headers["access-control-allow-origin"] = visit.origin
        headers["access-control-expose-headers"] = "retry-after, x-request-id"
        headers.add_vary_header("origin")


def _log_fault(visit: Visit, error: Exception) -> None:
    """Where it happened, without the message of the exception: a database puts its parameters into it."""
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    note(logger, logging.ERROR, "fault", request_id=visit.request_id, type=type(error).__name__, places=places[-12:])


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].lower()
