"""How well an ad goes with what is asked for, in view or liked: what the relevance floor is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.ads.bidding import Bidding, bidding_of
from shopmind.pipeline.context import Context
from shopmind.pipeline.filters.biddable import LIKED
from shopmind.pipeline.parts import Feature, Tools
from shopmind.stores.columns import TextColumn
from shopmind.stores.ports import Numbers
from shopmind.text.analyse import analyse


class AdFit(Feature):
    """Column `ad_fit` in 0..1; NaN where nothing is known of what is wanted, or the candidate does not bid.

    - with a text: the share of its words that the ad or what it leads to says, or how near the meanings are;
    - else with anchors: 1 for the category of one of them, `sibling` for its widest category, or how near it is;
    - else with a history: by categories as for anchors, each weighed by how often it was chosen.

    Nearness is the cosine less that of the average item, as a share of what is left to 1. Content comes first: what a
    customer likes does not make an ad fit another question.
    """

    @dataclass(frozen=True)
    class Options:
        """sibling: fit of an ad that shares the widest category alone."""

        sibling: float = 0.5

        def __post_init__(self) -> None:
            if not 0 <= self.sibling <= 1:
                raise ValueError(f"sibling is {self.sibling}, it must lie in 0..1")

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._sibling = options.sibling

    def compute(self, context: Context, candidates: Candidates) -> Mapping[str, NDArray[np.float32]]:
        """See Feature."""
        bidding, items = bidding_of(context), candidates.items
        fit = np.full(len(items), np.nan)
        if context.text.strip():
            fit = np.fmax(self._words(context, bidding, items), self._near_text(context, items))
        elif len(context.anchors):
            wanted = dict.fromkeys(self._paths(context, context.anchors), 1.0)
            fit = np.fmax(self._categories(wanted, bidding, items), self._near(context, bidding, items))
        elif context.query.personal and len(context.history):
            liked = self._paths(context, context.history.items[-LIKED:])
            often = {path: liked.count(path) for path in liked}
            most = max(often.values(), default=1)
            wanted = {path: count / most for path, count in often.items()}
            fit = self._categories(wanted, bidding, items)
        fit[bidding.places(items) < 0] = np.nan
        return {"ad_fit": np.clip(fit, 0.0, 1.0).astype(np.float32)}

    def _words(self, context: Context, bidding: Bidding, items: Numbers) -> NDArray[np.float64]:
        asked = frozenset(analyse(context.text))
        found = np.full(len(items), np.nan)
        for row, item in enumerate(items.tolist()):
            if asked and (ad := bidding.ads.get(item)) is not None:
                found[row] = len(asked & ad.words) / len(asked)
        return found

    def _categories(self, wanted: Mapping[str, float], bidding: Bidding, items: Numbers) -> NDArray[np.float64]:
        wide: dict[str, float] = {}
        for path, share in wanted.items():
            first = path.split(" > ", 1)[0]
            wide[first] = max(wide.get(first, 0.0), share)
        if not wanted:
            return np.full(len(items), np.nan)
        fits = [
            max(wanted.get(path, 0.0), self._sibling * wide.get(name, 0.0)) for path, name in bidding.lots.categories
        ]
        places = bidding.places(items)
        return np.where(places < 0, np.nan, np.array([*fits, np.nan])[np.append(bidding.lots.category, -1)[places]])

    def _near_text(self, context: Context, items: Numbers) -> NDArray[np.float64]:
        try:
            wanted = context.vector()
        except NotReadyError:
            return np.full(len(items), np.nan)
        return self._nearness(wanted, items)

    def _near(self, context: Context, bidding: Bidding, items: Numbers) -> NDArray[np.float64]:
        """To the last anchor, of what each ad leads to or else of the ad itself."""
        if self._tools.encoder is None:
            return np.full(len(items), np.nan)
        wanted = self._tools.vector_index.vectors(context.anchors[-1:])[0]
        target = np.append(bidding.lots.targets, 0)[bidding.places(items)]
        return self._nearness(wanted, np.where(target > 0, target, items))

    def _nearness(self, wanted: NDArray[np.float32], items: Numbers) -> NDArray[np.float64]:
        if not len(items) or np.isnan(wanted).any():
            return np.full(len(items), np.nan)
        mean = float(self._tools.vector_index.centre() @ wanted)
        cosines = (self._tools.vector_index.vectors(items) @ wanted).astype(np.float64)
        near: NDArray[np.float64] = np.clip((cosines - mean) / max(1 - mean, 1e-6), 0.0, 1.0)
        return near

    def _paths(self, context: Context, items: Iterable[int]) -> list[str]:
        column = context.columns.column("categories")
        if not isinstance(column, TextColumn):
            return []
        paths = (column.text(int(item)) for item in items)
        return [path for path in paths if path is not None]
