"""The pages for people: the storefront at `/` and the reference at `/docs`. Everything they load is in this package."""

from __future__ import annotations

import functools
import re
from importlib import resources
from typing import Any

import jinja2
from fastapi import APIRouter
from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from shopmind.serving.reference import sections
from shopmind.serving.service import service_of

router = APIRouter(include_in_schema=False)

FILES = {
    "shop.css": "text/css",
    "shop.js": "text/javascript",
    "api.js": "text/javascript",
    "cards.js": "text/javascript",
    "cart.js": "text/javascript",
    "search.js": "text/javascript",
    "searchbox.js": "text/javascript",
    "words.js": "text/javascript",
    "docs.css": "text/css",
    "icon.svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {"content-security-policy": POLICY, "cache-control": "no-cache"}


@router.get("/")
async def storefront(request: Request) -> Response:
    """The shop as a visitor sees it."""
    service = service_of(request)
    settings = service.settings
    context = {
        "key": settings.page_key,
        "users": list(settings.sample_users),
        "report_impressions": service.shop.settings.impressions != "served",
    }
    return _page("shop.html", title=settings.title, neighbours=settings.neighbours, context=context)


@router.get("/docs")
async def reference(request: Request) -> Response:
    """The reference, made from the OpenAPI document."""
    document = request.app.openapi()
    return _page("docs.html", info=document["info"], sections=sections(document))


@router.get("/unsubscribe/{token}")
async def unsubscribe_page(request: Request, token: str) -> Response:
    """A button that ends messages. A look alone ends nothing: mail programs look at every link by themselves."""
    service = service_of(request)
    channel = await service.read(lambda: service.shop.postbox.read_token(token))
    return _page("unsubscribe.html", channel=channel, done=False, shop=service.shop.settings)


@router.post("/unsubscribe/{token}")
async def unsubscribe(request: Request, token: str) -> Response:
    """Ends the messages of a channel for good, without a login: the button of the page, or a mail program's own."""
    service = service_of(request)
    channel = await service.write(lambda: service.shop.postbox.unsubscribe(token))
    return _page("unsubscribe.html", channel=channel, done=True, shop=service.shop.settings)


@router.get("/page/{name}")
async def asset(name: str) -> Response:
    """A script, a style or an icon of the pages."""
    if name not in FILES:
        raise HTTPException(404)
    return Response(_asset(name), media_type=FILES[name], headers=HEADERS)


@router.get("/track.js")
async def tracker() -> Response:
    """The script that a shop's own pages report with; any page may load it, and it holds no key."""
    headers = {
        "access-control-allow-origin": "*",
        "cache-control": "public, max-age=3600",
        "cross-origin-resource-policy": "cross-origin",
    }
    return Response(_asset("track.js"), media_type="text/javascript", headers=headers)


@functools.cache
def _asset(name: str) -> bytes:
    return resources.files("shopmind.serving.storefront").joinpath(name).read_bytes()


@functools.cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("shopmind.serving", "storefront"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["coded"] = _coded
    return environment


def _coded(text: str) -> Markup:
    """Escaped, with `code` in backticks shown as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _page(template: str, **context: Any) -> Response:
    return HTMLResponse(_templates().get_template(template).render(context), headers=HEADERS)
