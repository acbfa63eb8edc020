"""What a page of the console is, and what it is given to work with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, ParamSpec, TypeVar

from shopmind.client import Client
from shopmind.console.sessions import Session
from shopmind.console.told import told
from shopmind.console.words import said

P = ParamSpec("P")
T = TypeVar("T")

THREADS = ThreadPoolExecutor(32, "console")
"""Calls wait for the API most of the time; so many may wait at once."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at a page, as the API says.

    Attributes:
        role: viewer, merchandiser or admin; "" where the API did not answer.
        open: whether the shop asks for no keys.
    """

    role: str = ""
    scopes: frozenset[str] = frozenset()
    key_id: str = ""
    open: bool = False
    shop: str = ""


@dataclass(frozen=True, slots=True)
class PageContext:
    """What a page is built with.

    Attributes:
        query: parameters of the page's address.
        api: where the API is, for links; calls go through `ask`.
    """

    name: str
    session: Session
    visitor: Visitor
    language: str
    dark: bool
    query: Mapping[str, str]
    api: str

    @property
    def client(self) -> Client:
        """With the visitor's key. Its methods block: call them by `ask`."""
        return self.session.client

    @property
    def kept(self) -> dict[str, Any]:
        """What this page remembers of the visitor until the log-out; in memory."""
        kept: dict[str, Any] = self.session.kept.setdefault(self.name, {})
        return kept

    def say(self, key: str, **values: object) -> str:
        """Words in the visitor's language; never HTML."""
        return said(self.language, key, **values)

    def told(self, text: str) -> str:
        """A sentence of the API in the visitor's language; one that we have no words for stays English."""
        return told(self.language, text)

    def may(self, scope: str) -> bool:
        """Whether the visitor's key has a scope. The API asks again: this only decides what is offered."""
        return scope in self.visitor.scopes

    async def ask(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a blocking call in a thread; raises what it raises."""
        return await asyncio.get_running_loop().run_in_executor(THREADS, partial(call, *args, **kwargs))


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the console.

    Attributes:
        name: its address below `/`; its title is the word `NAME.title`.
        icon: a name of Material icons.
        build: fills the content area.
        scope: without it the page is not offered.
    """

    name: str
    icon: str
    build: Callable[[PageContext], Awaitable[None]]
    scope: str = "read"
