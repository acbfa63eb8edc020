"""The auction: which ads win the places, and what each pays."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.domain.ad import PRICINGS, Placement
from shopmind.kit.clock import MINUTE_MS
from shopmind.pipeline.ads.auction import AUCTION_KINDS, AuctionKind, auction, examined
from shopmind.pipeline.ads.bidding import bidding_of, place
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Reranker, Tools
from shopmind.pipeline.rankers.expected_value import CHANCE, CLICK, FIT, PURCHASE, QUALITY, traits
from shopmind.pipeline.rules.apply import PUSHED
from shopmind.pipeline.rules.rule import STRONGEST

HELD_MINUTES: dict[str, float] = {"cpm": 15.0, "cpc": 30.0, "cpa": 1_440.0}
"""What the option `held_minutes` does not name."""


class Auction(Reranker):
    """Keeps the winners, best place first, and leaves their placements for whoever reserves the money.

    It wants the columns of the ranker `expected_value`. What fits less than the floor takes no part, whatever it bids.
    A merchandiser's boosts and buries multiply the quality by their strength, so prices stay below bids; the score is
    bid · chance · quality, by which ads are ranked.
    """

    last = True

    @dataclass(frozen=True)
    class Options:
        """kind: gsp, vcg or first (pipeline/ads/auction.py). reserve: least expected worth of a view, in minor units
        for a thousand views, which is mills for one. floor: least `ad_fit`; an unknown fit passes. decay: how likely
        the next place is looked at, told this one is. each: most places that one advertiser wins; 0 is no limit.
        held_minutes: pricing → how long money is held for the event to come."""

        kind: AuctionKind = "gsp"
        reserve: float = 1.0
        floor: float = 0.25
        decay: float = 0.8
        each: int = 1
        held_minutes: dict[str, float] = field(default_factory=dict)

        def __post_init__(self) -> None:
            if self.kind not in AUCTION_KINDS:
                raise ValueError(f"kind is {self.kind!r}; {', '.join(AUCTION_KINDS)} are allowed")
            if self.reserve < 0 or not 0 <= self.floor <= 1 or not 0 < self.decay <= 1 or self.each < 0:
                raise ValueError("reserve and each are not below 0, floor lies in 0..1, decay above 0 and up to 1")
            if not set(self.held_minutes) <= set(PRICINGS) or min(self.held_minutes.values(), default=1) <= 0:
                raise ValueError(f"held_minutes names {', '.join(PRICINGS)} and minutes above 0")

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options
        held = {**HELD_MINUTES, **options.held_minutes}
        self._window_ms = {pricing: round(minutes * MINUTE_MS) for pricing, minutes in held.items()}

    def rerank(self, context: Context, candidates: Candidates, n: int) -> Candidates:
        """See Reranker."""
        options, bidding = self._options, bidding_of(context)
        fit = candidates.column("ad_fit")
        pushed = np.nan_to_num(candidates.column(PUSHED).astype(np.float64))
        quality = candidates.column(QUALITY) * STRONGEST**pushed
        worth = bidding.bids(candidates.items) * candidates.column(CHANCE) * quality
        candidates = replace(
            candidates.with_columns({QUALITY: quality.astype(np.float32)}), scores=worth.astype(np.float32)
        )
        bids = bidding.places(candidates.items) >= 0
        mine = np.flatnonzero(bids & context.allowed[candidates.items] & ~(fit < options.floor))
        offered = candidates.take(self._fair(context, candidates, mine))
        won = auction(
            bidding.bids(offered.items),
            offered.column(CHANCE).astype(np.float64),
            examined(n, options.decay),
            kind=options.kind,
            quality=offered.column(QUALITY).astype(np.float64),
            reserve=options.reserve,
            tie=context.columns.tie[offered.items],
        )
        winners = offered.take(won.rows)
        placements = {}
        for at, (item, price) in enumerate(zip(winners.items.tolist(), won.prices.tolist(), strict=True)):
            ad = bidding.ads[item]
            placements[item] = Placement(
                item=item,
                item_id=ad.item_id,
                terms=ad.terms,
                price=price,
                position=at,
                window_ms=self._window_ms[ad.terms.pricing],
                target=ad.target,
                traits=tuple(traits(context, ad, float(winners.column(FIT)[at])).items()),
                chances=(float(winners.column(CLICK)[at]), float(winners.column(PURCHASE)[at])),
            )
        place(context, placements)
        return winners

    def _fair(self, context: Context, candidates: Candidates, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """The best ads of each advertiser, as many as one may win."""
        if not self._options.each:
            return rows
        items = candidates.items[rows]
        rows = rows[np.lexsort((context.columns.tie[items], -candidates.scores[rows]))]
        bidding = bidding_of(context)
        advertiser = bidding.lots.advertiser[bidding.places(candidates.items[rows])]
        together = np.argsort(advertiser, kind="stable")
        counts = np.unique(advertiser, return_counts=True)[1]
        nth = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        return rows[np.sort(together[nth < self._options.each])]
