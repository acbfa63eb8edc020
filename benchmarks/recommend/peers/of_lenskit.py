"""LensKit (https://lenskit.org): its implicit item-kNN and implicit matrix factorization, asked with a history."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.recommend.given import Lists, Rows
from benchmarks.recommend.peers.peer import Options, Peer, Stop, best

os.environ.setdefault("LK_NUM_THREADS", "1")
os.environ.setdefault("LK_NUM_PROCS", "1")


class ImplicitMf(Peer):
    """ImplicitMFScorer."""

    told = "ImplicitMFScorer, users solved from the history"

    def fit(self, known: Lists, options: Options, seed: int, *, folder: Path, stop: Stop | None) -> None:
        """See Peer."""
        from lenskit.training import TrainingOptions  # type: ignore[import-not-found]

        self._items, self._known = known.items, np.unique(known.rows)  # of an item it never saw it knows nothing
        self._scorer = self._made(options)
        self._scorer.train(_dataset(known), TrainingOptions(rng=seed))

    def rank(self, asked: Lists, k: int) -> Rows:
        """See Peer; scores of the scorer, ordered here as its own ranker would but for equal ones."""
        from lenskit.data import ItemList, RecQuery  # type: ignore[import-not-found]

        everything = ItemList(item_ids=self._known)
        found = np.full((len(asked), k), -1, np.int64)
        for case in range(len(asked)):
            mine = asked.take(np.array([case]))
            query = RecQuery(history_items=ItemList(item_ids=np.intersect1d(mine.rows, self._known)))
            scores = np.full((1, self._items), np.nan)
            scores[0, self._known] = self._scorer(query, everything).scores()
            top = best(scores, mine, k)[0]
            found[case, : len(top)] = top
        return found

    def about(self) -> dict[str, Any]:
        """See Peer."""
        return {"lenskit": version("lenskit"), "torch": version("torch")}

    def _made(self, options: Options) -> Any:
        from lenskit.als import ImplicitMFScorer  # type: ignore[import-not-found]

        return ImplicitMFScorer(**options)


class ItemKnn(ImplicitMf):
    """ItemKNNScorer with implicit feedback."""

    told = "ItemKNNScorer, implicit feedback"

    def _made(self, options: Options) -> Any:
        from lenskit.knn import ItemKNNScorer  # type: ignore[import-not-found]

        return ItemKNNScorer(**options, feedback="implicit")


def _dataset(known: Lists) -> Any:
    import pandas as pd  # type: ignore[import-untyped]
    from lenskit.data import from_interactions_df

    table = pd.DataFrame({"user_id": known.owners, "item_id": known.rows}).drop_duplicates()
    return from_interactions_df(table)
