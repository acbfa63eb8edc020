"""How near each candidate is to the best of the other candidates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.pipeline.context import Context
from shopmind.pipeline.features.wanted import Wanted
from shopmind.pipeline.parts import Feature, Tools
from shopmind.stores.columns import TextColumn


class Company(Feature):
    """What stands with the best is likely what was meant, also when it says so in other words.

    Columns: `company_lexical`, `company_dense` (cosine to the mean vector of the best by that column), `company_both`
    (the best by their sum), `company_category` (share of the best by the sum that are of its category).

    Source: pseudo-relevance feedback, Rocchio (1971); over dense vectors, Li, Mourad, Zhuang, Koopman, Zuccon, TOIS
    2023 (arXiv:2108.11044).
    """

    @dataclass(frozen=True)
    class Options:
        """best: how many are taken for the best."""

        best: int = 6

    def __init__(self, options: Options, tools: Tools) -> None:
        self._best = options.best
        self._wanted = Wanted(tools, "company")
        self._vectors = tools.vector_index if tools.encoder is not None else None

    def compute(self, context: Context, candidates: Candidates) -> Mapping[str, NDArray[np.float32]]:
        """See Feature; says nothing of fewer than three candidates, nor while no ranker reads it. Ties by hash."""
        if len(candidates) < 3 or not self._wanted.by(context):
            return {}
        tie = context.columns.tie[candidates.items]
        lexical, dense = (np.nan_to_num(candidates.column(name), nan=0.0) for name in ("lexical", "dense"))
        tops = {
            name: np.lexsort((tie, -column))[: self._best]
            for name, column in (("lexical", lexical), ("dense", dense), ("both", lexical + dense))
            if column.any()
        }
        found = {}
        if self._vectors is not None:
            vectors = self._vectors.vectors(candidates.items)
            for name, top in tops.items():
                mean = np.nan_to_num(vectors[top]).mean(axis=0)
                length = float(np.linalg.norm(mean))
                if length > 0:
                    found[f"company_{name}"] = (vectors @ (mean / length)).astype(np.float32)
        category = context.columns.column("category")
        if isinstance(category, TextColumn) and "both" in tops:
            own = category.codes[candidates.items]
            of_top = own[tops["both"]]
            share = np.mean(own[:, None] == of_top[None, :], axis=1)
            found["company_category"] = np.where(own >= 0, share, np.nan).astype(np.float32)
        return found
