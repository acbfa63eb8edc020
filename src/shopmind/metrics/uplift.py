"""Whether those who are put first are those whom a treatment changes most.

Inputs are (n,) scores, higher is better; (n,) treated, True for the arm and False for control; (n,) outcomes; and (n,)
weights, one over the chance of the arm that the row got, or None where everybody had the same chance. People are taken
in order of their scores; equal scores come in together, as if in the mean order. All areas are over the share of the
people from 0 to 1, so they have the unit of the outcome, a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from shopmind.kit.errors import InputError

Floats = NDArray[np.float64]
CELLS = 20_000_000
"""Most cells that a block of draws holds in memory at once."""


@dataclass(frozen=True, slots=True)
class Curves:
    """What is gained when the first share of the people is treated instead of nobody, a person of all.

    Attributes:
        shares: (m,) rising from 0 to 1; one point wherever the score changes.
        uplift: (m,) (mean outcome of the treated − mean outcome of the others, of those in the share) · share.
        qini: (m,) outcomes of the treated less those of the others brought to as many people, a treated person of all.
    """

    shares: Floats
    uplift: Floats
    qini: Floats


@dataclass(frozen=True)
class Sorted:
    """One order of the people and what is needed to draw its curves again and again.

    Attributes:
        rows: (n,) the people, best first. ends: (m,) the last place of each distinct score.
    """

    rows: NDArray[np.int64]
    ends: NDArray[np.int64]

    @staticmethod
    def by(scores: ArrayLike) -> Sorted:
        """Of (n,) scores; raises InputError for one that is NaN."""
        said = np.asarray(scores, np.float64)
        if said.ndim != 1 or np.isnan(said).any():
            raise InputError(f"metrics: scores of shape {said.shape}, NaN among them or not, cannot be put in order")
        rows = np.argsort(-said, kind="stable")
        ends = np.append(np.flatnonzero(np.diff(said[rows])), len(said) - 1) if len(said) else np.empty(0, np.int64)
        return Sorted(rows.astype(np.int64), ends.astype(np.int64))


def curves(scores: ArrayLike, treated: ArrayLike, outcomes: ArrayLike, weights: ArrayLike | None = None) -> Curves:
    """The uplift curve and the Qini curve.

    uplift(k) = (Y_t/N_t − Y_c/N_c) · k/n and qini(k) = (Y_t − Y_c · N_t/N_c) / N, where N_t, N_c count the treated and
    the others among the first k, Y_t, Y_c sum their outcomes, and N counts all treated; a quotient with nobody below it
    is 0. Both end at the mean effect. Weights make the counts and sums weighted ones; the shares stay those of people.

    Source: Radcliffe, Using control groups to target on predicted lift (2007), for Qini; Gutierrez, Gérardy, Causal
    inference and uplift modelling (2017), equation 9, for the uplift curve.
    """
    arm, happened, weighed = checked(treated, outcomes, weights)
    order = Sorted.by(scores)
    if len(order.rows) != len(arm):
        raise InputError(f"metrics: {len(order.rows)} scores of {len(arm)} people")
    sums = np.cumsum(_summands(order.rows, arm, happened, weighed, np.ones((1, len(arm)))), axis=2)[:, :, order.ends]
    uplift, qini = _points(sums)
    return Curves(
        np.concatenate([[0.0], sums[4, 0] / len(arm)]),
        np.concatenate([[0.0], uplift[0]]),
        np.concatenate([[0.0], qini[0]]),
    )


def auuc(scores: ArrayLike, treated: ArrayLike, outcomes: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Area under the uplift curve by trapezoids; half the mean effect for an order by chance."""
    found = curves(scores, treated, outcomes, weights)
    return float(np.trapezoid(found.uplift, found.shares))


def qini(scores: ArrayLike, treated: ArrayLike, outcomes: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Area between the Qini curve and the straight line to its end; 0 for an order by chance, below 0 for a worse one.

    Source: Radcliffe (2007), the coefficient Q without the division by the area of a perfect order.
    """
    found = curves(scores, treated, outcomes, weights)
    return float(np.trapezoid(found.qini - found.shares * found.qini[-1], found.shares))


def effect(treated: ArrayLike, outcomes: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Mean outcome of the treated less that of the others; NaN where one of them is nobody.

    Source: Hájek, on weighted means (1971): the weights are brought to sum 1 in each arm.
    """
    arm, happened, weighed = checked(treated, outcomes, weights)
    sides = []
    for side in (arm, ~arm):
        total = weighed[side].sum()
        sides.append(float((weighed[side] * happened[side]).sum() / total) if total > 0 else float("nan"))
    return sides[0] - sides[1]


FIGURES = ("auuc", "qini", "uplift@10", "uplift@30")
"""What `drawn` tells of an order: both areas, and the mean effect among the first 10 % and 30 % of the people."""


def drawn(
    scores: Mapping[str, ArrayLike],
    treated: ArrayLike,
    outcomes: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    units: Sequence[int] | NDArray[np.int64] | None = None,
    seed: int = 0,
    draws: int = 500,
) -> dict[str, Floats]:
    """Name of an order → (1 + draws, 4) its FIGURES: first those of the data, then those of bootstrap samples.

    All orders are told of the same samples, so differences of rows are paired. NaN where a sample lacks an arm.

    Args:
        units: (n,) whose row it is, 0..; people are drawn with all their rows. None: each row is a person.

    Source: Efron, Tibshirani, An introduction to the bootstrap (1993), chapter 13, with people as the cases.
    """
    arm, happened, weighed = checked(treated, outcomes, weights)
    n = len(arm)
    whose = np.arange(n) if units is None else np.asarray(units, np.int64)
    orders = {name: Sorted.by(each) for name, each in scores.items()}
    random = np.random.default_rng(seed)
    people = int(whose.max(initial=-1)) + 1
    blocks: dict[str, list[Floats]] = {name: [] for name in scores}
    step = max(1, CELLS // max(1, 5 * n))
    for start in range(0, 1 + draws, step):
        size = min(step, 1 + draws - start)
        times = np.empty((size, n))
        for row in range(size):
            first = start + row == 0
            times[row] = 1.0 if first else np.bincount(random.integers(0, people, people), minlength=people)[whose]
        for name, order in orders.items():
            blocks[name].append(_figures(order, arm, happened, weighed, times))
    return {name: np.concatenate(each) for name, each in blocks.items()}


def checked(
    treated: ArrayLike, outcomes: ArrayLike, weights: ArrayLike | None
) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """The three as arrays.

    Raises:
        InputError: shapes that differ, an outcome that is NaN, or a weight that is not above 0 and finite.
    """
    arm, happened = np.asarray(treated).astype(np.bool_), np.asarray(outcomes, np.float64)
    weighed = np.ones(len(arm)) if weights is None else np.asarray(weights, np.float64)
    if arm.ndim != 1 or arm.shape != happened.shape or arm.shape != weighed.shape:
        raise InputError(f"metrics: {arm.shape} treated, {happened.shape} outcomes and {weighed.shape} weights")
    if np.isnan(happened).any() or not (weighed > 0).all() or np.isinf(weighed).any():
        raise InputError("metrics: an outcome is NaN, or a weight is not above 0 and finite")
    return arm, happened, weighed


def _summands(
    rows: NDArray[np.int64], arm: NDArray[np.bool_], happened: Floats, weighed: Floats, times: Floats
) -> Floats:
    """(5, draws, n) in the order of `rows`: weight and outcome of the treated, of the others, and people."""
    taken = times[:, rows]
    mine, theirs = weighed * arm, weighed * ~arm
    columns = np.stack([mine, mine * happened, theirs, theirs * happened, np.ones(len(arm))])[:, rows]
    return np.asarray(taken[None, :, :] * columns[:, None, :], np.float64)


def _points(sums: Floats) -> tuple[Floats, Floats]:
    """(draws, m) both curves from (5, draws, m) running sums."""
    treated, gained, others, given, people = sums
    n = people[:, -1:]
    share = np.divide(people, n, out=np.zeros_like(people), where=n > 0)
    uplift = (_over(gained, treated) - _over(given, others)) * share
    brought = gained - given * _over(treated, others)
    return uplift, np.divide(brought, treated[:, -1:], out=np.full_like(brought, np.nan), where=treated[:, -1:] > 0)


def _figures(order: Sorted, arm: NDArray[np.bool_], happened: Floats, weighed: Floats, times: Floats) -> Floats:
    """(draws, 4) FIGURES."""
    sums = np.cumsum(_summands(order.rows, arm, happened, weighed, times), axis=2)[:, :, order.ends]
    uplift, brought = _points(sums)
    nothing = np.zeros((len(times), 1))
    shares = np.hstack([nothing, sums[4] / sums[4, :, -1:]])
    uplift, brought = np.hstack([nothing, uplift]), np.hstack([nothing, brought])
    above = brought - shares * brought[:, -1:]
    found = [np.trapezoid(uplift, shares, axis=1), np.trapezoid(above, shares, axis=1)]
    for part in (0.1, 0.3):
        at = [np.interp(part, x, y) / part for x, y in zip(shares, uplift, strict=True)]
        found.append(np.array(at))
    figures = np.column_stack(found)
    figures[(sums[0, :, -1] <= 0) | (sums[2, :, -1] <= 0)] = np.nan
    return figures


def _over(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
