"""The part of the client that asks how the server does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from shopmind.client.calls import Calls
from shopmind.client.typed import read


@dataclass(frozen=True, slots=True)
class Ready:
    """How ready a shop is.

    Attributes:
        status: ready, or empty while there are no items.
        missing: scenario → what would make it better.
        strategy: none: the shop is trained by hand; idle; or where a candidate is.
    """

    status: str
    items: int
    missing: Mapping[str, tuple[str, ...]]
    strategy: str


class Health(Calls):
    """Whether the process and the shop answer, and figures for Prometheus."""

    def live(self) -> bool:
        """Whether the process answers at all; asked once, without patience."""
        return self._answers("health/live")

    def ready(self) -> bool:
        """Whether the shop answers; asked once, without patience."""
        return self._answers("health/ready")

    def readiness(self) -> Ready:
        """How ready the shop is; raises NotReadyError when it cannot answer."""
        return read(Ready, self._call("GET", "health/ready"))

    def metrics(self) -> str:
        """Figures in the words of Prometheus; today's traffic only for the scope merchandise."""
        return self._page("GET", "metrics")

    def _answers(self, path: str) -> bool:
        try:
            return self._http.get(path).status_code == 200
        except httpx.TransportError:
            return False
