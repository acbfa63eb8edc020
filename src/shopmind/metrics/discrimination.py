"""Whether higher probabilities go with the outcome. Inputs are (n,) scores and (n,) outcomes 0 or 1."""

from __future__ import annotations

import numpy as np
import scipy  # its parts are loaded when they are first named: half a second of stats
from numpy.typing import ArrayLike

from shopmind.kit.errors import InputError


def auc(scores: ArrayLike, outcomes: ArrayLike) -> float:
    """Share of the pairs of one case that happened and one that did not in which the first has the higher score.

    Equal scores count half; NaN when all outcomes are equal.

    Source: the Mann-Whitney form of the area under the ROC curve, Hanley, McNeil, Radiology 143 (1982).
    """
    said, happened = np.asarray(scores, np.float64), np.asarray(outcomes, np.float64)
    if said.shape != happened.shape or said.ndim != 1 or np.isnan(said).any():
        raise InputError(f"metrics: {said.shape} scores, NaN among them or not, and {happened.shape} outcomes")
    positive = happened > 0
    many, few = int(positive.sum()), int((~positive).sum())
    if not many or not few:
        return float("nan")
    ranks = scipy.stats.rankdata(said)
    return float((ranks[positive].sum() - many * (many + 1) / 2) / (many * few))


def average_precision(scores: ArrayLike, outcomes: ArrayLike) -> float:
    """Mean precision at the cases that happened, from the highest score down; NaN when none happened.

    Σ (R_k − R_{k−1}) · P_k over the places k where the score changes: cases of one score come in together.

    Source: Buckley, Voorhees, Retrieval evaluation with incomplete information, SIGIR 2004, without interpolation.
    """
    said, happened = np.asarray(scores, np.float64), np.asarray(outcomes, np.float64)
    if said.shape != happened.shape or said.ndim != 1 or np.isnan(said).any():
        raise InputError(f"metrics: {said.shape} scores, NaN among them or not, and {happened.shape} outcomes")
    if not (happened > 0).any():
        return float("nan")
    order = np.argsort(-said, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(said[order])), len(said) - 1)
    found = np.cumsum(happened[order] > 0)[ends]
    return float((np.diff(found, prepend=0) / found[-1] * found / (ends + 1)).sum())
