"""The pages for people: the storefront at `/` and the reference at `/docs`, and the scripts that other sites embed.

Everything they load is in this package.
"""

from __future__ import annotations

import functools
import re
from typing import Any

import jinja2
from fastapi import APIRouter
from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from shopmind.serving import scripts
from shopmind.serving.reference import sections
from shopmind.serving.service import service_of

router = APIRouter(include_in_schema=False)

FILES = {
    "shop.css": "text/css",
    "shop.js": "text/javascript",
    "look.js": "text/javascript",
    "docs.css": "text/css",
    "icon.svg": "image/svg+xml",
}
WIDGETS = frozenset({"shopmind.js"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {"content-security-policy": POLICY, "cache-control": "no-cache"}
FOR_EVER = {"cache-control": "public, max-age=31536000, immutable"}
EMBEDDED = {
    "access-control-allow-origin": "*",
    "cache-control": "public, max-age=3600",
    "cross-origin-resource-policy": "cross-origin",
}
"""Any page may load these scripts; they hold no key."""


@router.get("/")
@router.get("/search")
@router.get("/cart")
@router.get("/item/{item_id:path}")
async def storefront(request: Request) -> Response:
    """The shop as a visitor sees it; the page asks the API for what its address names."""
    service = service_of(request)
    settings = service.settings
    up = _up(request)
    context = {
        "up": up,
        "title": settings.title,
        "key": settings.page_key,
        "users": list(settings.sample_users),
        "report_impressions": service.shop.settings.impressions != "served",
    }
    beside = {name: up.removeprefix("./") + way or "./" for name, way in settings.neighbours.items()}
    return _page("shop.html", up=up, title=settings.title, neighbours=beside, context=context)


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
async def asset(request: Request, name: str) -> Response:
    """A script, a style or an icon of the pages; with its version in the address it never changes."""
    if name not in FILES:
        raise HTTPException(404)
    kept = FOR_EVER if request.query_params.get("v") == scripts.version(name) else {}
    return _file(request, name, FILES[name], {**HEADERS, **kept})


@router.get("/track.js")
async def tracker(request: Request) -> Response:
    """The script that a shop's own pages report with."""
    return _file(request, "track.js", "text/javascript", EMBEDDED)


@router.get("/widgets/{name}")
async def widgets(request: Request, name: str) -> Response:
    """The search box and the rows of recommendations for a shop's own pages."""
    if name not in WIDGETS:
        raise HTTPException(404)
    return _file(request, name, "text/javascript", EMBEDDED)


def _file(request: Request, name: str, media_type: str, headers: dict[str, str]) -> Response:
    told = {**headers, "vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(scripts.packed(name), media_type=media_type, headers={**told, "content-encoding": "gzip"})
    return Response(scripts.asset(name), media_type=media_type, headers=told)


def _up(request: Request) -> str:
    """The way from this page to the first one, relative, so that it holds under any prefix and behind any proxy.

    Counted in the address as it was sent: an id may hold a slash of its own, which a browser does not take for a step.
    """
    raw = request.scope.get("raw_path") or request.scope["path"].encode()
    steps = raw.count(b"/") - request.scope.get("root_path", "").count("/") - 1
    return "../" * steps or "./"


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
    environment.globals["version"] = scripts.version
    return environment


def _coded(text: str) -> Markup:
    """Escaped, with `code` in backticks shown as code."""
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))


def _page(template: str, **context: Any) -> Response:
    return HTMLResponse(_templates().get_template(template).render(context), headers=HEADERS)
