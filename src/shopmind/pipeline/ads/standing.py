"""Which ads may bid now, by schedule and money, whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain.ad import AdTerms
from shopmind.kit.clock import DAY_MS, HOUR_MS, format_time
from shopmind.pipeline.ads.book import Ad, Ads
from shopmind.pipeline.ads.lots import Lots
from shopmind.pipeline.ads.pacing import EVEN, in_hours, participation
from shopmind.stores.ledger import Account
from shopmind.stores.ports import Numbers


@dataclass(frozen=True, slots=True)
class Standing:
    """Which ads may bid at a moment, whoever asks.

    Attributes:
        ads: number → ad, of those that may.
        always: those of them that anybody may be shown anywhere, and that are not paced.
        numbers: (m,) of the others, rising. chances: (m,) probability of each to take part.
        why: number → why it may not, in words, of every ad that may not.
        lots: all of `ads` as arrays.
    """

    at_ms: int
    change: int
    ads: Mapping[int, Ad]
    always: Mapping[int, Ad]
    numbers: Numbers
    chances: NDArray[np.float64]
    why: Mapping[int, str]
    lots: Lots


def standing(
    ads: Ads,
    account_of: Callable[[int], Account],
    now_ms: int,
    *,
    slack: float,
    visits: tuple[float, ...] = EVEN,
) -> Standing:
    """Which ads may bid now, by schedule and money."""
    why, may, always, chances = dict(ads.wrong), {}, {}, dict[int, float]()
    for number, ad in sorted(ads.sound.items()):
        reason = _why_not(ad.terms, account_of(number), now_ms)
        if reason:
            why[number] = f"ad {ad.item_id!r}: {reason}"
            continue
        may[number] = ad
        chance = participation(ad.terms, account_of(number), now_ms, slack, visits)
        if chance == 1 and _plain(ad.terms):
            always[number] = ad
        else:
            chances[number] = chance
    numbers = np.fromiter(chances, np.int64, len(chances))
    return Standing(now_ms, ads.change, may, always, numbers, np.array(list(chances.values())), why, Lots.of(may))


def _plain(terms: AdTerms) -> bool:
    return not (terms.scenarios or terms.words or terms.categories or terms.users or terms.cap)


def _why_not(terms: AdTerms, account: Account, now_ms: int) -> str:
    if terms.starts_ms is not None and now_ms < terms.starts_ms:
        return f"it starts at {format_time(terms.starts_ms)}"
    if terms.ends_ms is not None and now_ms >= terms.ends_ms:
        return f"it ended at {format_time(terms.ends_ms)}"
    if not in_hours(now_ms % DAY_MS // HOUR_MS, terms.hours):
        return "this is not one of its hours"
    if account.spent + terms.bid > terms.budget:
        return "its budget is used up"
    if account.spent + account.held + terms.bid > terms.budget:
        return "the rest of its budget is held for what was shown"
    if terms.daily is not None and account.spent_today + account.held_today + terms.bid > terms.daily:
        return "its budget of the day is used up or held"
    return ""
