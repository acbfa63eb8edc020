"""Addresses of what an id names, where an id may hold slashes and words that are addresses themselves."""

from __future__ import annotations

from urllib.parse import unquote

from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope


class WholeIds(APIRoute):
    """A route below an id, such as `/{item_id:path}/figures`, that does not mistake the id's own end for itself.

    The server hands down paths in which `%2F` is a slash already, so `a%2Ffigures`, the item `a/figures`, looks like
    the figures of `a`. Only a last part that stands behind a plain slash is the route's own.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """See Route; the address as it was sent decides."""
        match, found = super().matches(scope)
        _, _, own = self.path.rpartition("}/")
        sent = scope.get("raw_path")
        if match is Match.NONE or "}/" not in self.path or not sent:
            return match, found
        last = unquote(sent.rpartition(b"/")[2].decode("latin-1"))
        return (match, found) if last == own else (Match.NONE, {})
