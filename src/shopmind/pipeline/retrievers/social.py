"""What to expect of the user from what the user and the people linked with the user chose."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shopmind.pipeline.circles import Circles
from shopmind.pipeline.context import Context, best
from shopmind.pipeline.parts import Retriever, Tools
from shopmind.stores.ports import Artifact, Numbers
from shopmind.training.ease import expected, interest_of


class Social(Retriever):
    """The model of `ease`, asked with the user's interest and, beside it, the mean interest of the user's circle.

    One step of propagation over the graph of links that both people allow, before the linear model:
    score = (x + a * sum over people of share * x_person) B, with x the interest of training/ease.py and
    a = strength / (1 + own / half), own being how many goods the user is known to have chosen: the less is known of
    someone, the more the circle says.

    Source: the propagation of a graph convolution without its weights, SGC, Wu et al., ICML 2019 (arXiv:1902.07153),
    in front of EASE, Steck, WWW 2019.
    """

    artifacts = ("circles", "ease")

    @dataclass(frozen=True)
    class Options:
        """strength: what the circle says of someone of whom nothing is known. half: goods chosen at which it is half of
        that. least: how many people of the circle must want an item before it counts."""

        strength: float = 1.0
        half: float = 5.0
        least: int = 1

        def __post_init__(self) -> None:
            if self.strength < 0 or self.half <= 0 or self.least < 1:
                raise ValueError(f"strength {self.strength}, half {self.half} and least {self.least} must be positive")

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options
        self._circles = Circles(tools)

    def ready(self) -> None:
        """Raises NotReadyError until both artifacts are there."""
        for name in self.artifacts:
            self._tools.artifact(name)

    @cached_property
    def _ease(self) -> Artifact:
        return self._tools.artifact("ease")

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever; only what is more expected than not, and nothing without a circle: `ease` alone says that."""
        wants = self._circles.wants(context)
        size = context.columns.size
        if not len(wants.items):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        ease = self._ease
        own, interest = interest_of(
            ease.arrays, context.history, context.now_ms, float(ease.card["options"]["half_life_days"])
        )
        known = wants.items < len(ease.arrays["rarity"])
        wanted, place, people = np.unique(wants.items[known], return_inverse=True, return_counts=True)
        chosen = len(np.unique(context.history.items))
        strength = self._options.strength / (1 + chosen / self._options.half)
        theirs = (
            np.bincount(place, (wants.share * np.sqrt(wants.worth))[known]) * ease.arrays["rarity"][wanted] * strength
        )
        counts = (people >= self._options.least) & (theirs > 0)
        scores = expected(ease.arrays, np.append(wanted[counts], own), np.append(theirs[counts], interest), size)
        numbers = best(np.where(scores > 0, scores, np.nan), context.allowed, context.columns.tie, k)
        return numbers, scores[numbers]
