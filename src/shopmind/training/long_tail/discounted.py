"""The recipe `long_tail`: neighbours of each item among those few know, popularity taken out of their similarity."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import sparse

from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress
from shopmind.training.baskets import held
from shopmind.training.likeness import Likeness
from shopmind.training.long_tail.tail import chosen, known_by, tail_of
from shopmind.training.neighbours import neighbours
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.sparse import best_of_rows, parts
from shopmind.training.worth import WORTH


class LongTailRecipe(Recipe):
    """Item-to-item similarity whose columns are goods of the long tail: by people, and by what goods say of themselves.

    Source: by people, neighbours.neighbours with tilt = 1 - discount: each meeting with j is weighed by the inverse of
    its propensity, p_j ~ n_j ** discount (Yang, Cui, Xuan, Wang, Belongie, Estrin, Unbiased offline recommender
    evaluation for missing-not-at-random implicit feedback, RecSys 2018). Each of the two is divided by the best of its
    row before they are added, likeness with the weight `likeness`.
    """

    @dataclass(frozen=True)
    class Options:
        """weights: event type → weight. head_share: share of all choices that the head takes; the tail is the rest.
        discount: 0.5 is the cosine, 1 takes all popularity out. shrink, at_least: see neighbours. likeness: weight
        of texts and traits beside people. k: neighbours of an item. alike: of these by likeness, at most. crowd: goods
        of the tail that are compared by it. largest_history: newest items of one person that count.
        """

        weights: dict[str, float] = field(default_factory=lambda: dict(WORTH))
        head_share: float = 0.8
        discount: float = 0.5
        shrink: float = 2.0
        at_least: float = 1.0
        likeness: float = 1.0
        k: int = 100
        alike: int = 30
        crowd: int = 20_000
        largest_history: int = 200

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """CSR `similar`: row = an item, columns = goods of the tail; `tail` (size,) bool.

        Raises:
            NotReadyError: nobody chose anything, or nothing is like anything.
        """
        size = tables.columns.size
        lines = chosen(tables, options.weights)
        tail = tail_of(tables, lines, options.head_share, "long_tail")
        by_people = neighbours(
            _few(held(lines, size, options.largest_history, seed)),
            4 * options.k,
            tilt=1.0 - options.discount,
            shrink=options.shrink,
            at_least=options.at_least,
            progress=progress,
            title="fit long_tail",
        )
        by_people = sparse.csr_array(by_people @ sparse.diags_array(tail.astype(np.float32)))
        both = levelled(by_people)
        if options.likeness:
            groups = np.where(tables.columns.shown, 0, -1)
            counts = known_by(lines, size).astype(np.float64)
            alike = Likeness.of_shop(tables).nearest(groups, counts, options.alike, options.crowd, tail)
            both = sparse.csr_array(both + options.likeness * levelled(alike))
        similar = best_of_rows(both, options.k)
        if not similar.nnz:
            raise NotReadyError("long_tail: no item of the tail is like any other; it needs more events or texts")
        figures = {"tail": int(tail.sum()), "reached": len(np.unique(similar.indices)), "pairs": similar.nnz}
        return Fitted({**parts(similar, "similar"), "tail": tail}, figures)


def levelled(matrix: sparse.csr_array) -> sparse.csr_array:
    """Each row over its largest value."""
    matrix = sparse.csr_array(matrix)
    matrix.eliminate_zeros()
    most = np.zeros(matrix.shape[0], np.float32)
    np.maximum.at(most, np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)), matrix.data)
    return sparse.csr_array(sparse.diags_array(1.0 / np.where(most > 0, most, 1.0)) @ matrix)


def _few(holding: sparse.csr_array) -> sparse.csr_array:
    """Only the people who chose two items or more: the others meet nothing and cost nothing."""
    return sparse.csr_array(holding[np.diff(holding.indptr) > 1])
