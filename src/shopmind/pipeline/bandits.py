"""Which of several arms: the chance that each policy gives to each, as exact as the arithmetic.

A policy here is a distribution over the arms. The draw is made from the very numbers that are logged, so what is logged
is what was done, however the numbers came about.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betainccinv, betaincinv

from shopmind.kit.seeds import uniforms

Floats = NDArray[np.float64]

CELLS = 192
"""Cells of the quadrature of `chance_of_best`."""

TAIL = 1e-10


def prior(rate: float) -> tuple[float, float]:
    """(alpha, beta) of the Beta prior of this mean that knows least and yet has no pole at 0 or 1: the smaller is 1.

    Args:
        rate: above 0 and below 1.
    """
    weight = 1 / min(rate, 1 - rate)
    return rate * weight, (1 - rate) * weight


def chance_of_best(alpha: Floats, beta: Floats) -> Floats:
    """(m,) probability that each arm's rate is the highest, the rates being Beta(alpha, beta) and independent.

    P(arm e is best) = ∫ f_e(x) Π_{j≠e} F_j(x) dx, by the trapezoid rule over the masses of f_e in cells that lie close
    where the arms do, and scaled to sum to 1. Thompson sampling plays an arm with this probability.

    Source: Thompson, On the likelihood that one unknown probability exceeds another, Biometrika 1933; Russo, Van Roy,
    Kazerouni, Osband, Wen, A tutorial on Thompson sampling (2018), section 3.

    Args:
        alpha, beta: (m,), at least 1 each (see `prior`).
    """
    if len(alpha) == 1:
        return np.ones(1)
    mean = alpha / (alpha + beta)
    spread = np.sqrt(mean * (1 - mean) / (alpha + beta + 1))
    low = float(betaincinv(alpha, beta, TAIL).max())  # the best is hardly ever worse than this
    high = float(betainccinv(alpha, beta, TAIL).max())
    near = (mean[:, None] + spread[:, None] * np.linspace(-4, 6, 21)).ravel()
    edges = np.unique(np.concatenate([np.linspace(low, high, CELLS // 4), near[(near > low) & (near < high)]]))
    if len(edges) > CELLS:
        edges = edges[np.linspace(0, len(edges) - 1, CELLS).astype(np.intp)]
    below = betainc(alpha[:, None], beta[:, None], edges)
    logs = np.log(np.maximum(below, 1e-300))
    others = np.exp(logs.sum(axis=0) - logs)
    chances = (np.diff(below) * (others[:, 1:] + others[:, :-1]) / 2).sum(axis=1)
    return np.asarray(chances / chances.sum(), np.float64)


def highest(values: Floats) -> Floats:
    """(m,) all of the chance on the highest value, in equal parts where several are: no order of arrival decides.

    What lies less than a millionth below the highest is as high: seconds of decay are no evidence.
    """
    top = float(values.max())
    best = (values >= top - 1e-6 * abs(top)).astype(np.float64)
    return np.asarray(best / best.sum(), np.float64)


def upper_bounds(
    features: Floats, gathered: Floats, rewarded: Floats, *, width: float, ridge: float = 1.0
) -> tuple[Floats, Floats]:
    """(m,) estimated rates, and (m,) the same with what is not known yet added: x·θ + width · sqrt(x' A⁻¹ x).

    A = ridge · I + Σ x x', θ = A⁻¹ Σ reward · x. One model for all arms: they differ by their features alone, so a new
    arm starts with what is known of those like it.

    Source: LinUCB, Li, Chu, Langford, Schapire, A contextual-bandit approach to personalized news article
    recommendation, WWW 2010, section 3.1; with one model as in Chu, Li, Reyzin, Schapire, Contextual bandits with
    linear payoff functions, AISTATS 2011.

    Args:
        features: (m, d), a row for each arm.
        gathered: (d, d) Σ x x' of what was shown.
        rewarded: (d,) Σ reward · x.
    """
    known = gathered + ridge * np.eye(len(gathered))
    means = features @ np.linalg.solve(known, rewarded)
    doubts = np.einsum("md,dm->m", features, np.linalg.solve(known, features.T))
    return means, means + width * np.sqrt(np.maximum(doubts, 0.0))


def mixed(chances: Floats, uniform: float) -> Floats:
    """(m,) the chances, with a share of the draws spread evenly over all arms."""
    return (1 - uniform) * chances + uniform / len(chances)


def drawn(chances: Floats, seed: int, hashes: NDArray[np.uint64]) -> int:
    """The arm that falls to a seed: arm e with probability `chances[e]`.

    Each arm has a lot of its own (Gumbel noise from the seed and its hash) and the largest log chance + lot wins, so
    that the same seed nearly always draws the same arm when the chances or the arms beside it have moved a little.

    Source: the Gumbel-max trick, Gumbel (1954); Maddison, Tarlow, Minka, A* sampling, NeurIPS 2014, section 2.
    """
    lots = -np.log(-np.log(uniforms(seed, hashes)))
    with np.errstate(divide="ignore"):
        return int(np.argmax(np.log(chances) + lots))
