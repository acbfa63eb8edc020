"""The part of the client that reads tables for people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shopmind.client.calls import Calls
from shopmind.client.catalogue import Quality
from shopmind.client.reports import Ads, Associations, Queries, Slots, Traffic
from shopmind.client.typed import read, read_all


class Insights(Calls):
    """Reports."""

    def query_report(self, *, days: float = 30.0, n: int = 50, min_visitors: int = 2) -> Queries:
        """What people search for, do not find, do not click, and ask again."""
        asked = {"days": days, "n": n, "min_visitors": min_visitors}
        return read(Queries, self._call("GET", "v1/insights/queries", params=asked))

    def traffic(
        self, *, days: int = 30, by: Sequence[str] = ("scenario",), segment: str = "", min_users: int = 5
    ) -> Traffic:
        """What was shown, clicked and bought, and who comes back.

        Args:
            by: of day, scenario, variant and segment; none tells the total alone.
        """
        asked = {"days": days, "by": ",".join(by), "segment": segment, "min_users": min_users}
        return read(Traffic, self._call("GET", "v1/insights/traffic", params=asked))

    def ads(self, *, days: float = 30, advertiser: str = "") -> Ads:
        """What each ad and advertiser was shown, clicked and charged."""
        return read(Ads, self._call("GET", "v1/insights/ads", params={"days": days, "advertiser": advertiser}))

    def quality(self, *, kind: str = "", n: int = 5) -> Quality:
        """What the data of active items lack, with n examples of each gap; of one kind of item if named."""
        return read(Quality, self._call("GET", "v1/insights/quality", params={"kind": kind, "n": n}))

    def arms(self, scenario: str = "", *, n: int = 50) -> list[Slots]:
        """What the slots of scenarios that explore have shown; of all of them when none is named."""
        return read_all(
            Slots, self._call("GET", "v1/insights/arms", params={"scenario": scenario, "n": n})["scenarios"]
        )

    def associations(self, **asked: Any) -> Associations:
        """Which goods speak for which others in one order; asked by item, n, by, min_lift, max_q and redundant.

        Raises:
            NotReadyError: nothing was trained yet.
        """
        return read(Associations, self._call("GET", "v1/insights/associations", params=asked))
