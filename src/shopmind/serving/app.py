"""The application: routes, the error shape, the pages, and the door around it all."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.middleware import Middleware

import shopmind
from shopmind.serving import errors, leading, pages
from shopmind.serving.describe import openapi
from shopmind.serving.door import Door
from shopmind.serving.routes import ROUTERS
from shopmind.serving.service import Service
from shopmind.serving.settings import ServingSettings
from shopmind.shop import Shop

DESCRIPTION = """\
Search and recommendation of one shop. Send a key as `Authorization: Bearer KEY` or `X-API-Key: KEY`.
Bodies are JSON; bulk writes are JSON arrays or NDJSON and answer for each row. Money is in major units, times are
RFC 3339 in UTC. Whatever goes wrong answers `{"error": {"code", "message", "field"}}`, and every answer has the header
`X-Request-Id`."""


class Api(FastAPI):
    """FastAPI with our own OpenAPI document, and no page that loads anything from elsewhere."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        return openapi(self)


def create_app(shop: Shop, settings: ServingSettings | None = None) -> FastAPI:
    """The HTTP API and the pages of one open shop; the caller opens and closes it.

    It may be mounted under a prefix: its pages use relative addresses only.
    """
    service = Service(shop, settings or ServingSettings())
    app = build([Middleware(Door, service=service)])
    app.state.service = service
    return app


def build(middleware: list[Middleware]) -> Api:
    """The routes without a shop, which is all the reference needs."""
    app = Api(
        title="shopmind",
        version=shopmind.__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        middleware=middleware,
    )
    errors.install(app)
    for router in (*ROUTERS, pages.router, leading.router):
        app.router.routes.extend(router.routes)  # flat: included routers would each be searched and entered in turn
    return app
