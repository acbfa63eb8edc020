"""Who may come in: keys, scopes, origins and rate."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Depends
from starlette.requests import Request

from shopmind.kit.errors import AccessError
from shopmind.serving.keys import ROLES, Key, Scope
from shopmind.serving.service import service_of, visit_of

IN_ADDRESS = "key"
"""The parameter for a public key where no header can be sent: what a page sends as it closes (`sendBeacon`)."""

READS = frozenset({"GET", "HEAD"})


def admit(scope: Scope, *, public: bool = True) -> Any:
    """A route's dependency: only keys with this scope, from an origin of theirs, within their rate.

    It runs before the body of the request is read.

    Args:
        public: whether a public key will do. It stands in a page that anybody reads, and what a shop earns or how its
            search fails is for its own people.
    """
    return Depends(_gate(scope, public))


def _gate(scope: Scope, public: bool) -> Callable[[Request], Awaitable[None]]:
    async def gate(request: Request) -> None:
        service, visit = service_of(request), visit_of(request)
        if service.settings.open:
            visit.scopes, visit.role = ROLES["admin"], "admin"
            _check_page(request)
            return
        key = service.keyring.find(_token(request))
        visit.key_id, visit.scopes, visit.role = key.key_id, key.scopes, key.role
        if key.role != "public" and IN_ADDRESS in request.query_params:
            raise AccessError(
                "only a public key may stand in an address: logs and histories keep addresses", known=True
            )
        _check_origin(request, key)
        service.buckets.take(_bucket(request, key))
        if scope not in key.scopes:
            message = (
                f"this needs the scope {scope!r}; a key of the role {key.role!r} has: {', '.join(sorted(key.scopes))}"
            )
            raise AccessError(message, known=True)
        if key.role == "public" and not public:
            raise AccessError("this is for the people of the shop: a public key may not read it", known=True)

    gate.scope = scope  # type: ignore[attr-defined]
    return gate


def _check_page(request: Request) -> None:
    """Refuses what a page of another site sends to an open shop. Without keys, everybody on this machine may do
    everything, and so could any page that somebody on this machine happens to visit.

    Raises:
        AccessError: the browser says that the request comes from elsewhere. Programs say nothing, and are let in.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    reads = request.method in READS
    if site is None:  # a program, or an old browser, which names the origin of all that is not a plain look
        foreign = origin is not None and origin.partition("://")[2] != request.headers.get("host")
    else:
        foreign = site == "cross-site" or (site == "same-site" and not reads)
    followed = reads and request.headers.get("sec-fetch-user") == "?1"  # a link that somebody clicked
    if foreign and not followed:
        raise AccessError("an open shop takes nothing from pages of other sites; use a key with origins", known=True)


def _token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "")
    return token or request.query_params.get(IN_ADDRESS)


def _check_origin(request: Request, key: Key) -> None:
    """Sets who may read the answer. A request without Origin comes from a server or from the shop's own page."""
    origin = request.headers.get("origin")
    if origin is None or origin.partition("://")[2] == request.headers.get("host"):
        return
    if origin not in key.origins:
        raise AccessError(f"this key may not be used by pages of {origin}", known=True)
    visit_of(request).origin = origin


def _bucket(request: Request, key: Key) -> str:
    """A public key is shared by all visitors of a site: one of them must not use up the others' share."""
    address = request.client.host if key.role == "public" and request.client else ""
    return f"{key.key_id} {address}"
