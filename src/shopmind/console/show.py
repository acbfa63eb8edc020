"""Answers the address of a page: who asks, the frame, and the page in it."""

from __future__ import annotations

import asyncio

from nicegui import ui
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shopmind.client import Client
from shopmind.console.cards import empty
from shopmind.console.frame import SCHEME, framed
from shopmind.console.login import guessed
from shopmind.console.page import THREADS, Page, PageContext, Visitor
from shopmind.console.pages import MENU
from shopmind.console.sessions import Sessions
from shopmind.kit.errors import AccessError, ShopmindError

PATIENCE_S = 2.0
"""For the question who asks; a page whose API is slower is shown without an answer, and waits by itself."""


def install(sessions: Sessions, api: str, *, local: bool) -> None:
    """Registers `/{name}` for every page of the menu."""

    @ui.page("/{name}")
    async def page(request: Request, name: str) -> Response | None:
        session = sessions.of(request.session["id"])
        if not session.known and not local:
            return RedirectResponse("/login")
        visitor = await _visitor(session.client)
        if visitor is None:
            sessions.log_out(request.session["id"])
            why = "&why=login.needed" if session.known else ""
            return RedirectResponse(f"/login?to={name if name in MENU else ''}{why}")
        language = session.language or guessed(request)
        dark = request.cookies.get(SCHEME) == "dark" if session.dark is None else session.dark
        context = PageContext(name, session, visitor, language, dark, dict(request.query_params), api)
        await _build(context)
        return None


async def _build(context: PageContext) -> None:
    if context.name not in MENU:
        with framed(context, context.say("not.found")):
            empty(context.say("not.found"), context.say("not.found.text"))
        return
    page: Page = MENU.load(context.name)
    with framed(context, context.say(f"{page.name}.title")):
        if context.visitor.role and not context.may(page.scope):
            role = context.say(f"role.{context.visitor.role}")
            empty(context.say("not.allowed"), context.say("not.allowed.text", scope=page.scope, role=role), icon="lock")
            return
        await page.build(context)


async def _visitor(client: Client) -> Visitor | None:
    """Who the API says is asking; a visitor without a role where it does not answer, None where it lets nobody in."""
    try:
        own = await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(THREADS, client.own_key), PATIENCE_S)
    except AccessError:
        return None
    except (ShopmindError, TimeoutError):
        return Visitor()
    if own.role == "public":
        return None
    return Visitor(own.role, frozenset(own.scopes), own.key_id, own.open, own.shop)
