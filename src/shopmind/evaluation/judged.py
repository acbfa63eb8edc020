"""Judged queries, and what systems say to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import History, Query
from shopmind.evaluation.bm25 import Bm25
from shopmind.evaluation.replay import LONGEST
from shopmind.kit.progress import Progress, track
from shopmind.kit.seeds import generator
from shopmind.pipeline.rankers.learned import GRADE
from shopmind.shop import Shop
from shopmind.text.analyse import analyse

CUTOFF = 10
SCENARIO = "search"

Ranked = NDArray[np.int64]


@dataclass(frozen=True)
class Judged:
    """Queries and their judged items.

    Attributes:
        texts: (n,) query texts.
        cases: (m,) query of each judgment, rising.
        items: (m,) item numbers.
        grades: (m,) as given.
        zero: the grade that gains nothing.
        left_out: what was dropped, by name.
    """

    texts: tuple[str, ...]
    cases: NDArray[np.int64]
    items: NDArray[np.int64]
    grades: NDArray[np.float64]
    zero: float
    left_out: Mapping[str, int]

    @property
    def gains(self) -> NDArray[np.float64]:
        """(m,) grade minus the zero grade, never below 0."""
        return np.maximum(self.grades - self.zero, 0.0)

    def pool(self, case: int) -> slice:
        """The rows of one query."""
        return slice(*np.searchsorted(self.cases, (case, case + 1)).tolist())


@dataclass(frozen=True)
class Answers:
    """What one system said.

    Attributes:
        full: (n, 10) best of the whole corpus.
        judged: (n, widest pool) each query's judged items in order, -1 after the last.
        scores: (m,) score of each judgment, on a scale that does not depend on what else the query finds.
    """

    full: Ranked
    judged: Ranked
    scores: NDArray[np.float64]


@dataclass
class Asked:
    """Answers that grow query by query."""

    judged: Judged
    full: Ranked
    orders: NDArray[np.float64]
    scores: NDArray[np.float64]
    took_ms: NDArray[np.float64]
    degraded: dict[str, int]

    @staticmethod
    def nothing(judged: Judged) -> Asked:
        """Before the first query."""
        n, m = len(judged.texts), len(judged.items)
        return Asked(judged, np.full((n, CUTOFF), -1, np.int64), np.zeros(m), np.zeros(m), np.zeros(n), {})

    def ask(self, shop: Shop, case: int) -> None:
        """The slate as it is served, and every judged item in the engine's order, found or not."""
        text = self.judged.texts[case][:LONGEST]
        served = shop.answer(Query(SCENARIO, text=text, history=History.empty()))
        self.took_ms[case] = served.took_ms
        for named in served.degraded:
            self.degraded[named] = self.degraded.get(named, 0) + 1
        numbers = shop.catalogue.numbers([hit.item.item_id for hit in served.hits[:CUTOFF]])
        self.full[case, : len(numbers)] = numbers
        rows = self.judged.pool(case)
        table = shop.evidence(text, self.judged.items[rows])
        place = {int(number): row for row, number in enumerate(table.items)}
        places = np.array([place[int(item)] for item in self.judged.items[rows]], np.int64)
        self.orders[rows] = -places
        told = table.columns.get(GRADE, table.scores)
        self.scores[rows] = np.nan_to_num(told[places], nan=0.0)

    def answers(self, tie: NDArray[np.uint64]) -> Answers:
        """When all are asked."""
        return Answers(self.full, pools(self.judged, self.orders, tie), self.scores)


def bm25(
    peer: Bm25, judged: Judged, allowed: NDArray[np.bool_], tie: NDArray[np.uint64], progress: Progress
) -> Answers:
    """What the peer says: over all that may be shown, and of every judged item; its score is told by word asked for."""
    full = np.full((len(judged.texts), CUTOFF), -1, np.int64)
    raw, relative = [], []
    for case, text in enumerate(track(judged.texts, progress, "ask bm25", len(judged.texts))):
        scores = peer.scores(text)
        matching = np.flatnonzero(allowed & (scores > 0))
        if len(matching) > CUTOFF:
            border = np.partition(scores[matching], -CUTOFF)[-CUTOFF]
            matching = matching[scores[matching] >= border]
        best = matching[np.lexsort((tie[matching], -scores[matching]))][:CUTOFF]
        full[case, : len(best)] = best
        pool = judged.items[judged.pool(case)]
        raw.append(scores[pool])
        relative.append(scores[pool] / max(len(analyse(text)), 1))
    return Answers(full, pools(judged, np.concatenate(raw), tie), np.concatenate(relative))


def at_random(judged: Judged, allowed: NDArray[np.bool_], seed: int) -> Answers:
    """What no knowledge reaches, once."""
    chance = generator(seed, "random search")
    numbers = np.flatnonzero(allowed)
    full = np.full((len(judged.texts), CUTOFF), -1, np.int64)
    for case in range(len(full)):
        drawn = chance.choice(numbers, min(CUTOFF, len(numbers)), replace=False)
        full[case, : len(drawn)] = drawn
    scores = chance.random(len(judged.items))
    return Answers(full, pools(judged, scores, np.zeros(len(allowed), np.uint64)), scores)


def pools(judged: Judged, scores: NDArray[np.float64], tie: NDArray[np.uint64]) -> Ranked:
    """(n, widest pool) judged items of each query by falling score, ties by hash."""
    order = np.lexsort((tie[judged.items], -scores, judged.cases))
    counts = np.bincount(judged.cases, minlength=len(judged.texts))
    place = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    ranked = np.full((len(judged.texts), int(counts.max())), -1, np.int64)
    ranked[judged.cases, place] = judged.items[order]
    return ranked
