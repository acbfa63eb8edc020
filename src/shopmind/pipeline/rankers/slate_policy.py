"""The order that would have earned most, learned from what was shown by chance."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from shopmind.domain import Candidates
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Tools
from shopmind.pipeline.rankers.objectives import Objectives
from shopmind.training.rank_model import PRIOR
from shopmind.training.slate_policy import as_matrix
from shopmind.training.softmax_policy import SoftmaxPolicy


class SlatePolicy(Objectives):
    """score = w · columns, learned by off-policy reinforcement from this scenario's answers (training/slate_policy.py).

    Another ranker, the prior, orders until that is trained, and the answer says so. Where the learned order was not
    surely better than what was shown, told on the newest answers, the prior goes on ordering, and nobody misses
    anything. It needs a log that explored: a scenario that learns by it ends with an exploring reranker.
    """

    artifacts = ("slate_policy",)

    @dataclass(frozen=True)
    class Options(Objectives.Options):
        """weights: click, cart, purchase → the reward of each. prior: the ranker that orders without the artifact, with
        its options; what it loads itself must be loaded by a retriever or feature of the scenario too.
        """

        weights: dict[str, float] = field(default_factory=lambda: {"click": 1.0})

        def __post_init__(self) -> None:
            if self.prior.get("part") == "slate_policy":
                raise ValueError("prior names the part of another ranker")
            super().__post_init__()

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._policies: dict[str, SoftmaxPolicy] | None = None

    def ready(self) -> None:
        """Raises NotReadyError before the first training, and when the artifact is damaged."""
        self._taught()

    def rank(self, context: Context, candidates: Candidates) -> Candidates:
        """See Ranker."""
        ranked = self.prior.rank(context, candidates)
        try:
            policy = self._taught().get(context.query.scenario)
        except NotReadyError as error:
            context.degraded.append(f"{error.message}; ranked by {type(self.prior).__name__.lower()}")
            return ranked
        if policy is None or not len(candidates):
            return ranked
        columns: dict[str, Any] = {**candidates.columns, PRIOR: ranked.scores}
        matrix = as_matrix(columns, policy.names, len(candidates))
        shares = policy.shares(matrix) if context.query.explain else {}
        return replace(candidates, scores=policy.scores(matrix).astype(np.float32), contributions=shares)

    def _taught(self) -> dict[str, SoftmaxPolicy]:
        """Scenario → its policy, of those that are used."""
        if self._policies is None:
            artifact = self.fitted
            self._policies = {
                name: SoftmaxPolicy.of(artifact.arrays, name, figures["columns"])
                for name, figures in artifact.card["figures"]["scenarios"].items()
                if figures["used"]
            }
        return self._policies
