"""One log, one target: every estimator's value with its intervals, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from shopmind.evaluation.estimators import MENU
from shopmind.evaluation.estimators.estimator import Estimator, Sum
from shopmind.evaluation.estimators.logged import Logged
from shopmind.evaluation.support import FEW_REWARDS, Support, support
from shopmind.metrics.off_policy import LEAST_EFFECTIVE, Estimated, Terms, Weights, estimated, weights_told

LEVEL = 0.95
DRAWS = 1_000

INTERVALS = (
    "low and high are those of the asymptotic interval, which takes out skewness and so suits few rewards and heavy "
    "weights; the studentised bootstrap beside it agrees with many rewards. Neither knows the bias of an estimator "
    "whose trust is misplaced"
)


@dataclass(frozen=True)
class Told:
    """What one estimator says.

    Attributes:
        refused: why it says nothing, though others may; None when it does.
    """

    estimate: Estimated | None
    weights: Weights | None
    chosen: Mapping[str, float] = field(default_factory=dict)
    trusts: str = ""
    says: str = ""
    refused: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values; what is unknown is null."""
        found = self.estimate
        told: dict[str, Any] = {
            "value": _plain(found.value) if found else None,
            "low": _plain(found.low) if found else None,
            "high": _plain(found.high) if found else None,
            "asymptotic": {"low": _plain(found.low), "high": _plain(found.high)} if found else None,
            "bootstrap": {"low": _plain(found.drawn_low), "high": _plain(found.drawn_high)} if found else None,
            "error": _plain(found.error) if found else None,
            "trusts": self.trusts,
            "refused": self.refused,
        }
        if self.weights is not None:
            told["diagnostics"] = diagnostics(self.weights)
        if self.chosen:
            told["chosen"] = {name: _plain(value) for name, value in self.chosen.items()}
        return told


@dataclass(frozen=True)
class Value:
    """What a log says of a target.

    Attributes:
        logged: what the logging policy earned itself.
        estimators: by name, in the order of the menu.
        cases: rows, or answers where the log has slates.
    """

    support: Support
    logged: Estimated
    estimators: Mapping[str, Told]
    cases: int
    per: str

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        told = self.support
        return {
            "cases": self.cases,
            "reward": f"mean reward of {self.per}",
            "rewards": told.rewards,
            "refused": told.refused,
            "cautions": list(told.cautions),
            "logged": {name: _plain(getattr(self.logged, name)) for name in ("value", "low", "high")},
            "support": {
                **diagnostics(told.weights),
                "unseen_share": _plain(told.unseen),
                "propensities_contradicted": told.choices.contradicted if told.choices is not None else None,
            },
            "suits": "asymptotic" if told.rewards < FEW_REWARDS else "either",
            "estimators": {name: each.as_json() for name, each in self.estimators.items()},
        }


def value(logged: Logged, *, names: Sequence[str] | None = None, draws: int = DRAWS, seed: int = 0) -> Value:
    """Every estimator of `names` (all that the log allows) on one log.

    Where support is missing no estimator answers; where only the weights are too heavy, those that bound them do.
    """
    found = support(logged)
    sums: dict[str, Sum] = {}
    parts: dict[str, Estimator] = {name: MENU.load(name, where="estimator")() for name in names or MENU}
    told: dict[str, Told] = {}
    for name, part in parts.items():
        lacking = _lacking(part, logged)
        if lacking or (found.refused and not found.bounded):
            told[name] = Told(None, None, {}, part.trusts, part.says, lacking or found.refused)
            continue
        made = part.sum(logged)
        weights = None if made.weights is None else weights_told(made.weights, clipped=made.clipped)
        why = None
        if weights is not None and weights.effective < LEAST_EFFECTIVE:
            why = f"its weights stand for {weights.effective:.1f} rows; {LEAST_EFFECTIVE:.0f} are needed"
        told[name] = Told(None, weights, made.chosen, part.trusts, part.says, why)
        if why is None:
            sums[name] = made
    terms = [Terms(logged.per * logged.rewards), *(each.terms for each in sums.values())]
    own, *estimates = estimated(terms, seed=seed, units=logged.together, draws=draws, level=LEVEL)
    for name, estimate in zip(sums, estimates, strict=True):
        before = told[name]
        told[name] = Told(estimate, before.weights, before.chosen, before.trusts, before.says)
    cases = len(logged) if logged.slates is None else int(logged.slates.max(initial=-1)) + 1
    return Value(found, own, told, cases, "a row" if logged.slates is None else "an answer")


def diagnostics(weights: Weights) -> dict[str, float | None]:
    """Weights under the names of the JSON."""
    names = {
        "effective": "effective_sample_size",
        "mean": "mean_weight",
        "mean_error": "mean_weight_error",
        "largest": "max_weight",
        "largest_share": "max_share",
        "clipped": "clipped_share",
        "zero": "zero_share",
    }
    return {names[name]: _plain(found) for name, found in asdict(weights).items()}


def _lacking(part: Estimator, logged: Logged) -> str | None:
    if "kinds" in part.needs and logged.kinds is None:
        return "the log does not say of which kind an arm is (column kind)"
    if "slates" in part.needs and logged.slates is None:
        return "the log does not say which rows are one answer (columns request_id and position)"
    return None


def _plain(number: float) -> float | None:
    return float(number) if np.isfinite(number) else None
