"""Interleaving judged: each unit votes for the team whose hits it chose more often."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl
import scipy  # its parts are loaded when they are first named: half a second of stats

from shopmind.evaluation.experiments import decision, intervals
from shopmind.evaluation.experiments.decision import Change
from shopmind.evaluation.experiments.estimate import Estimate
from shopmind.evaluation.experiments.planning import quantile
from shopmind.evaluation.experiments.question import Question
from shopmind.kit.seeds import generator

FEWEST_VOTES = 30


def judge(votes: pl.DataFrame, question: Question, *, seed: int = 0) -> dict[str, Any]:
    """Figures and decision of an interleaving, JSON-ready.

    A unit with more chosen hits of the one team votes for it (+1 the second, -1 the control), with as many of both for
    neither (0). The preference is the mean vote: 0.1 says that the second wins by ten units in a hundred. The sign test
    asks whether the votes are a fair coin's; its interval is drawn over units, for the votes of one are not
    independent. A sequential question takes the always-valid interval of the mean vote instead.

    Source: Radlinski, Kurup, Joachims, CIKM 2008; Chapelle, Joachims, Radlinski, Yue, Large-scale validation and
    analysis of interleaved search evaluation, ACM TOIS 30 (2012), section 4.

    Args:
        votes: one row for each unit that was shown a draft: `unit`, `control` and `other`, its chosen hits of each.
    """
    difference = (votes["other"] - votes["control"]).to_numpy().astype(np.float64)
    chose = (votes["other"] + votes["control"]).to_numpy() > 0
    sign = np.sign(difference[chose])
    won, lost = int((sign > 0).sum()), int((sign < 0).sum())
    other = list(question.shares)[1]
    if question.test == "sequential" and len(sign) > 1:
        nothing = Estimate(np.array(0.0), np.array(0.0), np.array(0.0))
        spread = float(np.square(sign).mean()) / len(sign)  # about 0: a few alike votes are not sure of themselves
        mean = Estimate(np.array(sign.mean()), np.array(spread), np.array(float(len(sign))))
        found = intervals.sequential(nothing, mean, level=question.level, planned=votes_needed(question))
        p, low, high = float(found.p), float(found.low), float(found.high)
    else:
        p = float(scipy.stats.binomtest(won, won + lost).pvalue) if won + lost else 1.0
        low, high = _drawn(won, lost, len(sign), question.level, seed)
    value = float(sign.mean()) if len(sign) else float("nan")
    change = Change(other, "preference", value, low, high, relative=True, level=1 - question.level)
    missing = max(0, votes_needed(question) - len(sign))
    return {
        "test": question.test,
        "level": question.level,
        "units": {"shown": len(votes), "voted": len(sign)},
        "votes": {question.control: lost, other: won, "neither": len(sign) - won - lost},
        "preference": {"value": _number(value), "low": _number(low), "high": _number(high), "p": p},
        "plan": {"effect": question.effect, "units_needed": votes_needed(question), "units_missing": missing},
        "decision": asdict(_decided(change, p, question, missing, won + lost)),
    }


def _drawn(won: int, lost: int, votes: int, level: float, seed: int) -> tuple[float, float]:
    """Percentiles of the mean vote over samples of the units with replacement; drawn as counts, which is the same.

    Source: Efron, Tibshirani, An introduction to the bootstrap (1993), chapter 13.
    """
    if votes < 2:
        return float("nan"), float("nan")
    chances = np.array([won, lost, votes - won - lost]) / votes
    counts = generator(seed, "votes").multinomial(votes, chances, 2_000)
    low, high = np.percentile((counts[:, 0] - counts[:, 1]) / votes, [50 * level, 100 - 50 * level])
    return float(low), float(high)


def votes_needed(question: Question) -> int:
    """Votes that find a preference of `effect`; a vote's variance is at most 1."""
    reach = quantile(question.level, question.test) + float(scipy.stats.norm.ppf(question.power))
    return int(np.ceil((reach / question.effect) ** 2))


def _decided(change: Change, p: float, question: Question, missing: int, votes: int) -> decision.Decision:
    if question.gone:
        return decision.orphaned(question.gone[0])
    if votes < FEWEST_VOTES or (question.test == "fixed" and missing and not question.over):
        return decision.wait(max(1, missing), change)
    if p < question.level:
        return decision.ship(change) if change.value > 0 else decision.stop(change)
    return decision.wait(missing, change) if missing and not question.over else decision.keep(change, question.control)


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None
