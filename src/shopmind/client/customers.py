"""The part of the client that is about people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from shopmind.client.answers import RowResult
from shopmind.client.calls import Calls, Row


class Customers(Calls):
    """Customers: written, read, foreseen, forgotten."""

    def put_users(self, users: Row | Sequence[Row]) -> list[RowResult]:
        """Inserts or replaces users."""
        return self._write("v1/users", [users] if isinstance(users, Mapping) else users)

    def forget(self, user_id: str) -> dict[str, Any]:
        """Erases a user and returns the receipt."""
        receipt: dict[str, Any] = self._call("DELETE", f"v1/users/{quote(user_id, safe='')}")["receipt"]
        return receipt

    def outlook(self, user_id: str) -> dict[str, Any]:
        """What a customer will do, as the API tells it.

        Raises:
            NotFoundError: nothing is known of what this user did.
            NotReadyError: the shop has not learned to foresee yet.
        """
        found: dict[str, Any] = self._call("GET", f"v1/users/{quote(user_id, safe='')}/outlook")
        return found
