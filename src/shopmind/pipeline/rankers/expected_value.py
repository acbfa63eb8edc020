"""What showing an ad is worth: the bid, times the chance that it is paid, times how well the ad fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.domain.ad import PRICINGS
from shopmind.kit.clock import DAY_MS, HOUR_MS
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.ads.bidding import Bidding, bidding_of
from shopmind.pipeline.ads.book import Ad
from shopmind.pipeline.context import Context
from shopmind.pipeline.filters.biddable import LIKED
from shopmind.pipeline.parts import Ranker, Tools
from shopmind.stores.columns import TextColumn
from shopmind.stores.ports import Numbers
from shopmind.training.ads.recipe import PLACE, Calibrated, place_of
from shopmind.training.ads.response import code

CLICK, PURCHASE, CHANCE, QUALITY, FIT = "ad_click", "ad_purchase", "ad_chance", "ad_quality", "ad_fit_taken"

Floats = NDArray[np.float64]


class ExpectedValue(Ranker):
    """score = bid · P(charged event | looked at) · fit^relevance, in mills a view; NaN for what does not bid.

    The chances are those of the artifact `ad_response`, and are calibrated; without it, or where it was not better than
    the mean rate, the prior rates stand for every ad, those of a poor fit less (and without it the answer says so).
    Columns ad_click, ad_purchase (after a click), ad_chance (of the charged event), ad_quality and ad_fit_taken (with
    what stands for an unknown fit) stay for the auction.
    """

    artifacts = ("ad_response",)

    @dataclass(frozen=True)
    class Options:
        """relevance: how much a good fit counts beside money; 0 is money alone, 1 halves the score of half a fit.
        unknown: the fit of an ad when nothing is known of what is wanted. prior_click, prior_purchase: chances while
        nothing is learned, of an ad that fits wholly."""

        relevance: float = 1.0
        unknown: float = 0.5
        prior_click: float = 0.02
        prior_purchase: float = 0.03

        def __post_init__(self) -> None:
            for name in ("unknown", "prior_click", "prior_purchase"):
                if not 0 < getattr(self, name) <= 1:
                    raise ValueError(f"{name} is {getattr(self, name)}, it must lie above 0 and up to 1")
            if self.relevance < 0:
                raise ValueError(f"relevance is {self.relevance}, it must not be below 0")

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options
        self._model: tuple[Calibrated, tuple[str, ...]] | None = None
        self._looked = False

    def rank(self, context: Context, candidates: Candidates) -> Candidates:
        """See Ranker."""
        bidding, items = bidding_of(context), candidates.items
        fit = np.nan_to_num(candidates.column("ad_fit").astype(np.float64), nan=self._options.unknown)
        places = bidding.places(items)
        click, purchase = self._chances(context, bidding, items, fit)
        pricing = np.append(bidding.lots.pricing, -1)[places]
        chance = np.select([pricing == each for each in range(len(PRICINGS))], _charged(click, purchase), 0.0)
        quality = fit**self._options.relevance
        scores = np.where(places >= 0, bidding.bids(items) * chance * quality, np.nan)
        columns = {CLICK: click, PURCHASE: purchase, CHANCE: chance, QUALITY: quality, FIT: fit}
        described = candidates.with_columns({name: each.astype(np.float32) for name, each in columns.items()})
        return replace(described, scores=scores.astype(np.float32))

    def _chances(self, context: Context, bidding: Bidding, items: Numbers, fit: Floats) -> tuple[Floats, Floats]:
        try:
            model = self._learned()
        except NotReadyError as error:
            context.degraded.append(f"{error.message}; every ad counts as clicked alike")
            model = None
        if model is None:
            return self._options.prior_click * fit, np.full(len(fit), self._options.prior_purchase)
        calibrated, names = model
        ads = [bidding.ads.get(item) for item in items.tolist()]
        asked = {**_of_request(context), PLACE: place_of(0)}
        codes = np.zeros((len(ads), len(names)), np.int64)
        for column, name in enumerate(names):
            if name in asked:
                codes[:, column] = code(name, asked[name])
            else:
                told = (
                    _OF_AD[name](ad, known, asked) if ad and name in _OF_AD else ""
                    for ad, known in zip(ads, fit, strict=True)
                )
                codes[:, column] = [code(name, each) for each in told]
        return calibrated.chances(codes)

    def _learned(self) -> tuple[Calibrated, tuple[str, ...]] | None:
        """The model and its traits; None where the mean rate was as good. It looks once, as its artifact is one."""
        if not self._looked:
            figures = self.fitted.card["figures"]
            if figures["used"]:
                self._model = Calibrated.of(self.fitted.arrays, figures), tuple(figures["traits"])
            self._looked = True
        return self._model


def traits(context: Context, ad: Ad, fit: float) -> dict[str, str]:
    """What the chances of one ad in one request are told from: name → value."""
    asked = _of_request(context)
    return {**asked, **{name: tell(ad, fit, asked) for name, tell in _OF_AD.items()}}


_OF_AD: Mapping[str, Callable[[Ad, float, Mapping[str, str]], str]] = {
    "ad": lambda ad, fit, asked: ad.item_id,
    "advertiser": lambda ad, fit, asked: ad.terms.advertiser,
    "fit": lambda ad, fit, asked: str(round(4 * fit)),
    "pair": lambda ad, fit, asked: f"{asked['taste']} {ad.wide}",
}
"""Trait of an ad in a request → its value, given the fit and the traits of the request."""


def _of_request(context: Context) -> dict[str, str]:
    """The traits that all ads of a request share."""
    hour = context.now_ms % DAY_MS // HOUR_MS
    return {"scenario": context.query.scenario, "hour": str(hour // 4), "taste": _taste(context)}


def _taste(context: Context) -> str:
    """The widest category that the customer chose most lately; "" of a stranger."""
    known = context.memory.get("ad taste")
    if isinstance(known, str):
        return known
    column = context.columns.column("category")
    found = ""
    if context.query.personal and isinstance(column, TextColumn):
        named = [column.text(int(item)) for item in context.history.items[-LIKED:]]
        often = {name: named.count(name) for name in named if name is not None}
        found = min(often, key=lambda name: (-often[name], name), default="")
    context.memory["ad taste"] = found
    return found


def _charged(click: Floats, purchase: Floats) -> list[Floats]:
    """Probabilities of the event that is charged, by PRICINGS."""
    by = {"cpm": np.ones(len(click)), "cpc": click, "cpa": click * purchase}
    return [by[pricing] for pricing in PRICINGS]
