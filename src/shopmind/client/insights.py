"""The part of the client that reads tables for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shopmind.client.calls import Calls


class Insights(Calls):
    """Reports."""

    def query_report(self, *, days: float = 30.0, n: int = 50, min_visitors: int = 2) -> dict[str, Any]:
        """What people search for, do not find, do not click, and ask again."""
        asked = {"days": days, "n": n, "min_visitors": min_visitors}
        report: dict[str, Any] = self._call("GET", "v1/insights/queries", params=asked)
        return report

    def traffic(
        self, *, days: int = 30, by: Sequence[str] = ("scenario",), segment: str = "", min_users: int = 5
    ) -> dict[str, Any]:
        """What was shown, clicked and bought, and who comes back, as the API tells it."""
        asked = {"days": days, "by": ",".join(by), "segment": segment, "min_users": min_users}
        report: dict[str, Any] = self._call("GET", "v1/insights/traffic", params=asked)
        return report

    def ads(self, *, days: float = 30, advertiser: str = "") -> dict[str, Any]:
        """What each ad and advertiser was shown, clicked and charged, as the API tells it."""
        asked = {"days": days, "advertiser": advertiser}
        report: dict[str, Any] = self._call("GET", "v1/insights/ads", params=asked)
        return report

    def associations(self, **asked: Any) -> dict[str, Any]:
        """Which goods speak for which others in one order; asked by item, n, by, min_lift, max_q and redundant.

        Raises:
            NotReadyError: nothing was trained yet.
        """
        report: dict[str, Any] = self._call("GET", "v1/insights/associations", params=asked)
        return report
