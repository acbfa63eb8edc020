"""What to expect of the user from everything the user chose."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopmind.pipeline.context import Context, best
from shopmind.pipeline.parts import Retriever
from shopmind.stores.ports import Numbers
from shopmind.training.ease import expected, interest_of


class Ease(Retriever):
    """Linear expectation over the most chosen items, from the artifact `ease` (training/ease.py).

    Starts at the anchors, or without any at the user's history.
    """

    artifacts = ("ease",)

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever; only what is more expected than not."""
        scores = self.scores(context)
        numbers = best(np.where(scores > 0, scores, np.nan), context.allowed, context.columns.tie, k)
        return numbers, scores[numbers]

    def scores(self, context: Context) -> NDArray[np.float32]:
        """(size,) by item number, below 0 for what is less expected than of anyone; 0 where the model knows nothing.

        Of a request they are reckoned once, whoever asks; not to be altered.
        """
        found = context.memory.get("ease")
        if found is None:
            found = context.memory["ease"] = self._scores(context)
        return np.asarray(found)

    def _scores(self, context: Context) -> NDArray[np.float32]:
        arrays = self.fitted.arrays
        if len(context.anchors):
            rarity = arrays["rarity"]
            items = np.unique(context.anchors[context.anchors < len(rarity)])
            interest = np.asarray(rarity[items], np.float64)
        else:
            half_life_days = float(self.fitted.card["options"]["half_life_days"])
            items, interest = interest_of(arrays, context.history, context.now_ms, half_life_days)
        return expected(arrays, items, interest, context.columns.size)
