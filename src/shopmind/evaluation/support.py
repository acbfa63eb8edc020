"""Whether a log can say anything of a target at all, and the refusal in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from shopmind.evaluation.estimators.choice_model import Choices
from shopmind.evaluation.estimators.logged import Logged
from shopmind.metrics.off_policy import FAR, Weights, doubt, far_from_one, weights_told

CAREFUL = 100.0
"""Effective rows below which it is said with a caution."""
LEAST_REWARDS = 5
"""Rows with a reward below which nothing is said."""
FEW_REWARDS = 100
"""Rows with a reward below which the corrected asymptotic interval suits better than the bootstrap."""
MOST_UNSEEN = 0.01
"""Share of the target that may go to arms the log never showed."""

EXPLORE = (
    "every choice of the log was certain (propensity 1), so it says nothing of another policy; switch exploration on "
    "for a share of the answers (docs: how to explore) and ask again when it has run for a while"
)


@dataclass(frozen=True)
class Support:
    """What the log can say.

    Attributes:
        weights: of target over propensity.
        unseen: share of the target that goes to arms the log never showed.
        rewards: rows that earned anything.
        refused: why no estimate is given, one sentence; None when there is one.
        bounded: whether estimators that bound their weights may still be told, as resting on the model.
        cautions: what a reader must know beside an estimate.
        choices: the logged propensities held against what was chosen; None where that could not be done.
    """

    weights: Weights
    unseen: float
    rewards: int
    refused: str | None
    bounded: bool
    cautions: tuple[str, ...]
    choices: Choices | None = None


def support(logged: Logged) -> Support:
    """Looks at weights, arms, choices and rewards; never at what the estimates are."""
    told, unseen = weights_told(logged.weights), _unseen(logged)
    rewards = int(np.count_nonzero(logged.rewards))
    cautions = []
    if told.effective < CAREFUL:
        cautions.append(f"the effective sample size is {told.effective:.0f}: intervals promise 95 % from 100 on")
    if abs(told.mean - 1) > max(FAR / 4, 3 * told.mean_error):
        cautions.append(f"the mean weight is {told.mean:.3f}, not 1: propensities and target do not quite fit")
    if rewards < FEW_REWARDS:
        cautions.append(f"only {rewards} rewards: read the asymptotic interval, which heeds their skewness")
    choices = logged.choices
    if choices is not None and choices.contradicted:
        cautions.append(_contradiction(choices))
    refused, bounded = _refusal(logged, told, unseen, rewards)
    return Support(told, unseen, rewards, refused, bounded, tuple(cautions), choices)


def _contradiction(choices: Choices) -> str:
    told = (
        "the log contradicts its own propensities: chances told from its features make its choices "
        f"10^{max(choices.evidence, choices.alone) / np.log(10):.0f} times as likely as what it says of itself, where "
        "1,000 times would be seen once in a thousand true logs. Look how propensities are written down; until then "
        "what trusts them alone (ips, snips) is off"
    )
    return told + (", and dr reads the told chances instead" if choices.replaced else "")


def _refusal(logged: Logged, told: Weights, unseen: float, rewards: int) -> tuple[str | None, bool]:
    n = len(logged)
    if not n:
        return "the log has no rows", False
    certain = bool((logged.propensities >= 1 - 1e-9).all())
    if certain and (told.mean < 1 - FAR / 4 or unseen > MOST_UNSEEN):
        return EXPLORE, False
    if unseen > MOST_UNSEEN:
        return (
            f"support is missing: {unseen:.1%} of the target goes to arms that the log never showed; what they earn "
            "cannot be told from it",
            False,
        )
    if rewards < LEAST_REWARDS:
        return f"the log has {rewards} rewards in {n} rows; {LEAST_REWARDS} are the least that say anything", False
    return doubt(told, n), not far_from_one(told)


def _unseen(logged: Logged) -> float:
    """Mean share of the target on arms without a row; what it shows that the log has no name for counts too."""
    if not len(logged):
        return float("nan")
    chances = logged.target.chances
    seen = np.zeros(chances.shape[1])
    seen[logged.arms] = 1.0
    return float(1 - np.asarray(chances @ seen).ravel()[logged.target.groups].mean())
