"""The application: log-in, pages, and the guard around them. NiceGUI is one per process, and so is this."""

from __future__ import annotations

import secrets
from importlib import resources
from urllib.parse import urlsplit

from fastapi import FastAPI
from nicegui import ui
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from shopmind.console import login, show
from shopmind.console.guard import Guard, is_loopback
from shopmind.console.pages import MENU
from shopmind.console.run import Console
from shopmind.console.sessions import Sessions

COOKIE = "shopmind_console"
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")
STYLE = "/style/console.css"
ICON = "/style/icon.svg"


def application(console: Console) -> FastAPI:
    """The console for one API."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    local = is_loopback(console.host)
    address = urlsplit(console.api)
    app.add_middleware(
        SessionMiddleware,
        secret_key=secrets.token_urlsafe(32),  # of this process alone: what it signed ends with it, as its memory does
        session_cookie=COOKIE,
        max_age=None,
        same_site="strict",
    )
    app.add_middleware(Guard, hosts=LOOPBACK_NAMES if local else (), images=f"{address.scheme}://{address.netloc}")
    sessions = Sessions(console.api, console.idle_minutes * 60)
    login.install(app, sessions, console.api, local=local)
    app.add_route("/", _first)
    app.add_route(STYLE, _style)
    app.add_route(ICON, _icon)
    app.add_route("/health/live", _live)
    show.install(sessions, console.api, local=local)
    ui.run_with(app, title="shopmind", favicon=None, tailwind=False, show_welcome_message=False, reconnect_timeout=10.0)
    return app


async def _first(request: Request) -> Response:
    return RedirectResponse(f"/{next(iter(MENU))}")


async def _live(request: Request) -> Response:
    return PlainTextResponse("live")


async def _style(request: Request) -> Response:
    return _file("console.css", "text/css")


async def _icon(request: Request) -> Response:
    return _file("icon.svg", "image/svg+xml")


def _file(name: str, media_type: str) -> Response:
    content = resources.files("shopmind.console").joinpath(name).read_bytes()
    return Response(content, media_type=media_type, headers={"cache-control": "no-cache"})
