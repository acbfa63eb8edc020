"""The log-in: a plain form that posts a key, which stays in the memory of this process."""

from __future__ import annotations

import functools
from typing import Any
from urllib.parse import parse_qs

import anyio.to_thread
import jinja2
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from shopmind.client import Client
from shopmind.console.pages import MENU
from shopmind.console.sessions import Sessions
from shopmind.console.words import LANGUAGES, said
from shopmind.kit.errors import AccessError, ShopmindError

LONGEST_FORM = 4_096
WHY = ("login.needed", "login.open")


def install(app: FastAPI, sessions: Sessions, api: str, *, local: bool) -> None:
    """Puts `/login`, `/logout` and the switches of language and colours on the app.

    Args:
        local: whether the console listens on a loopback address; only then may a shop without keys be seen by it.
    """

    async def look(request: Request) -> Response:
        why = request.query_params.get("why", "")
        return _form(request, api, to=_known(request.query_params.get("to")), fault=why if why in WHY else "")

    async def log_in(request: Request) -> Response:
        form = await _read(request)
        key, to = form.get("key", "").strip(), _known(form.get("to"))
        fault = await anyio.to_thread.run_sync(lambda: _fault(sessions.client(key or None), local or bool(key)))
        if fault:
            return _form(request, api, to=to, fault=fault)
        request.session["id"] = sessions.log_in(request.session.get("id", ""), key)
        return RedirectResponse(f"/{to}", 303)

    async def log_out(request: Request) -> Response:
        sessions.log_out(request.session.get("id", ""))
        request.session.clear()
        return RedirectResponse("/login", 303)

    app.add_route("/login", look, methods=["GET"])
    app.add_route("/login", log_in, methods=["POST"])
    app.add_route("/logout", log_out, methods=["POST"])


def guessed(request: Request) -> str:
    """The language a browser asks for first, of those we speak."""
    asked = request.headers.get("accept-language", "").partition(",")[0].strip()[:2].lower()
    return asked if asked in LANGUAGES else LANGUAGES[0]


def _fault(client: Client, allowed: bool) -> str:
    """The word for why nobody may come in with a client's key; "" when somebody may."""
    if not allowed:
        return "login.wrong"
    with client:
        try:
            own = client.own_key()
        except AccessError:
            return "login.wrong"
        except ShopmindError:
            return "login.down"
    return "login.public" if own.role == "public" else ""


def _known(name: str | None) -> str:
    """The page to go to: one of ours, so that no address leads elsewhere."""
    return name if name is not None and name in MENU else next(iter(MENU))


async def _read(request: Request) -> dict[str, str]:
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > LONGEST_FORM:
            return {}
    return {name: values[-1] for name, values in parse_qs(content.decode("utf-8", "replace")).items()}


def _form(request: Request, api: str, *, to: str, fault: str) -> Response:
    language = guessed(request)

    def say(key: str, **values: Any) -> str:
        return said(language, key, **values)

    page = _template().render(
        say=say, language="zh-CN" if language == "zh" else "en", to=to, fault=say(fault, api=api) if fault else ""
    )
    return HTMLResponse(page, 401 if fault else 200, headers={"cache-control": "no-store"})


@functools.cache
def _template() -> jinja2.Template:
    loader = jinja2.PackageLoader("shopmind.console", ".")
    return jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined).get_template(
        "login.html"
    )
