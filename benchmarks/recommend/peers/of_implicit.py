"""implicit (https://github.com/benfred/implicit): ALS with the user solved from the history that is asked, item-kNN."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.recommend.given import Lists, Rows
from benchmarks.recommend.peers.peer import Options, Peer, Stop, matrix


class Als(Peer):
    """AlternatingLeastSquares, recalculate_user."""

    told = "AlternatingLeastSquares, users solved from the history"

    def fit(self, known: Lists, options: Options, seed: int, *, folder: Path, stop: Stop | None) -> None:
        """See Peer."""
        from implicit.als import AlternatingLeastSquares  # type: ignore[import-not-found]

        self._model = AlternatingLeastSquares(**options, random_state=seed, num_threads=1)
        self._model.fit(matrix(known), show_progress=False)

    def rank(self, asked: Lists, k: int) -> Rows:
        """See Peer."""
        held = matrix(asked)
        found, scores = self._model.recommend(np.arange(len(asked)), held, N=k, recalculate_user=True)
        return np.where(np.isfinite(scores) & (scores > -1e30), found, -1).astype(np.int64)

    def about(self) -> dict[str, Any]:
        """See Peer."""
        return {"implicit": version("implicit")}


class ItemKnn(Als):
    """CosineRecommender, TFIDFRecommender or BM25Recommender."""

    told = "CosineRecommender, TFIDFRecommender or BM25Recommender"

    def fit(self, known: Lists, options: Options, seed: int, *, folder: Path, stop: Stop | None) -> None:
        """See Peer."""
        from implicit import nearest_neighbours as knn  # type: ignore[import-not-found]

        kinds = {"cosine": knn.CosineRecommender, "tfidf": knn.TFIDFRecommender, "bm25": knn.BM25Recommender}
        self._model = kinds[options["weighing"]](K=int(options["neighbours"]), num_threads=1)
        self._model.fit(matrix(known), show_progress=False)

    def rank(self, asked: Lists, k: int) -> Rows:
        """See Peer; one by one, for its batches run in threads."""
        found = np.full((len(asked), k), -1, np.int64)
        held = matrix(asked)
        for case in range(len(asked)):
            rows, scores = self._model.recommend(0, held[case], N=k)
            rows, scores = rows[scores > 0], scores[scores > 0]  # those of the history stand among the others at 0
            rows = rows[np.lexsort((rows, -scores))]
            found[case, : len(rows)] = rows[:k]
        return found
