"""The signals of the artifact `next_item` for one request, walked once whoever asks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES, HISTORY_TYPES
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Tools
from shopmind.stores.ports import Artifact, Numbers
from shopmind.training.next_item.asked import Asked
from shopmind.training.next_item.evidence import Near, Signals, Walked
from shopmind.training.worth import UNWANTED

ARTIFACT = "next_item"
_MEANT = np.array([kind in HISTORY_TYPES and kind not in UNWANTED for kind in EVENT_TYPES])


class NextItems:
    """What the retriever and the feature of this name share."""

    def __init__(self, tools: Tools, artifact: Artifact) -> None:
        self._vectors = tools.vector_index
        has_texts = tools.encoder is not None and bool(artifact.arrays["centre"].any())
        self._signals = Signals(artifact.arrays, tools.vector_index.vectors if has_texts else None)
        figures = artifact.card["figures"]
        self.each, self.most = int(figures["each"]), int(figures["most"])

    def walked(self, context: Context) -> Walked:
        """Of the user's history, or of the anchors where there are any."""
        found = context.memory.get(ARTIFACT)
        if not isinstance(found, Walked):
            history = context.history
            found = self._signals.of(Asked.of([history.take(_MEANT[history.types])], [context.now_ms]))
            context.memory[ARTIFACT] = found
        return found

    def offer(self, context: Context) -> tuple[Numbers, NDArray[np.float32]]:
        """Candidates and how much the signals agree on each; see Walked.offer."""
        return self.walked(context).offer(0, context.allowed, self._near(context), self.each, self.most)

    def _near(self, context: Context) -> Near:
        def nearest(vector: NDArray[np.float32], _: int, k: int) -> Numbers:
            return self._vectors.search(vector, k, allowed=context.allowed)[0]

        return nearest
