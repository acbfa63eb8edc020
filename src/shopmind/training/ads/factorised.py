"""A weight and a short vector a trait: pairs of traits have an effect of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from shopmind.kit.seeds import generator
from shopmind.training.ads.response import SPACE, Codes, Floats, Response, Views, smoothed

FACTORS = 6
EPOCHS = 10
BATCH = 256
RATE = 0.05
DECAY = 0.002
"""Pull to 0 of what a batch touches."""


@dataclass(frozen=True)
class Factorised(Response):
    """Log-odds = start + sum of weights + sum over pairs of traits of the product of their vectors.

    Source: Rendle, Factorization machines, ICDM 2010, whose sum over pairs is half of (sum of vectors)² less the sum of
    squares; steps as in Duchi, Hazan, Singer, Adaptive subgradient methods, JMLR 12 (2011).

    Attributes:
        tables: (2, SPACE, 1 + FACTORS) weight and vector of each code, of clicks and of purchases after clicks.
    """

    tables: NDArray[np.float32]
    starts: Floats

    @classmethod
    def fit(cls, views: Views, *, seed: int) -> Self:
        """See Response."""
        starts = np.array(start_odds(views))
        among = views.take(views.clicked > 0)
        tables = [
            fitted(views.codes, views.clicked, float(starts[0]), seed),
            fitted(among.codes, among.bought, float(starts[1]), seed + 1),
        ]
        return cls(np.stack(tables).astype(np.float32), starts)

    def chances(self, codes: Codes) -> tuple[Floats, Floats]:
        """See Response."""
        click, purchase = (
            expit(start + odds(table[codes])) for start, table in zip(self.starts, self.tables, strict=True)
        )
        return click, purchase

    def arrays(self) -> dict[str, NDArray[Any]]:
        """See Response."""
        return {"tables": self.tables, "starts": self.starts}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """See Response."""
        return cls(np.asarray(arrays["tables"]), np.asarray(arrays["starts"]))


def start_odds(views: Views) -> tuple[float, float]:
    """Log-odds of a click and of a purchase after one, whatever the traits."""
    clicks = float(views.clicked.sum())
    buys = float(views.bought.sum())
    return float(logit(smoothed(clicks, len(views)))), float(logit(smoothed(buys, clicks, 0.05)))


def new_table(seed: int) -> Floats:
    """(SPACE, 1 + FACTORS): weights of 0 and small vectors."""
    table = generator(seed, "factorised").normal(0, 0.02, (SPACE, 1 + FACTORS))
    table[:, 0] = 0
    return table


def odds(rows: NDArray[Any]) -> Floats:
    """(n,) of (n, f, 1 + FACTORS) rows of a table."""
    vectors = rows[:, :, 1:].astype(np.float64)
    pairs = (vectors.sum(axis=1) ** 2 - (vectors**2).sum(axis=1)).sum(axis=1) / 2
    told: Floats = rows[:, :, 0].sum(axis=1, dtype=np.float64) + pairs
    return told


def slopes(rows: Floats, gaps: Floats) -> Floats:
    """(n, f, 1 + FACTORS) of the loss by the rows, for gaps (n,) of the loss by the log-odds."""
    vectors = rows[:, :, 1:]
    found = np.ones_like(rows)
    found[:, :, 1:] = vectors.sum(axis=1, keepdims=True) - vectors
    return found * gaps[:, None, None]


def descend(
    tables: list[Floats], codes: Codes, gaps_of: Callable[[NDArray[np.intp], list[Floats]], list[Floats]], seed: int
) -> None:
    """Adaptive steps in place over all views, in a new order each epoch.

    Args:
        gaps_of: (rows of the batch, their rows of each table) → the slope of each view's loss by each log-odds.
    """
    random = generator(seed, "descend")
    sums = [np.full_like(table, 0.1) for table in tables]
    for _ in range(EPOCHS):
        order = random.permutation(len(codes))
        for first in range(0, len(order), BATCH):
            batch = order[first : first + BATCH]
            touched, places = np.unique(codes[batch], return_inverse=True)
            places = places.reshape(len(batch), -1)
            taken = [table[touched][places] for table in tables]
            for table, squares, rows, gaps in zip(tables, sums, taken, gaps_of(batch, taken), strict=True):
                slope = np.zeros((len(touched), table.shape[1]))
                np.add.at(slope, places, slopes(rows, gaps))
                slope += DECAY * table[touched]
                squares[touched] += slope**2
                table[touched] -= RATE * slope / np.sqrt(squares[touched])


def fitted(codes: Codes, outcomes: Floats, start: float, seed: int) -> Floats:
    """(SPACE, 1 + FACTORS) of the log-loss of these outcomes; nothing but zeros without one."""
    table = new_table(seed)
    if not outcomes.sum():
        table[:] = 0
        return table

    def gaps(batch: NDArray[np.intp], rows: list[Floats]) -> list[Floats]:
        return [expit(start + odds(rows[0])) - outcomes[batch]]

    descend([table], codes, gaps, seed)
    return table
