"""The terms of many ads as arrays: a request with a thousand bidders reads each of them some ten times."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain.ad import PRICINGS
from shopmind.pipeline.ads.book import Ad
from shopmind.stores.ports import Numbers


@dataclass(frozen=True, slots=True)
class Lots:
    """m ads, by rising number.

    Attributes:
        numbers: (m,) of the ads. bids: (m,) mills for one charged event. pricing: (m,) positions in PRICINGS.
        targets: (m,) number of the item each leads to, 0 for none.
        advertiser: (m,) equal for ads of one advertiser.
        category: (m,) positions in `categories`, which are (path, widest) of each.
    """

    numbers: Numbers
    bids: NDArray[np.int64]
    pricing: NDArray[np.int64]
    targets: Numbers
    advertiser: NDArray[np.int64]
    category: NDArray[np.int64]
    categories: tuple[tuple[str, str], ...]

    @staticmethod
    def of(ads: Mapping[int, Ad]) -> Lots:
        """Of number → ad."""
        rising = [ads[number] for number in sorted(ads)]
        advertisers, categories = dict[str, int](), dict[tuple[str, str], int]()
        return Lots(
            _integers(ad.number for ad in rising),
            _integers(ad.terms.bid for ad in rising),
            _integers(PRICINGS.index(ad.terms.pricing) for ad in rising),
            _integers(ad.target for ad in rising),
            _integers(advertisers.setdefault(ad.terms.advertiser, len(advertisers)) for ad in rising),
            _integers(categories.setdefault((ad.category, ad.wide), len(categories)) for ad in rising),
            tuple(categories),
        )

    def places(self, items: Numbers) -> NDArray[np.int64]:
        """(n,) row of each item here, -1 for what is none of these ads."""
        if not len(self.numbers):
            return np.full(len(items), -1, np.int64)
        at = np.minimum(np.searchsorted(self.numbers, items), len(self.numbers) - 1)
        return np.where(self.numbers[at] == items, at, -1)


def _integers(values: Iterable[int]) -> NDArray[np.int64]:
    return np.fromiter(values, np.int64)
