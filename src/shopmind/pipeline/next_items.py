"""The signals of the artifact `next_item` for one request, walked once whoever asks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES, HISTORY_TYPES
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Tools
from shopmind.stores.ports import Artifact, Numbers
from shopmind.training.next_item.asked import IN_ORDERS, Asked
from shopmind.training.next_item.evidence import Near, Signals, Walked
from shopmind.training.sequence_model import SequenceModel
from shopmind.training.worth import UNWANTED

ARTIFACT = "next_item"
_MEANT = np.array([kind in HISTORY_TYPES and kind not in UNWANTED for kind in EVENT_TYPES])


class NextItems:
    """What the retriever and the feature of this name share."""

    def __init__(self, tools: Tools, artifact: Artifact) -> None:
        self._tools = tools
        has_texts = tools.encoder is not None and bool(artifact.arrays["centre"].any())
        figures = artifact.card["figures"]
        self.each, self.most = int(figures["each"]), int(figures["most"])
        self._network = _Network(tools, figures["sequence"]) if figures.get("sequence") else None
        self._signals = Signals(
            artifact.arrays,
            tools.vector_index.vectors if has_texts else None,
            None if self._network is None else self._network.shares,
            chosen=figures["columns"],
        )

    def walked(self, context: Context) -> Walked:
        """Of the user's history; of a request it is made once."""
        found = context.memory.get(ARTIFACT)
        if not isinstance(found, Walked):
            history = context.history
            if self._network is not None:
                self._network.grow(context.columns.size)
            meant = history.take(_MEANT[history.types])
            found = self._signals.of(Asked.of([meant], [context.now_ms], IN_ORDERS))
            context.memory[ARTIFACT] = found
        return found

    def offer(self, context: Context) -> tuple[Numbers, NDArray[np.float32]]:
        """Candidates and how much the signals agree on each; see Walked.offer."""
        return self.walked(context).offer(0, context.allowed, self._near(context), self.each, self.most)

    def _near(self, context: Context) -> Near:
        """One look, of which what may be shown is taken: around a long history most is what was bought already."""

        def nearest(vector: NDArray[np.float32], _: int, k: int) -> Numbers:
            found = self._tools.vector_index.search(vector, 2 * k)[0]
            found = found[found < len(context.allowed)]
            return found[context.allowed[found]][:k]

        return nearest


class _Network:
    """The sequence model that the weights were learned with; items newer than it are known by their texts."""

    def __init__(self, tools: Tools, version: str) -> None:
        found = tools.artifacts.load("sequence", version)
        if found is None:
            raise NotReadyError(f"sequence: version {version} is gone; run: shopmind train FOLDER next_item")
        self._tools = tools
        self._model = SequenceModel.of(found.arrays)

    def grow(self, size: int) -> None:
        """Learns of items up to `size`."""
        if size > self._model.size:
            numbers = np.arange(self._model.size, size)
            texts = self._tools.vector_index.vectors(numbers)
            self._model = self._model.extended(numbers, texts, self._tools.catalogue.get(numbers))

    def shares(self, asked: Asked) -> NDArray[np.float32]:
        """See evidence.Signals."""
        return self._model.log_shares(asked, self._model.size)
