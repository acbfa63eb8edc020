"""A simulated day of ads: advertisers with budgets, customers who want something, and rules of who is shown.

Each ad has a category, a chance of a click when it fits wholly, a value of a click to its advertiser, who bids it, and
a budget of the day. Each request wants a category and comes at an hour of a day with a morning and an evening. How well
an ad fits is 1, 0.5 or near 0, with noise; the chance of a click rises with it. One ad in five is loud: it bids three
times what others do for clicks that are a quarter as likely. What the chances are is learned from a day before, on
which ads were shown at random; no rule is told the truth. Equal luck for all rules of one seed: a view is clicked or
not whoever decided to show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.domain.ad import AdTerms
from shopmind.kit.clock import DAY_MS, HOUR_MS
from shopmind.kit.seeds import generator
from shopmind.pipeline.ads.auction import auction, examined
from shopmind.pipeline.ads.pacing import participation
from shopmind.stores.ledger import Account
from shopmind.training.ads.logistic import Logistic
from shopmind.training.ads.response import Calibration, Views, code

ADS, CATEGORIES, PLACES, DECAY = 40, 6, 3, 0.8
BEFORE = 30_000
"""Views of the day before, on which ads were shown at random."""
REQUESTS = 2_000
DAY = 20_000
INTRUSION = 0.4
"""What a view costs the customer whatever is shown: an ad that fits less than this does harm."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rule:
    """Who is shown and what is paid. `rank` is what bids are multiplied by: 1, or the learned chance."""

    rank: str = "value"
    kind: Any = "gsp"
    relevance: float = 1.0
    floor: float = 0.25
    paced: bool = True


OURS = Rule()
RULES: Mapping[str, Rule] = {
    "highest bid first": Rule(rank="bid", relevance=0, floor=0, paced=False),
    "ours (GSP)": OURS,
    "ours with VCG": replace(OURS, kind="vcg"),
    "ours without pacing": replace(OURS, paced=False),
    "ours without relevance or floor": replace(OURS, relevance=0, floor=0),
}


@dataclass(frozen=True)
class Market:
    """One seed's advertisers and their day.

    Attributes:
        values: (a,) mills a click is worth. budgets: (a,) mills. rates: (a,) chance of a click of an ad that fits.
        fits: (r, a) of each request and ad. times_ms: (r,) rising. luck: (r, a) uniform.
        learned: (r, a) chance of a click, as learned from the day before.
        visits: (24,) share of the requests of each hour.
    """

    values: NDArray[np.int64]
    budgets: NDArray[np.int64]
    rates: Floats
    fits: Floats
    times_ms: NDArray[np.int64]
    luck: Floats
    learned: Floats
    visits: tuple[float, ...]


def market(seed: int) -> Market:
    """A market and what was learned of it."""
    random = generator(seed, "market")
    categories = random.integers(0, CATEGORIES, ADS)
    rates = np.clip(random.lognormal(np.log(0.06), 0.5, ADS), 0.01, 0.3)
    values = random.lognormal(np.log(30_000), 0.5, ADS)
    loud = random.random(ADS) < 0.2
    rates[loud] /= 4
    values[loud] *= 3
    hours = 1 + 0.9 * np.sin((np.arange(24) - 8) / 24 * 4 * np.pi)
    visits = tuple((hours / hours.sum()).tolist())
    hour = np.sort(random.choice(24, REQUESTS, p=visits))
    times = DAY * DAY_MS + hour * HOUR_MS + random.integers(0, HOUR_MS, REQUESTS)
    fits = _fits(random, categories, REQUESTS)
    bids = np.maximum(values.astype(np.int64), 1)
    budgets = (bids * random.uniform(2, 12, ADS)).astype(np.int64)
    learned = _learned(random, categories, rates, fits, seed)
    return Market(bids, budgets, rates, fits, np.sort(times), random.random((REQUESTS, ADS)), learned, visits)


def _fits(random: np.random.Generator, categories: NDArray[np.int64], n: int) -> Floats:
    wanted = random.integers(0, CATEGORIES, n)
    apart = np.abs(categories[None, :] - wanted[:, None])
    plain = np.select([apart == 0, apart == 1], [1.0, 0.5], 0.05)
    noisy: Floats = np.clip(plain + random.normal(0, 0.1, plain.shape), 0, 1)
    return noisy


def _chance(rates: Floats, fits: Floats) -> Floats:
    return rates * (0.05 + 0.95 * fits)


def _learned(
    random: np.random.Generator, categories: NDArray[np.int64], rates: Floats, fits: Floats, seed: int
) -> Floats:
    """The logistic model of the recipe, over the ad and how well it fits, calibrated on its newest views."""
    shown = random.integers(0, ADS, BEFORE)
    before = _fits(random, categories, BEFORE)[np.arange(BEFORE), shown]
    clicked = (random.random(BEFORE) < _chance(rates[shown], before)).astype(np.float64)
    ad, fit = (np.array([code(name, str(each)) for each in range(n)]) for name, n in (("ad", ADS), ("fit", 5)))
    codes = np.stack([ad[shown], fit[np.rint(4 * before).astype(np.int64)]], axis=1)
    views, first = Views(codes, clicked, np.zeros(BEFORE)), int(0.8 * BEFORE)
    model = Logistic.fit(views.take(slice(0, first)), seed=seed)
    newest = views.take(slice(first, None))
    calibration = Calibration.of(model.chances(newest.codes)[0], newest.clicked)
    table = np.stack([np.repeat(ad, 5), np.tile(fit, ADS)], axis=1)
    chances = calibration.apply(model.chances(table)[0]).reshape(ADS, 5)
    told: Floats = chances[np.arange(ADS)[None, :], np.rint(4 * fits).astype(np.int64)]
    return told


def day(world: Market, rule: Rule, seed: int) -> dict[str, float]:
    """What a day under a rule brings, for a thousand requests.

    "revenue" and "welfare" are money paid and money that the clicks were worth, in major units; "utility" is the sum
    over views of the probability that they were looked at times (fit - INTRUSION), "poor" the share of views whose fit
    is under a quarter, "lasted" the share of the ads with money left in the day's last hour.
    """
    x = examined(PLACES, DECAY)
    spent = np.zeros(ADS, np.int64)
    shown = np.zeros(4)
    lots = generator(seed, "lots").random((len(world.times_ms), ADS))
    terms = [
        AdTerms("", "cpc", int(bid), 1, daily=int(budget))
        for bid, budget in zip(world.values, world.budgets, strict=True)
    ]
    pace, paced_ms, lasted = np.ones(ADS), -1, float("nan")
    revenue = welfare = utility = 0.0
    for request, now_ms in enumerate(world.times_ms.tolist()):
        if rule.paced and now_ms - paced_ms > 300_000:
            paced_ms = now_ms
            pace = np.array([
                participation(each, Account(spent_today=int(money)), now_ms, 0.05, world.visits)
                for each, money in zip(terms, spent, strict=True)
            ])  # fmt: skip
        fits = world.fits[request]
        may = (spent + world.values <= world.budgets) & (fits >= rule.floor) & (lots[request] < pace)
        rows = np.flatnonzero(may)
        chance = np.ones(len(rows)) if rule.rank == "bid" else world.learned[request, rows]
        won = auction(
            world.values[rows], chance, x, kind=rule.kind, quality=np.maximum(fits[rows], 1e-6) ** rule.relevance
        )
        ads = rows[won.rows]
        looked = x[: len(ads)]
        clicked = world.luck[request, ads] < looked * _chance(world.rates[ads], fits[ads])
        spent[ads[clicked]] += won.prices[clicked]
        revenue += float(won.prices[clicked].sum())
        welfare += float(world.values[ads[clicked]].sum())
        utility += float(looked @ (fits[ads] - INTRUSION))
        shown += [len(ads), (fits[ads] < 0.25).sum(), clicked.sum(), 0]
        if now_ms % DAY_MS < 23 * HOUR_MS:
            lasted = float((spent + world.values <= world.budgets).mean())
    many = len(world.times_ms) / 1_000
    return {
        "revenue": revenue / 100_000 / many,
        "welfare": welfare / 100_000 / many,
        "utility": utility / many,
        "clicks": float(shown[2]) / many,
        "poor": float(shown[1] / max(shown[0], 1)),
        "lasted": lasted,
        "overspent": float((spent > world.budgets).sum()),
    }
