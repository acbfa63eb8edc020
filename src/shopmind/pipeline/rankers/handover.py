"""Evidence weighed by who asks and for what: content for the newcomer, habits for the regular."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Ranker, Tools
from shopmind.pipeline.rankers.fusion import Fusion
from shopmind.training.next_item.blend import Blend


class Handover(Ranker):
    """Weights that depend on the length of the history and on how well items are known (training/next_item/blend.py).

    Until the artifact is there, and where a column it weighs is not, the retrievers named in `fallback` are fused by
    rank, and the answer says so.
    """

    artifacts = ("next_item",)

    @dataclass(frozen=True)
    class Options:
        """fallback: retriever → weight of the fusion without the artifact."""

        fallback: dict[str, float] = field(default_factory=dict)

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options
        self._fallback = Fusion(Fusion.Options(by="rank", weights=options.fallback), tools)
        self._blend: Blend | None = None

    def rank(self, context: Context, candidates: Candidates) -> Candidates:
        """See Ranker."""
        try:
            blend = self._learned()
            lacking = [name for name in (*blend.columns, *blend.gates) if name not in candidates.columns]
            if lacking and len(candidates):
                raise NotReadyError(f"handover: no feature made the columns {', '.join(lacking)} that it weighs")
        except NotReadyError as error:
            context.degraded.append(f"{error.message}; ranked by {', '.join(self._options.fallback)}")
            named = {name: candidates.column(name) for name in self._options.fallback if name in candidates.columns}
            ranked = self._fallback.rank(context, replace(candidates, columns=named))
            return replace(ranked, columns=candidates.columns)
        if not len(candidates):
            return replace(candidates, scores=np.empty(0, np.float32))
        shares = blend.shares(candidates.columns)
        scores = np.sum(list(shares.values()), axis=0).astype(np.float32)
        return replace(candidates, scores=scores, contributions=shares)

    def _learned(self) -> Blend:
        if self._blend is None:
            self._blend = blend_of(self.fitted.arrays, self.fitted.card["figures"])
        return self._blend


def blend_of(arrays: Mapping[str, NDArray[Any]], figures: Mapping[str, Any]) -> Blend:
    """The blend that an artifact keeps."""
    return Blend(
        tuple(figures["columns"]),
        tuple(figures["gates"]),
        np.asarray(arrays["centre_of"]),
        np.asarray(arrays["scale_of"]),
        np.asarray(arrays["weights"]),
    )
