"""Purchases learned from every view, not from those that people clicked alone."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from shopmind.training.ads.factorised import Factorised, descend, fitted, odds, start_odds
from shopmind.training.ads.response import FLOOR, Floats, Views


class EntireSpace(Factorised):
    """Two factorised heads whose product is what is bought: the purchase after a click is never fitted on clicks alone.

    The first head is that of clicks. The second is fitted by the log-loss of "clicked and bought", whose probability is
    the product of both heads, over all views, the first head held. So views without a click teach the second head, too,
    and it is told of views as they come.

    Source: Ma et al., Entire space multi-task model, SIGIR 2018, with factorisation machines for its networks. There
    both heads share an embedding and are fitted at once; here the second starts from the first one's vectors. Fitted at
    once, the few purchases moved the chances of clicks for the worse.
    """

    @classmethod
    def fit(cls, views: Views, *, seed: int) -> Self:
        """See Response."""
        starts = np.array(start_odds(views))
        click = fitted(views.codes, views.clicked, float(starts[0]), seed)
        first = expit(starts[0] + odds(click[views.codes]))
        purchase = click.copy()
        purchase[:, 0] = 0

        def gaps(batch: NDArray[np.intp], rows: list[Floats]) -> list[Floats]:
            return [gap(first[batch], expit(starts[1] + odds(rows[0])), views.bought[batch])]

        if views.bought.any():
            descend([purchase], views.codes, gaps, seed + 1)
        else:
            purchase[:] = 0
        return cls(np.stack([click, purchase]).astype(np.float32), starts)


def gap(first: Floats, second: Floats, bought: Floats) -> Floats:
    """(n,) slope of the log-loss of first · second by the log-odds of the second."""
    product = np.clip(first * second, FLOOR, 1 - FLOOR)
    return (product - bought) / (1 - product) * (1 - second)
