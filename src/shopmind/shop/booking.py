"""The money of the ads in an answer: held before they are shown, or they are not shown."""

from __future__ import annotations

import logging
from dataclasses import replace

from shopmind.domain import Hit, Placement, Query, Slate
from shopmind.domain.ad import CHARGED_ON
from shopmind.kit.clock import DAY_MS, HOUR_MS, Clock
from shopmind.kit.errors import BusyError, ShopmindError
from shopmind.stores.ledger import Hold, Ledger, Refusal, Settled

logger = logging.getLogger(__name__)

PATIENCE_S = 0.02
"""How long an answer waits for others who write; ads are left out rather than that a customer waits."""
SETTLE_EVERY_MS = 250
"""How often answers see to what impressions have come and which holds are overdue; reported events do so at once."""
LATE_MS = 2_000
"""The same where a thread beside the answers sees to it: only when that thread is kept from it."""

KEPT_DAYS = 400
"""How long what was shown of ads is told and learned from, and caps are kept; the money stays on the books for ever."""
AT_ONCE = 1_000
TIDY_EVERY_MS = HOUR_MS

WHY: dict[Refusal, str] = {
    "budget": "its budget is used up or held",
    "daily_budget": "its budget of the day is used up or held",
    "cap": "this customer was shown it as often as it may be",
}


class Booking:
    """Reserves what the ads of an answer may cost, and settles what has become of earlier ones.

    Attributes:
        beside: whether a thread beside the answers calls `look_after` again and again.
    """

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._settled_ms = 0
        self._tidy_ms = 0
        self.beside = False

    def book(self, query: Query, slate: Slate) -> Slate:
        """The slate with those ads alone whose money is held now; whatever was left out is named in `degraded`."""
        now_ms = self._clock()
        # also where no ad was left to show: money may come back
        if abs(now_ms - self._settled_ms) >= (LATE_MS if self.beside else SETTLE_EVERY_MS):
            self.settle()
        booked = [(hit, hit.placement) for hit in slate.hits if hit.placement is not None]
        if not booked:
            return slate
        holds = [_hold(query, slate, hit, placement, now_ms) for hit, placement in booked]
        try:
            told = self._ledger.reserve(holds, patience_s=PATIENCE_S)
            why = {hit.item.item_id: WHY[each] for (hit, _), each in zip(booked, told, strict=True) if each}
        except ShopmindError as error:
            said = "others are writing" if isinstance(error, BusyError) else "the ledger cannot be written"
            logger.warning("no ads", extra={"fields": {"why": error.message}})
            why = {hit.item.item_id: said for hit, _ in booked}
        if not why:
            return slate
        hits: list[Hit] = []
        for place, hit in enumerate(slate.hits):
            if hit.item.item_id not in why or hit.placement is None:
                hits.append(replace(hit, position=hit.position - (place - len(hits))))
        left_out = (f"ad {item_id!r} left out: {each}" for item_id, each in why.items())
        return replace(slate, hits=tuple(hits), degraded=(*slate.degraded, *left_out))

    def settle(self) -> Settled:
        """Charges what events have come for, and gives back what is overdue; what fails is done the next time."""
        self._settled_ms = self._clock()
        try:
            return self._ledger.settle(self._settled_ms)
        except ShopmindError:
            logger.exception("settling failed; it is tried again")
            return Settled()

    def look_after(self) -> None:
        """Settles and tidies, off the way of the answers."""
        self.settle()
        self.tidy()

    def tidy(self) -> int:
        """Deletes closed holds that nobody looks at any more."""
        now_ms = self._clock()
        if now_ms < self._tidy_ms:
            return 0
        pruned = self._ledger.prune(now_ms - KEPT_DAYS * DAY_MS, AT_ONCE)
        self._tidy_ms = now_ms + (0 if pruned == AT_ONCE else TIDY_EVERY_MS)
        return pruned


def _hold(query: Query, slate: Slate, hit: Hit, placement: Placement, now_ms: int) -> Hold:
    terms = placement.terms
    return Hold(
        request_id=slate.request_id,
        item=placement.item,
        charged_on=CHARGED_ON[terms.pricing],
        price=placement.price,
        budget=terms.budget,
        daily=terms.daily,
        at_ms=now_ms,
        until_ms=now_ms + placement.window_ms,
        target=placement.target,
        user_id=query.user_id,
        session_id=query.session_id,
        cap=terms.cap,
        cap_since_ms=now_ms - terms.cap_ms,
        scenario=slate.scenario,
        position=hit.position,
        traits=dict(placement.traits),
        foreseen=placement.chances,
    )
