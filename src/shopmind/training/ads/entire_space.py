"""Clicks and purchases learned together, from every view."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from shopmind.training.ads.factorised import Factorised, descend, new_table, odds, start_odds
from shopmind.training.ads.response import FLOOR, Floats, Views


class EntireSpace(Factorised):
    """Two factorised heads whose product is what is bought: the purchase after a click is never fitted on clicks alone.

    The loss is log-loss of the click over all views, plus log-loss of "clicked and bought", whose probability is the
    product of both heads, over all views. So views without a click teach the second head, too, and it is told of views
    as they come, not only of those that people clicked.

    Source: Ma et al., Entire space multi-task model, SIGIR 2018, with factorisation machines for its networks. There
    the heads share an embedding; here the second head starts from the first one's vectors.
    """

    @classmethod
    def fit(cls, views: Views, *, seed: int) -> Self:
        """See Response."""
        starts = np.array(start_odds(views))
        click = new_table(seed)

        def clicked(batch: NDArray[np.intp], rows: list[Floats]) -> list[Floats]:
            return [expit(starts[0] + odds(rows[0])) - views.clicked[batch]]

        descend([click], views.codes, clicked, seed)
        purchase = click.copy()
        purchase[:, 0] = 0

        def both(batch: NDArray[np.intp], rows: list[Floats]) -> list[Floats]:
            first, second = expit(starts[0] + odds(rows[0])), expit(starts[1] + odds(rows[1]))
            product = np.clip(first * second, FLOOR, 1 - FLOOR)
            error = (product - views.bought[batch]) / (product * (1 - product))
            return [
                first - views.clicked[batch] + error * second * first * (1 - first),
                error * first * second * (1 - second),
            ]

        descend([click, purchase], views.codes, both, seed + 1)
        return cls(np.stack([click, purchase]).astype(np.float32), starts)
