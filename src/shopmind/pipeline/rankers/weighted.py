"""The evidence, weighed and added up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from shopmind.domain import Candidates
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Ranker, Tools
from shopmind.pipeline.rankers.fusion import Fusion


class Weighted(Ranker):
    """score = sum of weight * column; a missing column or value adds nothing. The terms are the contributions.

    Until the artifact is there, the retrievers named in `fallback` are fused by rank, and the answer says so.
    """

    @dataclass(frozen=True)
    class Options:
        """weights: column → weight. artifact: where they were learned instead (its card's figures name them); it must
        be one that a feature of the scenario loads. fallback: retriever → weight of the fusion without the artifact.
        """

        weights: dict[str, float] = field(default_factory=dict)
        artifact: str = ""
        fallback: dict[str, float] = field(default_factory=dict)

        def __post_init__(self) -> None:
            if bool(self.weights) == bool(self.artifact):
                raise ValueError("give either weights or artifact")
            if bool(self.artifact) != bool(self.fallback):
                raise ValueError("an artifact needs a fallback, and weights need none")

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options
        self._fallback = Fusion(Fusion.Options(by="rank", weights=options.fallback), tools)
        self._learned: Mapping[str, float] | None = None

    def ready(self) -> None:
        """Raises NotReadyError when the weights have to be learned first."""
        self._weights()

    def rank(self, context: Context, candidates: Candidates) -> Candidates:
        """See Ranker."""
        try:
            weights = self._weights()
        except NotReadyError as error:
            context.degraded.append(f"{error.message}; ranked by {', '.join(self._options.fallback)}")
            named = {name: candidates.column(name) for name in self._options.fallback if name in candidates.columns}
            ranked = self._fallback.rank(context, replace(candidates, columns=named))
            return replace(ranked, columns=candidates.columns)
        shares = {
            name: (weight * np.nan_to_num(candidates.columns[name], nan=0.0)).astype(np.float32)
            for name, weight in weights.items()
            if name in candidates.columns and weight
        }
        scores = np.sum(list(shares.values()), axis=0) if shares else np.zeros(len(candidates))
        return replace(candidates, scores=np.asarray(scores, np.float32), contributions=shares)

    def _weights(self) -> Mapping[str, float]:
        if not self._options.artifact:
            return self._options.weights
        if self._learned is None:
            self._learned = self._tools.artifact(self._options.artifact).card["figures"]["weights"]
        return self._learned
