"""How near the meaning of every candidate is, also of those the dense retriever did not bring."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.retrievers.dense import Dense


class Meaning(Dense):
    """Fills the column `dense` for all candidates, so that fusion compares them on one pool."""

    def compute(self, context: Context, candidates: Candidates) -> Mapping[str, NDArray[np.float32]]:
        """See Feature."""
        try:
            self.ready()
            return {"dense": self.score(context, candidates.items)}
        except NotReadyError:
            return {}  # the retriever of the same name has said so
