"""What people who chose the same elsewhere choose here."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopmind.pipeline.context import Context
from shopmind.pipeline.retrievers.neighbours import Neighbours
from shopmind.stores.ports import Numbers


class Bridge(Neighbours):
    """From what the user chose in other domains, by the regression of the artifact `bridges` (training/bridges.py).

    What was chosen in the domain of an item says nothing here: `item_knn` and `ease` know that better.
    """

    artifacts = ("bridges",)

    def _sources(self, context: Context) -> tuple[Numbers, NDArray[np.float64]]:
        """As the fit weighs them: by the square root."""
        sources, weights = super()._sources(context)
        return sources, np.sqrt(weights)
