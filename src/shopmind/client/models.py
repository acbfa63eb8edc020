"""The part of the client that is about models."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from shopmind.client.calls import Calls


class Models(Calls):
    """Models: listed, read with their cards, promoted, rolled back."""

    def models(self) -> list[dict[str, Any]]:
        """Every kind of model in short, by name, as the API tells it."""
        found: list[dict[str, Any]] = self._call("GET", "v1/models")["models"]
        return found

    def model(self, kind: str) -> dict[str, Any]:
        """One kind with its versions, newest first, each with its card; raises NotFoundError."""
        found: dict[str, Any] = self._call("GET", f"v1/models/{quote(kind, safe='')}")
        return found

    def promote_model(self, kind: str, version: str, *, reason: str = "") -> dict[str, Any]:
        """Lets a version answer; raises NotFoundError, and InputError for a damaged one."""
        body = {"version": version, "reason": reason}
        found: dict[str, Any] = self._call("POST", f"v1/models/{quote(kind, safe='')}/promote", body=body)
        return found

    def roll_back_model(self, kind: str, *, reason: str = "") -> dict[str, Any]:
        """Lets the version answer that did before the one that answers now.

        Raises:
            NotFoundError: there is no such kind.
            InputError: there is nothing to go back to.
        """
        now = next((each["version"] for each in self.model(kind)["versions"] if each["current"]), "")
        body = {"version": now, "reason": reason}
        found: dict[str, Any] = self._call("POST", f"v1/models/{quote(kind, safe='')}/rollback", body=body)
        return found
