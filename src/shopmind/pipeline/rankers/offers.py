"""Offers by what they are expected to bring above what they cost."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from shopmind.domain import Candidates
from shopmind.kit.options import build
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Ranker, Tools
from shopmind.pipeline.rankers import MENU


class Offers(Ranker):
    """Score = `gain_minor` of the feature uplift; offers that were not tried stand between gains and losses.

    Those are in the order of another ranker, the prior, which orders everything until a trial was learned from; the
    answer then says so.
    """

    @dataclass(frozen=True)
    class Options:
        """prior: the ranker of what was not tried, with its options; what it loads itself must be loaded by a retriever
        or feature of the scenario too."""

        prior: dict[str, Any] = field(default_factory=lambda: {"part": "fusion"})

        def __post_init__(self) -> None:
            if self.prior.get("part", "offers") == "offers":
                raise ValueError("prior names the part of another ranker")
            self.of_prior()

        def of_prior(self) -> tuple[type[Any], Any]:
            """Class and options of the prior; raises InputError for what is not allowed."""
            cls = MENU.load(self.prior["part"], where="ranker 'offers'.prior")
            told = {name: value for name, value in self.prior.items() if name != "part"}
            return cls, build(cls.Options, told, where="ranker 'offers'.prior")

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        cls, told = options.of_prior()
        self.prior: Ranker = cls(told, tools)

    def ready(self) -> None:
        """Raises NotReadyError when the prior is not ready; that no trial was learned from the feature says."""
        self.prior.ready()

    def rank(self, context: Context, candidates: Candidates) -> Candidates:
        """See Ranker."""
        evidence = {name: column for name, column in candidates.columns.items() if name not in ("uplift", "gain_minor")}
        ranked = self.prior.rank(context, replace(candidates, columns=evidence))
        ranked = replace(ranked, columns=candidates.columns)
        if "gain_minor" not in candidates.columns:
            context.degraded.append(f"uplift: no trial was learned from; ranked by {type(self.prior).__name__.lower()}")
            return ranked
        gain = candidates.column("gain_minor")
        known = ~np.isnan(gain)
        if not known.any():
            return ranked
        order = np.argsort(np.argsort(-np.nan_to_num(ranked.scores, nan=-np.inf), kind="stable"), kind="stable")
        between = -1e-3 * (order + 1) / (len(order) + 1)  # below every gain, above every loss of a whole minor unit
        scores = np.where(known, gain, between).astype(np.float32)
        return replace(ranked, scores=scores, contributions={"gain_minor": scores})
