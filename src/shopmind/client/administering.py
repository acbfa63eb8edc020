"""The part of the client that is about keys, scenario files and health."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from shopmind.client.calls import Calls


class Administering(Calls):
    """Keys and what runs the shop."""

    def own_key(self) -> dict[str, Any]:
        """The role and scopes of the client's key, as the API tells them; raises AccessError."""
        found: dict[str, Any] = self._call("GET", "v1/keys/mine")
        return found

    def keys(self) -> list[dict[str, Any]]:
        """Every key, newest first, without what makes it one."""
        listed: list[dict[str, Any]] = self._call("GET", "v1/keys")["keys"]
        return listed

    def make_key(self, role: str, origins: Sequence[str] = ()) -> str:
        """A new key, which the shop cannot show again. Raises InputError."""
        made: str = self._call("POST", "v1/keys", body={"role": role, "origins": list(origins)})["key"]
        return made

    def revoke_key(self, key_id: str) -> None:
        """Takes a key back; raises NotFoundError."""
        self._call("DELETE", f"v1/keys/{quote(key_id, safe='')}")
