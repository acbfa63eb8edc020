"""What speaks for a first purchase of each candidate."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Feature, NoOptions, Tools
from shopmind.pipeline.retrievers.ease import Ease
from shopmind.pipeline.retrievers.taste import Tastes
from shopmind.training.discovery import columns
from shopmind.training.repeat import orders_of


class Discovery(Feature):
    """The columns that the recipe discovery learns from (training/discovery.py), none before the first training."""

    artifacts = ("discovery", "ease")

    def __init__(self, options: NoOptions, tools: Tools) -> None:
        super().__init__(options, tools)
        self._ease = Ease(options, tools)
        self._tastes = Tastes(tools)

    def ready(self) -> None:
        """Raises NotReadyError before the first training."""
        super().ready()
        self._ease.ready()

    def compute(self, context: Context, candidates: Candidates) -> Mapping[str, NDArray[np.float32]]:
        """See Feature."""
        try:
            self.ready()
        except NotReadyError:
            return {}
        orders = orders_of(context.history.of(("purchase",)), context.now_ms)
        groups = self._tastes.groups(context.columns)
        near = self._ease.scores(context)
        return columns(self.fitted.arrays, groups, orders, near, candidates.items)
