"""How much of a click is the place: examination by position, estimated from the shop's own log."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy  # its parts are loaded when they are first named: half a second of optimize
from numpy.typing import NDArray

Floats = NDArray[np.float64]

ROUNDS = 1_000
CLOSE = 1e-6
PLACES = 50
"""Positions told apart; deeper ones count as the last."""


@dataclass(frozen=True)
class Shown:
    """Impressions of searches, one row each.

    Attributes:
        pairs: (n,) which (query, item) stood there, counted from 0.
        places: (n,) int64 position from 0.
        clicked: (n,) 1.0 where it was clicked, 0.0 where not.
        lists: (n,) which answer it belongs to, counted from 0.
    """

    pairs: NDArray[np.int64]
    places: NDArray[np.int64]
    clicked: Floats
    lists: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.pairs)

    def take(self, rows: NDArray[np.bool_]) -> Shown:
        """The given rows."""
        return Shown(self.pairs[rows], self.places[rows], self.clicked[rows], self.lists[rows])


@dataclass(frozen=True)
class Examination:
    """How likely a place is looked at.

    Attributes:
        share: (places,) 1 at the first, never rising.
        moved: impressions of pairs that stood at several places: what it was learned from.
        learned: False when that was too little and `share` is what is usually seen.
    """

    share: Floats
    moved: int
    learned: bool

    def at(self, places: NDArray[np.int64]) -> Floats:
        """(n,) of positions; deeper ones as the last known."""
        return self.share[np.minimum(places, len(self.share) - 1)]


def examination(shown: Shown, *, at_least: int = 500, steepness: float = 1.0) -> Examination:
    """Position bias, from pairs of query and item that stood at several places.

    A pair that stood at one place says nothing of the bias: its attraction explains its clicks alone. With fewer than
    `at_least` clicks on the others, 1 / (position + 1) ** steepness is assumed.

    Source: the position-based model, Richardson, Dominowska, Ragno, WWW 2007, see Chuklin, Markov, de Rijke, Click
    models for web search (2015), 3.3; pairs that moved as in Agarwal, Zaitsev, Wang, Li, Najork, Joachims, Estimating
    position bias without intrusive interventions, WSDM 2019; the assumed curve as in Joachims, Swaminathan, Schnabel,
    Unbiased learning-to-rank with biased feedback, WSDM 2017.
    """
    places = np.minimum(shown.places, PLACES - 1)
    deepest = int(places.max(initial=0)) + 1
    low = np.full(int(shown.pairs.max(initial=-1)) + 1, deepest, np.int64)
    high = np.full(len(low), -1, np.int64)
    np.minimum.at(low, shown.pairs, places)
    np.maximum.at(high, shown.pairs, places)
    moved = high[shown.pairs] > low[shown.pairs]
    assumed: Floats = np.arange(1, deepest + 1, dtype=np.float64) ** -steepness
    if shown.clicked[moved].sum() < at_least:
        return Examination(assumed, int(moved.sum()), False)
    some = Shown(shown.pairs[moved], places[moved], shown.clicked[moved], shown.lists[moved])
    share, _ = position_based(some, deepest)
    seen = np.bincount(some.places, minlength=deepest)
    share = np.where(seen > 0, share, np.nan)
    return Examination(_falling(share, seen, assumed), int(moved.sum()), True)


def position_based(shown: Shown, places: int) -> tuple[Floats, Floats]:
    """Examination by place, 1 where it is highest, and attraction by pair (rising order of the pairs that occur).

    P(click) = examination · attraction. Each is set in turn so that the clicks of every place, and of every pair, are
    as many as expected; a pair is drawn to the mean by one impression's worth. Only the product is observed, so the
    scale is set by the highest examination.

    Source: moments of the position-based model; the turns are iterative proportional fitting, Deming, Stephan, On a
    least squares adjustment of a sampled frequency table (1940). Expectation maximisation of the same model needs
    hundreds of times as many rounds.
    """
    _, pairs = np.unique(shown.pairs, return_inverse=True)
    size = int(pairs.max(initial=-1)) + 1
    cells, cell = np.unique(pairs * places + shown.places, return_inverse=True)
    pair, place, often = cells // places, cells % places, np.bincount(cell).astype(np.float64)
    by_place = np.bincount(shown.places, shown.clicked, minlength=places)
    by_pair = np.bincount(pairs, shown.clicked, minlength=size)
    share, attraction = np.ones(places), np.zeros(size)
    for _ in range(ROUNDS):
        looks = np.bincount(pair, often * share[place], minlength=size)
        mean = by_pair.sum() / max(looks.sum(), 1e-12)
        attraction = (by_pair + mean) / (looks + 1)
        expected = np.bincount(place, often * attraction[pair], minlength=places)
        new = np.divide(by_place, expected, out=np.zeros(places), where=expected > 0)
        new = new / max(float(new.max(initial=0.0)), 1e-12)
        change, share = float(np.abs(new - share).max(initial=0.0)), new
        if change < CLOSE:
            break
    return share, attraction


def until_last_click(shown: Shown) -> tuple[Floats, Floats]:
    """(pairs,) attraction when lists are read from the top down to the last click, and how often each was read.

    The simplified dynamic Bayesian network: an item is examined when it stands at or above the last click of its list.
    A check on the position-based model: it needs no pairs that moved, and trusts that people read in order.

    Source: Chapelle, Zhang, A dynamic Bayesian network click model for web search ranking, WWW 2009, section 4.
    """
    size = int(shown.pairs.max(initial=-1)) + 1
    last = np.full(int(shown.lists.max(initial=-1)) + 1, -1, np.int64)
    hit = shown.clicked > 0
    np.maximum.at(last, shown.lists[hit], shown.places[hit])
    read = shown.places <= last[shown.lists]
    often: Floats = np.bincount(shown.pairs[read], minlength=size).astype(np.float64)
    clicks = np.bincount(shown.pairs[read], shown.clicked[read], minlength=size)
    attraction: Floats = np.divide(clicks, often, out=np.full(size, np.nan), where=often > 0)
    return attraction, often


def attraction_of(shown: Shown, worth: Floats, bias: Examination, shrink: float = 1.0) -> tuple[Floats, Floats]:
    """(pairs,) worth of each pair had everybody looked at it, and (pairs,) the looks it rests on.

    attraction = (Σ worth of clicks + shrink · mean) / (Σ examination + shrink); in expectation, for many impressions,
    the true attraction, whatever places it was shown at.

    Args:
        worth: (n,) of the click of each impression, 0 where there was none.

    Source: clicks over expected clicks, Zhang, Jones, Comparing click logs and editorial labels for training query
    rewriting (2007); inverse propensities as in Joachims, Swaminathan, Schnabel (2017), summed before dividing, which
    bounds the variance.
    """
    size = int(shown.pairs.max(initial=-1)) + 1
    looks: Floats = np.bincount(shown.pairs, bias.at(shown.places), minlength=size).astype(np.float64)
    gained = np.bincount(shown.pairs, worth, minlength=size)
    mean = float(gained.sum() / looks.sum()) if looks.sum() > 0 else 0.0
    return (gained + shrink * mean) / (looks + shrink), looks


def _falling(share: Floats, seen: NDArray[np.int64], assumed: Floats) -> Floats:
    """Never rising with depth, by isotonic regression; unseen places as far as the assumed curve falls."""
    known = ~np.isnan(share)
    fitted = scipy.optimize.isotonic_regression(
        share[known], weights=seen[known].astype(np.float64), increasing=False
    ).x
    found = np.interp(np.arange(len(share)), np.flatnonzero(known), fitted)
    last = int(np.flatnonzero(known)[-1])
    found[last + 1 :] = found[last] * assumed[last + 1 :] / assumed[last]
    return np.asarray(np.maximum(found / found[0], 1e-3), np.float64)
