"""What judgments and clicks said of items like each candidate, for queries like this one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.kit.errors import NotReadyError, StorageError
from shopmind.pipeline.context import Context
from shopmind.pipeline.features.wanted import Wanted
from shopmind.pipeline.parts import Feature, NoOptions, Tools
from shopmind.pipeline.retrievers.dense import only_codes
from shopmind.training.precedents import COLUMNS, Precedents, reduced


class Precedent(Feature):
    """Columns: `precedent` (mean gain, less that of all, of the pairs that were judged or clicked, the nearer the
    heavier), `familiar_pair` (how near such pairs are), `familiar_query` (how near the nearest query is).

    What they say comes with the artifact `search_ranking` (training/precedents.py); NaN for a candidate without a
    vector.
    No column without an encoder, for a query of nothing but codes, and while no ranker reads it.
    """

    def __init__(self, options: NoOptions, tools: Tools) -> None:
        super().__init__(options, tools)
        self._wanted = Wanted(tools, *COLUMNS)
        self._encoder = tools.encoder

    def compute(self, context: Context, candidates: Candidates) -> Mapping[str, NDArray[np.float32]]:
        """See Feature."""
        if self._encoder is None or not self._wanted.read or not context.text.strip() or only_codes(context):
            return {}
        known = self._known
        if known is None or not len(candidates):
            return {}
        try:
            query = context.vector()
        except NotReadyError:
            return {}  # the dense retriever has said so
        vectors = self._tools.vector_index.vectors(candidates.items)
        return known.columns(reduced(query, known.axes), reduced(vectors, known.axes))

    @cached_property
    def _known(self) -> Precedents | None:
        try:
            artifact = self._tools.artifacts.load("search_ranking")
        except StorageError:  # the ranker says so, and ranks by the prior
            return None
        if artifact is None or self._encoder is None:
            return None
        same = artifact.card["figures"].get("encoder") == self._encoder.version
        return Precedents.of(artifact.arrays) if same else None  # else to be learned again
