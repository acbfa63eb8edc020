"""Chances of a click, a cart and a purchase, weighed by what the place in the shop is for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from shopmind.domain import Candidates
from shopmind.kit.errors import NotReadyError
from shopmind.kit.options import build
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Ranker, Tools
from shopmind.pipeline.rankers import MENU
from shopmind.training.impressions import OBJECTIVES
from shopmind.training.objective_model import ObjectiveModel
from shopmind.training.rank_model import PRIOR, inputs


class Objectives(Ranker):
    """score = sum of weight · probability, learned from the answers of this scenario (training/objectives.py).

    Another ranker, the prior, orders until that is trained, and the answer says so. Where the prior's order was not
    surely beaten on the newest answers it goes on ordering, and nobody misses anything.
    """

    artifacts = ("objectives",)

    @dataclass(frozen=True)
    class Options:
        """weights: click, cart, purchase → what each counts. prior: the ranker that orders without the artifact, with
        its options; what it loads itself must be loaded by a retriever or feature of the scenario too.
        """

        weights: dict[str, float] = field(default_factory=lambda: {"click": 0.2, "cart": 0.3, "purchase": 0.5})
        prior: dict[str, Any] = field(default_factory=lambda: {"part": "fusion"})

        def __post_init__(self) -> None:
            if not self.weights or not set(self.weights) <= set(OBJECTIVES) or min(self.weights.values()) < 0:
                raise ValueError(f"weights name {', '.join(OBJECTIVES)} and are not below 0")
            if not any(self.weights.values()):
                raise ValueError("one weight must be above 0")
            if self.prior.get("part", "objectives") == "objectives":
                raise ValueError("prior names the part of another ranker")
            self.of_prior()

        def of_prior(self) -> tuple[type[Any], Any]:
            """Class and options of the prior; raises InputError for what is not allowed."""
            cls = MENU.load(self.prior["part"], where="ranker 'objectives'.prior")
            told = {name: value for name, value in self.prior.items() if name != "part"}
            return cls, build(cls.Options, told, where="ranker 'objectives'.prior")

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        cls, told = options.of_prior()
        self.prior: Ranker = cls(told, tools)
        self.weights = options.weights
        self._models: dict[str, ObjectiveModel] | None = None

    def ready(self) -> None:
        """Raises NotReadyError before the first training, and when the artifact is damaged."""
        self._learned()

    def rank(self, context: Context, candidates: Candidates) -> Candidates:
        """See Ranker."""
        ranked = self.prior.rank(context, candidates)
        try:
            model = self._learned().get(context.query.scenario)
        except NotReadyError as error:
            context.degraded.append(f"{error.message}; ranked by {type(self.prior).__name__.lower()}")
            return ranked
        if model is None or not len(candidates):
            return ranked
        matrix = inputs({**candidates.columns, PRIOR: ranked.scores}, model.names, len(candidates))
        shares = model.contributions(matrix, self.weights) if context.query.explain else {}
        scores = model.scores(matrix, self.weights).astype(np.float32)
        return replace(candidates, scores=scores, contributions=shares)

    def _learned(self) -> dict[str, ObjectiveModel]:
        """Scenario → its model, of those whose order is used."""
        if self._models is None:
            artifact = self.fitted
            self._models = {
                name: ObjectiveModel.of(artifact.arrays, name, figures)
                for name, figures in artifact.card["figures"]["scenarios"].items()
                if figures["used"]
            }
        return self._models
