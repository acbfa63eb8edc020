"""The same figures by kind of case: how much a user did before, how well known and how old what he took is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.evaluation.figures import number
from shopmind.evaluation.material import Crowd
from shopmind.evaluation.split import Cases
from shopmind.evaluation.tune import Truth
from shopmind.kit.clock import DAY_MS

FIGURES = ("ndcg@10", "recall@10")

Bins = Sequence[tuple[str, float]]
"""Name of a bin and where it begins, rising."""

HISTORY_LENGTH: Bins = (("0", 0), ("1–2", 1), ("3–5", 3), ("6–10", 6), ("11–20", 11), ("21+", 21))
KNOWN_BY: Bins = (("0", 0), ("1–4", 1), ("5–9", 5), ("10–29", 10), ("30+", 30))
AGE_DAYS: Bins = (("never taken", -np.inf), ("< 7", 0), ("7–27", 7), ("28–89", 28), ("90–364", 90), ("365+", 365))


@dataclass(frozen=True, slots=True)
class Segment:
    """A bin: the name, and the targets in it."""

    name: str
    truth: Truth


def segments(
    truth: Truth, cases: Cases, lengths: NDArray[np.int64], crowd: Crowd, *, timed: bool
) -> dict[str, list[Segment]]:
    """The targets by length of the history, by users who know the item, and by its age where there are times.

    Args:
        lengths: (n,) items in the history of each case.
    """
    found = {
        "history_length": _binned(truth, lengths[truth.cases], HISTORY_LENGTH),
        "known_by": _binned(truth, crowd.known_by[truth.items], KNOWN_BY),
    }
    if timed:
        never = crowd.first_ms[truth.items] == np.iinfo(np.int64).max
        first_ms = np.where(never, 0, crowd.first_ms[truth.items])
        days = (cases.now_ms[truth.cases] - first_ms) / DAY_MS
        found["item_age_days"] = _binned(truth, np.where(never, -np.inf, np.maximum(days, 0)), AGE_DAYS)
    return found


def told(cut: Sequence[dict[str, list[Segment]]], ranked: Sequence[Mapping[str, NDArray[np.int64]]]) -> dict[str, Any]:
    """Segment → bin → how many cases, and the figures of each system, as means over seeds.

    Args:
        cut: the segments of each seed.
        ranked: of each seed, system → (n, k) lists.
    """
    found: dict[str, Any] = {}
    for kind, bins in cut[0].items():
        rows = found[kind] = {}
        for place, bin_ in enumerate(bins):
            truths = [seed[kind][place].truth for seed in cut]
            systems = {
                system: _figures(truths, [each[system] for each in ranked]) for system in (ranked[0] if ranked else ())
            }
            cases = float(np.mean([len(np.unique(truth.cases)) for truth in truths]))
            rows[bin_.name] = {"cases": int(cases) if cases.is_integer() else cases, "systems": systems}
    return found


def _figures(truths: Sequence[Truth], ranked: Sequence[NDArray[np.int64]]) -> dict[str, float | None]:
    values: dict[str, list[float]] = {figure: [] for figure in FIGURES}
    for truth, lists in zip(truths, ranked, strict=True):
        if len(truth.items):
            found = truth.figures(lists)
            for figure in FIGURES:
                values[figure].append(float(np.nanmean(found[figure])))
    return {figure: number(float(np.mean(each)) if each else float("nan")) for figure, each in values.items()}


def _binned(truth: Truth, values: NDArray[np.number], bins: Bins) -> list[Segment]:
    place = np.searchsorted(np.array([start for _, start in bins]), values, side="right") - 1
    return [Segment(name, truth.take(place == row)) for row, (name, _) in enumerate(bins)]
