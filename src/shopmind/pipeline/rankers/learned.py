"""The order learned from the shop's judgments and clicks, or the prior while there is none that is better."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import scipy  # its parts are loaded when they are first named: half a second of optimize
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Ranker, Tools
from shopmind.pipeline.rankers.fusion import Fusion
from shopmind.training.rank_model import PRIOR, RankModel, inputs, used

GRADE = "expected_grade"
"""The column with the grade that is expected of each pair by itself, in 0..1, before it is brought to fall."""

STEP = 1e-6
"""What equal grades differ by, so that scores fall along the order."""


class Learned(Ranker):
    """Orders by the artifact `search_ranking` (training/search_ranking.py), and scores by the grade it expects.

    The score of a hit is the grade it expects, in 0..1 and comparable between queries, brought to fall along the order
    by isotonic regression; by itself it is the column `expected_grade`. Order and grade are each used only where they
    were better than the prior's. Until something is, the prior ranks and scores: only `ready` speaks of it, no answer
    does, for the customer misses nothing that was ever there.

    Source: isotonic regression, Barlow, Bartholomew, Bremner, Brunk, Statistical inference under order restrictions
    (1972), as scipy has it.

    The column `personal`, if a feature makes it, is not learned: it lifts a candidate in the order by at most
    `personal` of the distance between the best and the last.
    """

    artifacts = ("search_ranking",)

    @dataclass(frozen=True)
    class Options:
        """prior: weights of the fusion by value that ranks without the artifact and is evidence with it. languages:
        language of the text → weights of the prior that differ for it. personal: what the column of that name may
        move, as a share of the range of scores.
        """

        prior: dict[str, float] = field(default_factory=lambda: {"lexical": 0.6, "dense": 0.4})
        languages: dict[str, dict[str, float]] = field(default_factory=dict)
        personal: float = 0.1

        def __post_init__(self) -> None:
            if not 0 <= self.personal <= 1:
                raise ValueError("personal must lie in 0..1")
            if "personal" in self.prior:
                raise ValueError("personal has an option of its own, it is no weight of the prior")

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self.prior: Ranker = Fusion(
            Fusion.Options(by="value", weights=options.prior, languages=options.languages), tools
        )
        self._personal = options.personal
        self._model: RankModel | None = None
        self._tried = False

    def rank(self, context: Context, candidates: Candidates) -> Candidates:
        """See Ranker."""
        ranked = self.prior.rank(context, candidates)
        model = self._learned()
        if not len(candidates):
            return ranked
        shares = dict(ranked.contributions)
        if model is None:
            order, grades = ranked.scores.astype(np.float64), None
        else:
            matrix = inputs({**candidates.columns, PRIOR: ranked.scores}, model.names, len(candidates))
            graded = self.fitted.card["figures"].get("graded", True)
            order = model.order(matrix)
            grades = model.grades(matrix) if graded else ranked.scores.astype(np.float64)
            shares = _without_prior(model.contributions(matrix), ranked) if context.query.explain else {}
        lift = self._lift(candidates, order)
        if lift is not None:
            order = order + lift
            shares["personal"] = lift.astype(np.float32)
        tie = context.columns.tie[candidates.items]
        if grades is None:
            return replace(candidates, scores=order.astype(np.float32), contributions=shares)
        scores = falling(grades, order, tie)
        candidates = candidates.with_columns({GRADE: grades.astype(np.float32)})
        return replace(candidates, scores=scores, contributions=shares)

    def _lift(self, candidates: Candidates, order: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """(n,) what the customer's own doings add to the order; None when nothing is known of them."""
        column = candidates.columns.get("personal")
        if column is None or not self._personal:
            return None
        known = np.clip(np.nan_to_num(column, nan=0.0), 0.0, 1.0)
        return np.asarray(self._personal * float(np.ptp(order)) * known, np.float64)

    def _learned(self) -> RankModel | None:
        """None when the prior ranks. A ranker lives as long as its artifacts, so it looks once."""
        if not self._tried:
            try:
                self._model = _model(self.fitted.arrays, self.fitted.card)
                _ = scipy.optimize.isotonic_regression  # loaded beside the model, not by the first search
            except NotReadyError:
                self._model = None
            self._tried = True
        return self._model


def falling(grades: NDArray[np.float64], order: NDArray[np.float64], tie: NDArray[np.uint64]) -> NDArray[np.float32]:
    """(n,) grades changed as little as least squares allow, so that they fall strictly along `order`."""
    best_first = np.lexsort((tie, -order))
    smooth = scipy.optimize.isotonic_regression(grades[best_first], increasing=False).x
    scores = np.empty(len(grades), np.float32)
    scores[best_first] = smooth - STEP * np.arange(len(grades))
    return scores


def _model(arrays: Any, card: Any) -> RankModel | None:
    figures = card["figures"]
    return RankModel.of(arrays, figures) if used(figures) else None


def _without_prior(shares: dict[str, NDArray[np.float32]], ranked: Candidates) -> dict[str, NDArray[np.float32]]:
    """The share of the prior's score is shared out among the columns it is made of."""
    prior = shares.pop(PRIOR, None)
    if prior is None:
        return shares
    parts = ranked.contributions
    total = np.sum([np.abs(part) for part in parts.values()], axis=0) if parts else np.zeros(len(ranked))
    for name, part in parts.items():
        told = prior * np.divide(np.abs(part), total, out=np.zeros(len(ranked), np.float32), where=total > 0)
        shares[name] = np.asarray(shares.get(name, 0.0) + told, np.float32)
    return shares
