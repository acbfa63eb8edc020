"""How likely who asks redeems each offer, if it is given."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Feature, NoOptions, Tools
from shopmind.training.redemption.evidence import Given, Known, evidence, wanted
from shopmind.training.redemption.recipe import chances, given_of
from shopmind.training.trees import Trees

MANY_CHANGES = 1_000
BESIDE = 5
"""Offers that are given together: a slate of the scenario."""


class Redemption(Feature):
    """Column `redemption`, a probability of the artifact (training/redemption/recipe.py); NaN for items that are no
    offers. No column before the first training. A propensity: it says nothing of what an offer
    changes."""

    artifacts = ("redemption",)

    def __init__(self, options: NoOptions, tools: Tools) -> None:
        super().__init__(options, tools)
        self._held: tuple[int, tuple[Given, Known]] | None = None

    def compute(self, context: Context, candidates: Candidates) -> Mapping[str, NDArray[np.float32]]:
        """See Feature."""
        try:
            self.ready()
        except NotReadyError:
            return {}
        said = np.full(len(candidates), np.nan, np.float32)
        given, known = self._offers(context)
        places = given.places(candidates.items)
        inside = places >= 0
        if inside.any():
            matrix = evidence(context.history, given, known, places[inside], context.now_ms, beside=BESIDE)
            said[inside] = chances(self._trees, matrix)
        return {"redemption": said}

    def _offers(self, context: Context) -> tuple[Given, Known]:
        """As of these columns: an offer that nobody was given yet is judged by what it covers."""
        change = context.columns.change
        if self._held is not None and self._held[0] < change and not self._concerned(context, self._held[0]):
            self._held = change, self._held[1]
        if self._held is None or self._held[0] < change:
            covers = self._tools.links.table("covers")
            categories = self.fitted.card["figures"]["categories"]
            given = given_of(context.columns, self._tools.catalogue, covers, categories)
            held = self.fitted.arrays
            rates = (np.asarray(held[name], np.float64) for name in ("given", "redeemed"))
            self._held = change, (given, Known(wanted(given, np.asarray(held["bought"])), *rates))
        return self._held[1]

    def _concerned(self, context: Context, after: int) -> bool:
        """Whether links or offers changed since: reading all links again for each user that is written is too slow."""
        later = self._tools.catalogue.changes(after, MANY_CHANGES)
        offers = context.columns.kinds(("promotion",))
        return len(later) >= MANY_CHANGES or any(
            each.what in ("links", "item_removed")
            or (each.what == "item" and each.number < len(offers) and bool(offers[each.number]))
            for each in later
        )

    @cached_property
    def _trees(self) -> Trees:
        found = Trees.of(self.fitted.arrays, "redemption")
        if found is None:
            raise NotReadyError("redemption: the artifact is damaged; run: shopmind train FOLDER redemption")
        return found
