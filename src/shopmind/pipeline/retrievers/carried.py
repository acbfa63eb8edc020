"""What reads like what people choose here who chose, elsewhere, what reads like the user's goods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Retriever, Tools
from shopmind.stores.ports import Numbers
from shopmind.training.bridges import domains


class Carried(Retriever):
    """Carries the mean text vector of the user's goods of each other domain over by the mapping of the artifact
    `bridges` (training/bridges.py), and finds the items whose texts lie that way.

    score(j) = cosine of what was carried over, less what the average person of that domain carries, and the text of j;
    of several domains that the user knows, the nearest counts. Works for items that nobody chose yet.
    """

    artifacts = ("bridges",)

    @dataclass(frozen=True)
    class Options:
        """last: newest goods of the history. half_life_days: age at which one counts half."""

        last: int = 200
        half_life_days: float = 180.0

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options
        self._held: tuple[int, NDArray[np.int64]] | None = None

    def ready(self) -> None:
        """Raises NotReadyError without weights, and until two domains share enough people whose goods have texts."""
        if self._tools.encoder is None:
            raise NotReadyError(self._tools.encoder_missing)
        if "maps" not in self.fitted.arrays:
            raise NotReadyError("bridges: fitted without texts; run: shopmind train FOLDER bridges")

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever."""
        history, index = context.history.last(self._options.last), self._tools.vector_index
        codes = self._domains(context)
        known = history.take(history.items < len(codes))
        own = codes[known.items]
        best: dict[int, float] = {}
        for place, (here, there) in enumerate(np.asarray(self.fitted.arrays["pairs"]).tolist()):
            allowed = context.allowed & (codes[: len(context.allowed)] == there)
            mine = known.take(own == here)
            if not len(mine) or not allowed.any():
                continue
            vectors = index.vectors(mine.items)
            told = ~np.isnan(vectors).any(axis=1)
            age_days = np.maximum(0, context.now_ms - mine.times_ms[told]) / DAY_MS
            profile = 0.5 ** (age_days / self._options.half_life_days) @ vectors[told]
            length = float(np.linalg.norm(profile))
            if not length:
                continue
            carried = (profile / length - self.fitted.arrays["centres"][place, 0]) @ self.fitted.arrays["maps"][place]
            length = float(np.linalg.norm(carried))
            if not length:
                continue
            items, cosines = index.search(np.asarray(carried / length, np.float32), k, allowed=allowed)
            for item, cosine in zip(items.tolist(), cosines.tolist(), strict=True):
                best[item] = max(best.get(item, -1.0), cosine)
        items = np.fromiter(best, np.int64, len(best))
        scores = np.fromiter(best.values(), np.float32, len(best))
        order = np.lexsort((context.columns.tie[items], -scores))[:k]
        return items[order], scores[order]

    def _domains(self, context: Context) -> NDArray[np.int64]:
        """(size,) the domain of each item by its place in the artifact's list; -1 for one that it does not know."""
        columns = context.columns
        if self._held is None or self._held[0] != columns.change:
            codes, names = domains(columns, self.fitted.card["options"]["by"])
            place = {str(name): at for at, name in enumerate(self.fitted.arrays["domains"].tolist())}
            moved = np.array([*(place.get(name, -1) for name in names), -1], np.int64)
            self._held = columns.change, moved[codes]
        return self._held[1]
