"""The model of rewards behind dm and dr: ridge regression in two steps, closed forms throughout.

First what all arms have in common (features, traits of the arm), then what each arm adds to it (a constant and slopes
of its own), shrunk towards nothing as far as held-out rows say. Everything is linear in the rewards, so what a policy
earns by it, and how unsure that is, are closed forms too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

FOLDS = 5
COMMON_RIDGE = 1.0
"""Of features and traits, which are scaled; the constant is free."""
RIDGES = (3.0, 30.0, 300.0, 3_000.0, np.inf)
"""Tried for an arm's own constant, and for its slopes: so many rows of the average arm stand beside its own."""
UNBOUND = (1.0, 1.0)
"""Where the model answers alone: what is shrunk towards the average arm is biased towards what the log preferred."""
UNMOVED = 1e12
"""A ridge that lets nothing move."""
MOST_CELLS = 20_000_000
"""Numbers held for the arms' own slopes; with more, arms differ by their constants only."""


@dataclass(frozen=True, slots=True)
class Modelled:
    """Rewards foreseen.

    Attributes:
        chosen: (n,) of the arm that was chosen, by a model that did not see the row.
        expected: (n,) of the target's arms, weighed by its chances, by the same model.
        whole: (n,) as `expected`, by a model of all rows.
        noise: (n,) what each row's own surprise moves the mean of `whole` by, times n.
        ridges: what was chosen for constants and slopes of the arms.
    """

    chosen: Floats
    expected: Floats
    whole: Floats
    noise: Floats
    ridges: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Fit:
    """(f + e,) weights of features and traits, (A, s) what arms add."""

    common: Floats
    own: Floats


@dataclass(frozen=True, slots=True)
class _Rows:
    """Everything of the rows that the model reads; the constant is the first feature."""

    arms: Codes
    rewards: Floats
    features: Floats
    slopes: Floats
    traits: Floats
    weights: Floats

    def common(self) -> Floats:
        return np.concatenate([self.features, self.traits[self.arms]], axis=1)

    def take(self, rows: NDArray[np.bool_]) -> _Rows:
        return _Rows(
            self.arms[rows], self.rewards[rows], self.features[rows], self.slopes[rows], self.traits, self.weights[rows]
        )


def modelled(
    arms: Codes,
    rewards: Floats,
    features: Floats,
    traits: Floats | None,
    chances: csr_array,
    groups: Codes,
    *,
    weights: Floats | None = None,
    ridges: tuple[float, float] | None = None,
    units: Codes | None = None,
    seed: int = 0,
) -> Modelled:
    """Foresees rewards; see Modelled.

    Args:
        chances: (G, A) of the target, `groups` (n,) the row of it that belongs to each row.
        weights: (n,) what each row counts in the fit; None: all alike.
        ridges: see Modelled; None chooses those with the least squared error, weighed by the square of `weights`, on
            held-out rows.
        units: (n,) rows that must not be torn between folds.

    Source: cross-fitting, Chernozhukov and others, The Econometrics Journal 2018; shrinking arms towards what they have
    in common, Efron, Morris, Stein's estimation rule and its competitors, JASA 1973.
    """
    n, count = len(arms), chances.shape[1]
    made = np.concatenate([np.ones((n, 1)), features], axis=1)
    slopes = made if count * made.shape[1] ** 2 <= MOST_CELLS else made[:, :1]
    rows = _Rows(
        arms,
        rewards,
        made,
        slopes,
        np.zeros((count, 0)) if traits is None else traits,
        np.ones(n) if weights is None else weights,
    )
    folds = folds_of(n, units, seed)
    parts = [(folds != fold, folds == fold) for fold in range(int(folds.max(initial=0)) + 1)]
    if len(parts) < 2:
        parts = [(np.ones(n, np.bool_), np.ones(n, np.bool_))]
    if ridges is None:
        ridges = _ridges(rows, parts, count)
    chosen, expected = np.empty(n), np.empty(n)
    for seen, kept in parts:
        fit = _fit(rows.take(seen), count, ridges)
        chosen[kept] = _of(fit, rows.take(kept))
        expected[kept] = _expected(fit, rows.take(kept), chances, groups[kept])
    whole = _fit(rows, count, ridges)
    noise = n * rows.weights * _pull(rows, count, ridges, chances, groups) * (rewards - chosen)
    return Modelled(chosen, expected, _expected(whole, rows, chances, groups), noise, ridges)


def folds_of(n: int, units: Codes | None, seed: int) -> Codes:
    """(n,) fold of each row, units kept whole."""
    codes = np.arange(n) if units is None else units
    most = int(codes.max(initial=-1)) + 1
    drawn = np.random.default_rng([seed, 5]).permutation(most) % max(min(FOLDS, most), 1)
    return np.asarray(drawn[codes], np.int64)


def _fit(rows: _Rows, count: int, ridges: tuple[float, float]) -> _Fit:
    common = _common(rows)
    left = rows.rewards - rows.common() @ common
    return _Fit(common, _own(*_moments(rows, left, count), ridges))


def _common(rows: _Rows) -> Floats:
    matrix = rows.common()
    found = np.linalg.solve(_penalised(matrix, rows.weights), matrix.T @ (rows.weights * rows.rewards))
    return np.asarray(found, np.float64)


def _penalised(matrix: Floats, weights: Floats) -> Floats:
    """XᵀWX + ridge, the constant hardly bound."""
    penalty = np.full(matrix.shape[1], COMMON_RIDGE)
    penalty[0] = 1e-6
    found: Floats = matrix.T @ (weights[:, None] * matrix) + np.diag(penalty)
    return found


def _moments(rows: _Rows, left: Floats, count: int) -> tuple[Floats, Floats]:
    """(A, s, s) and (A, s): ΦᵀΦ and Φᵀ·left of each arm."""
    s = rows.slopes.shape[1]
    squares, sums = np.zeros((count, s, s)), np.zeros((count, s))
    if s == 1:
        squares[:, 0, 0] = np.bincount(rows.arms, rows.weights, minlength=count)
        sums[:, 0] = np.bincount(rows.arms, rows.weights * left, minlength=count)
        return squares, sums
    order = np.argsort(rows.arms, kind="stable")
    bounds = np.searchsorted(rows.arms[order], np.arange(count + 1))
    slopes, left, weights = rows.slopes[order], left[order], rows.weights[order]
    for arm in np.flatnonzero(np.diff(bounds)):
        mine = slice(bounds[arm], bounds[arm + 1])
        heavy = weights[mine, None] * slopes[mine]
        squares[arm] = slopes[mine].T @ heavy
        sums[arm] = heavy.T @ left[mine]
    return squares, sums


def _own(squares: Floats, sums: Floats, *ridges: tuple[float, float]) -> Floats:
    """(A, s) what each arm adds: nothing where its ridge is infinite. With several ridges (P, A, s)."""
    penalty = np.full((len(ridges), sums.shape[1]), UNMOVED)
    for place, (constant, slope) in enumerate(ridges):
        penalty[place, 0] = min(constant, UNMOVED)
        penalty[place, 1:] = min(slope, UNMOVED)
    bound = squares[None] + penalty[:, None, :, None] * np.eye(sums.shape[1])
    found = np.linalg.solve(bound, np.broadcast_to(sums[None, :, :, None], (*bound.shape[:3], 1)))[..., 0]
    return np.asarray(found[0] if len(ridges) == 1 else found, np.float64)


def _ridges(rows: _Rows, parts: list[tuple[NDArray[np.bool_], NDArray[np.bool_]]], count: int) -> tuple[float, float]:
    """The pair with the least squared error on held-out folds, rows weighed by the square of their weights; of equals
    the one that binds more. What an arm adds is judged by its sums, Σ w² (left − φ·γ)², not row by row."""
    slopes = RIDGES if rows.slopes.shape[1] > 1 else (np.inf,)
    pairs = [(constant, slope) for constant in RIDGES for slope in slopes]
    block = max(1, MOST_CELLS // 10 // max(count * rows.slopes.shape[1] ** 2, 1))
    errors = np.zeros(len(pairs))
    for seen, kept in parts:
        trained, held = rows.take(seen), rows.take(kept)
        common = _common(trained)
        moments = _moments(trained, trained.rewards - trained.common() @ common, count)
        left = held.rewards - held.common() @ common
        squares, sums = _moments(replace(held, weights=held.weights**2), left, count)
        errors += float((held.weights**2 * left**2).sum())
        for start in range(0, len(pairs), block):
            some = pairs[start : start + block]
            added = _own(*moments, *some).reshape(len(some), *sums.shape)
            errors[start : start + block] += np.einsum("pas,ast,pat->p", added, squares, added, optimize=True)
            errors[start : start + block] -= 2 * np.einsum("pas,as->p", added, sums)
    near = errors <= errors.min() * (1 + 1e-9)
    return pairs[int(np.flatnonzero(near)[-1])]


def _of(fit: _Fit, rows: _Rows) -> Floats:
    found: Floats = rows.common() @ fit.common + np.einsum("ij,ij->i", rows.slopes, fit.own[rows.arms])
    return found


def _expected(fit: _Fit, rows: _Rows, chances: csr_array, groups: Codes) -> Floats:
    """(n,) Σ over arms of chance · foreseen reward, without a table of rows × arms."""
    f = rows.features.shape[1]
    mass = np.asarray(chances.sum(axis=1)).ravel()[groups]
    found: Floats = mass * (rows.features @ fit.common[:f])
    found += np.asarray(chances @ (rows.traits @ fit.common[f:])).ravel()[groups]
    found += np.einsum("ij,ij->i", rows.slopes, np.asarray(chances @ fit.own)[groups])
    return found


def _pull(rows: _Rows, count: int, ridges: tuple[float, float], chances: csr_array, groups: Codes) -> Floats:
    """(n,) p with mean(expected of the model of all rows) = Σ p · reward: the model is linear in the rewards."""
    n = len(rows.arms)
    table = np.stack([np.bincount(groups, column, minlength=chances.shape[0]) for column in rows.slopes.T], axis=1)
    wanted = np.asarray(chances.T @ table) / n
    mass = np.asarray(chances.sum(axis=1)).ravel()[groups]
    shares = np.asarray(chances.T @ np.bincount(groups, minlength=chances.shape[0])) / n
    common = np.concatenate([(mass[:, None] * rows.features).mean(axis=0), shares @ rows.traits])
    squares, _ = _moments(rows, rows.rewards, count)
    own = _own(squares, wanted, ridges)
    through = np.einsum("ij,ij->i", rows.slopes, own[rows.arms])
    matrix = rows.common()
    left = np.linalg.solve(_penalised(matrix, rows.weights), common - matrix.T @ (rows.weights * through))
    found: Floats = matrix @ left + through
    return found
