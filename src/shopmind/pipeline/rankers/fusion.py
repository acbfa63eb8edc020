"""One order from the orders of several retrievers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Ranker, Tools


class Fusion(Ranker):
    """Adds up columns: by rank, by score spread over the candidates, or by value as it is.

    Source: "rank" is reciprocal rank fusion, sum of w / (constant + rank), Cormack, Clarke, Büttcher, SIGIR 2009;
    "score" is the convex combination of min-max scores, Bruch, Gai, Ingber, TOIS 2023 (arXiv:2210.11934), whose
    combination with theoretical bounds instead of those of the candidates is "value", for columns that have such
    bounds: an item's score then depends on no other item, so it is stable over pages and comparable between queries.
    The weight of a column that nobody made, or that says nothing of any candidate, is shared out among the others: the
    weights of the rest are taken as parts of 1.
    Equal scores share the best of their ranks; a missing score adds nothing.
    """

    @dataclass(frozen=True)
    class Options:
        """by: what is added. weights: column → weight; a column left out has weight 1, by value 0. languages: language
        of the text → weights that differ for it. constant: of rank fusion."""

        by: Literal["rank", "score", "value"] = "rank"
        weights: dict[str, float] = field(default_factory=dict)
        languages: dict[str, dict[str, float]] = field(default_factory=dict)
        constant: float = 60.0

    def __init__(self, options: Options, tools: Tools) -> None:
        self._options = options

    def rank(self, context: Context, candidates: Candidates) -> Candidates:
        """See Ranker."""
        weights = {**self._options.weights, **self._options.languages.get(context.language, {})}
        shares = {}
        for name, column in candidates.columns.items():
            weight = weights.get(name, 0.0 if self._options.by == "value" else 1.0)
            if weight and (self._options.by != "value" or not np.isnan(column).all()):
                shares[name] = (weight * self._evidence(column)).astype(np.float32)
        if self._options.by == "value" and shares:
            # without one side (no encoder, a code that has no meaning) the rest keeps the scale
            total = sum(weights[name] for name in shares)
            shares = {name: (share / total).astype(np.float32) for name, share in shares.items()}
        scores = np.sum(list(shares.values()), axis=0) if shares else np.zeros(len(candidates))
        return replace(candidates, scores=np.asarray(scores, np.float32), contributions=shares)

    def _evidence(self, column: NDArray[np.float32]) -> NDArray[np.float64]:
        known = ~np.isnan(column)
        evidence = np.zeros(len(column))
        values = column[known].astype(np.float64)
        if not len(values):
            return evidence
        if self._options.by == "value":
            evidence[known] = values
        elif self._options.by == "rank":
            best_first = np.sort(-values)
            evidence[known] = 1.0 / (self._options.constant + 1 + np.searchsorted(best_first, -values))
        else:
            low, high = values.min(), values.max()
            evidence[known] = (values - low) / (high - low) if high > low else 1.0
        return evidence
