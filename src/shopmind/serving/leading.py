"""The way from the API to the console, which is a process of its own at an address of its own."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shopmind.serving.service import service_of

router = APIRouter(include_in_schema=False)

LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")


@router.get("/console")
async def console(request: Request) -> Response:
    """Leads to the console."""
    address = service_of(request).settings.console
    if not address:
        raise HTTPException(404, "this shop names no console; see the setting `console` of [serving]")
    if urlsplit(address).hostname in LOOPBACK and request.url.hostname not in LOOPBACK:
        raise HTTPException(404, "the console of this shop can be reached from the machine that serves it only")
    return RedirectResponse(address, 307, headers={"cache-control": "no-store"})
