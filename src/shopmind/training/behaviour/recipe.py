"""The recipe `behaviour`: heads for purchase, churn, time and next action, calibrated on a later moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import polars as pl
import scipy  # its parts are loaded when they are first named: half a second of optimize
from numpy.typing import NDArray
from scipy.special import log_softmax

from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress, silent
from shopmind.kit.seeds import generator
from shopmind.metrics.calibration import expected_calibration_error, log_loss
from shopmind.metrics.discrimination import auc
from shopmind.training.behaviour.cases import (
    PATIENCE_DAYS,
    Cases,
    action_cases,
    cutoffs,
    joined,
    purchase_cases,
    windows,
)
from shopmind.training.behaviour.doings import Doings, Floats, usual_prices
from shopmind.training.behaviour.evidence import GROUPS, Evidence
from shopmind.training.behaviour.foresight import Foresight, named, seen_through
from shopmind.training.behaviour.heads import Head, Matrix, Softmax, chosen, fitted, multinomial, platt
from shopmind.training.lambdamart import Growth
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.sequence.recipe import SequenceRecipe
from shopmind.training.sequence_model import SequenceModel


class BehaviourRecipe(Recipe):
    """What users will do, learned from past moments of the log and held against the newest one whose outcome is known.

    Columns and the hidden state are of what came before the moment. A backbone must not have seen what is asked: only a
    sequence model whose log ended before the first moment is looked through, or one made for that ("own").
    """

    @dataclass(frozen=True)
    class Options:
        """days: horizons; the longest is that of churn. step_days: between moments that are learned from. moments: of
        them at most. users: whom is learned from, at most. at_least: cases of a head. of_each: outcomes of either kind
        that it needs. ridge: of the linear models. trees, leaves, rate: see lambdamart.Growth. backbone: "auto" looks
        through an older version of `sequence` if there is one, "own" trains one (extra [train]) on what came before the
        first moment, "none" does without. networks, minutes: of its own.
        """

        days: tuple[int, ...] = (7, 14, 28, 56)
        step_days: int = 14
        moments: int = 8
        users: int = 50_000
        at_least: int = 200
        of_each: int = 20
        ridge: float = 10.0
        trees: int = 150
        leaves: int = 6
        rate: float = 0.04
        backbone: Literal["auto", "own", "none"] = "auto"
        networks: int = 1
        minutes: float = 10.0

        def __post_init__(self) -> None:
            if not self.days or min(self.days) < 1 or list(self.days) != sorted(set(self.days)):
                raise ValueError(f"days = {self.days}; rising whole numbers from 1 are allowed")
            if self.step_days < 1 or self.moments < 1:
                raise ValueError("step_days and moments must be at least 1")

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """The arrays of Foresight; the figures say per horizon what the held-out moment told.

        Raises:
            NotReadyError: too short a log, or too few purchases in it.
        """
        made = _Made(tables, options, seed)
        backbone, where = made.backbone()
        heads, told = made.heads(backbone, progress)
        action, warmth, actions, of_actions = made.action()
        used = bool(backbone) and any(each["backbone"] for each in told.values())
        model = Foresight(made.prices, heads, actions, action, warmth, None)
        figures = {
            "purchase": told,
            "actions": list(actions),
            "action": of_actions,
            "backbone": where if used else "",
            "calibrated_ms": made.end_ms,
        }
        return Fitted(model.arrays(backbone if used else {}), figures, tail=False)


class _Made:
    """What does not change while one artifact is fitted."""

    def __init__(self, tables: Tables, options: Any, seed: int) -> None:
        events = tables.events
        if not events.height:
            raise NotReadyError("behaviour: the log is empty")
        self._tables, self._options, self._seed = tables, options, seed
        self.start_ms, last = int(events["timestamp_ms"].min()), int(events["timestamp_ms"].max())  # type: ignore[arg-type]
        self.end_ms = min(tables.now_ms, last + 1)
        self._growth = Growth(trees=options.trees, leaves=options.leaves, rate=options.rate)
        self._at = {
            days: cutoffs(self.start_ms, self.end_ms, days, step_days=options.step_days, most=options.moments)
            for days in options.days
        }
        self.first_ms = min([each for _, found in self._at.values() for each in found], default=self.start_ms)
        earlier = events.filter(pl.col("timestamp_ms") < self.first_ms)
        self.prices = usual_prices(earlier, tables.columns.size)
        self._doings = Doings.of_events(_sampled(events, options.users, seed), self.prices)
        self._evidence = Evidence(self._doings)

    def backbone(self) -> tuple[Mapping[str, NDArray[Any]], str]:
        """The arrays of a sequence model that saw nothing of what is asked, and which one it is."""
        first = self.first_ms
        if self._options.backbone == "none" or first == self.start_ms:
            return {}, ""
        if self._options.backbone == "own":
            earlier = self._tables.events.filter(pl.col("timestamp_ms") < first)
            tables = replace(self._tables, events=earlier, now_ms=first, held=None, work=None)
            asked = SequenceRecipe.Options(networks=self._options.networks, minutes=self._options.minutes)
            try:
                return SequenceRecipe().fit(tables, asked, seed=self._seed, progress=silent).arrays, "own"
            except NotReadyError as error:
                raise NotReadyError(f"behaviour: its own backbone: {error.message}") from error
        artifacts = self._tables.artifacts
        for version in reversed([] if artifacts is None else artifacts.versions("sequence")):
            found = artifacts.load("sequence", version) if artifacts is not None else None
            if found is not None and int(found.card["last_event_ms"] or 0) < first:
                return found.arrays, version
        return {}, ""

    def heads(self, arrays: Mapping[str, Any], progress: Progress) -> tuple[dict[int, Head], dict[str, dict[str, Any]]]:
        """Horizon → head, and what the held-out moment told of it; horizons the log is too short for are left out."""
        backbone = SequenceModel.of(arrays) if arrays else None
        heads, told, why = {}, {}, ""
        for place, (days, (held_ms, moments)) in enumerate(self._at.items()):
            progress("fit behaviour", place, len(self._at))
            if not moments:
                why = f"the log of {(self.end_ms - self.start_ms) / DAY_MS:.0f} days is too short for {days} days twice"
                continue
            learned = joined([self._cases(each) for each in moments])
            held = self._cases(held_ms)
            enough = [_enough(cases, days, self._options) for cases in (learned, held)]
            if not all(enough):
                why = (
                    f"{len(learned)} and {len(held)} cases with an outcome in {days} days; "
                    f"{self._options.at_least} and {self._options.of_each} of each outcome are needed"
                )
                continue
            heads[days], told[str(days)] = self._head(learned, held, days, backbone)
        if not heads:
            raise NotReadyError(f"behaviour: {why}")
        return heads, told

    def _head(
        self, learned: Cases, held: Cases, days: int, backbone: SequenceModel | None
    ) -> tuple[Head, dict[str, Any]]:
        own = len(learned.columns)
        happened = [(cases.outcome < days).astype(np.float64) for cases in (learned, held)]
        candidates: list[tuple[Head, float, list[Matrix]]] = []
        for through in (None, backbone) if backbone is not None else (None,):
            wide = [self._wide(cases, through) for cases in (learned, held)]
            head = self._fit(wide[0], happened[0], own)
            candidates.append((*chosen(head, wide[1], happened[1], own), wide))
        best, _, wide = min(candidates, key=lambda each: each[1])
        figures = {
            "way": best.way,
            "backbone": best.linear.weights.shape[1] - 1 > own,
            "cases": len(learned),
            "held": len(held),
            "rate": round(float(happened[1].mean()), 4),
            **_measured(best.odds(wide[1], own), happened[1], self._seed),
        }
        whole = self._fit(np.concatenate(wide), np.concatenate(happened), own)
        return replace(whole, way=best.way, slope=best.slope, shift=best.shift), figures

    def _fit(self, matrix: Matrix, happened: Floats, own: int) -> Head:
        return fitted(matrix, happened, own, self._options.ridge, self._growth, self._seed)

    def _wide(self, cases: Cases, backbone: SequenceModel | None) -> Matrix:
        hidden = seen_through(backbone, self._doings, cases.rows, cases.moments)
        return np.concatenate([cases.matrix, hidden], axis=1)

    def _cases(self, moment_ms: int) -> Cases:
        return purchase_cases(self._doings, self._evidence, moment_ms)

    def action(self) -> tuple[Softmax | None, float, tuple[str, ...], dict[str, Any]]:
        """The head of the next action, its warmth and its names; None where the log has fewer than two kinds."""
        patience = PATIENCE_DAYS * DAY_MS
        bound = self.end_ms - 2 * patience  # what is learned from was waited for before the held-out stretch begins
        doings, evidence = self._doings, self._evidence
        stretches = windows(self.start_ms, bound - patience, days=PATIENCE_DAYS, most=self._options.moments)
        learned = [action_cases(doings, evidence, begin, end, self._seed) for begin, end in stretches]
        held = action_cases(doings, evidence, bound, bound + patience, self._seed)
        parts = [each for each in learned if len(each)]
        if not parts or not len(held):
            return None, 1.0, (), {}
        cases = joined(parts)
        counts = np.bincount(cases.outcome.astype(np.int64), minlength=len(GROUPS))
        kinds = np.flatnonzero(counts >= self._options.of_each)
        cases, held = (each.take(np.isin(each.outcome, kinds)) for each in (cases, held))
        if len(kinds) < 2 or min(len(cases), len(held)) < self._options.at_least:
            return None, 1.0, (), {}
        classes = [np.searchsorted(kinds, each.outcome).astype(np.int64) for each in (cases, held)]
        model = multinomial(cases.matrix, classes[0], len(kinds), self._options.ridge)
        odds = model.log_odds(held.matrix)
        warmth = _warmth(odds, classes[1])
        said = log_softmax(warmth * odds, axis=1)[np.arange(len(held)), classes[1]]
        share = np.bincount(classes[0], minlength=len(kinds)) / len(cases)
        figures = {
            "cases": len(cases),
            "held": len(held),
            "log_loss": round(float(-said.mean()), 4),
            "log_loss_of_shares": round(float(-np.log(share[classes[1]]).mean()), 4),
            "warmth": round(warmth, 3),
        }
        both = multinomial(
            np.concatenate([cases.matrix, held.matrix]), np.concatenate(classes), len(kinds), self._options.ridge
        )
        return both, warmth, named(kinds), figures


def _sampled(events: pl.DataFrame, most: int, seed: int) -> pl.DataFrame:
    users = np.unique(events["user"].drop_nulls().to_numpy())
    users = users[users > 0]
    if len(users) <= most:
        return events
    kept = generator(seed, "behaviour").choice(users, most, replace=False)
    return events.filter(pl.col("user").is_in(pl.Series(kept).implode()))


def _enough(cases: Cases, days: int, options: Any) -> bool:
    happened = int(np.count_nonzero(cases.outcome < days))
    return bool(len(cases) >= options.at_least and options.of_each <= happened <= len(cases) - options.of_each)


def _measured(odds: Floats, happened: Floats, seed: int) -> dict[str, float]:
    """AUC, and log-loss and calibration error of each half of the cases under the calibration of the other."""
    half = generator(seed, "halves").random(len(odds)) < 0.5
    said = np.zeros(len(odds))
    for part in (half, ~half):
        slope, shift = platt(odds[~part], happened[~part])
        said[part] = 1 / (1 + np.exp(-(slope * odds[part] + shift)))
    return {
        "auc": round(auc(odds, happened), 4),
        "log_loss": round(log_loss(said, happened), 4),
        "calibration_error": round(expected_calibration_error(said, happened), 4),
    }


def _warmth(odds: Floats, classes: NDArray[np.int64]) -> float:
    """What the log-odds are multiplied by to lose least.

    Source: temperature scaling, Guo et al., On calibration of modern neural networks (2017).
    """

    def loss(log_warmth: float) -> float:
        told = log_softmax(np.exp(log_warmth) * odds, axis=1)
        return float(-told[np.arange(len(classes)), classes].mean())

    return float(np.exp(scipy.optimize.minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded").x))
