"""What the people chose whom the user is linked with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.pipeline.circles import Circles
from shopmind.pipeline.context import Context, best
from shopmind.pipeline.parts import Retriever, Tools
from shopmind.stores.ports import Numbers


class Friends(Retriever):
    """Goods of the user's circle, from the artifact `circles` (training/circles.py): only where both people agreed.

    score(j) = sum over the people of the circle of share(person) * w / (w + 1), w being the decayed worth of what the
    person did with j (a purchase is 1) and the shares of the links adding up to 1: many who want it a little come
    before one who wants it much. Nobody is named, here or in the reasons.
    """

    artifacts = ("circles",)

    @dataclass(frozen=True)
    class Options:
        """least: how many people of the circle must want an item before it is brought; 2 keeps a circle of one from
        telling what that one person chose."""

        least: int = 1

        def __post_init__(self) -> None:
            if self.least < 1:
                raise ValueError(f"least is {self.least}, it must be 1 or more")

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options
        self._circles = Circles(tools)

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever."""
        wants = self._circles.wants(context)
        size = context.columns.size
        worth = wants.share * wants.worth / (wants.worth + 1)
        scores = np.bincount(wants.items, worth, minlength=size).astype(np.float32)
        scores[np.bincount(wants.items, minlength=size) < self._options.least] = np.nan
        numbers = best(scores, context.allowed, context.columns.tie, k)
        return numbers, scores[numbers]
