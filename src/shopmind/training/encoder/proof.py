"""What adapting gained: held-out pairs found before and after, and how far the vectors moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shopmind.encoders import Role, TextEncoder
from shopmind.kit.seeds import generator
from shopmind.metrics.intervals import Interval, bootstrap, paired
from shopmind.stores.ports import Number
from shopmind.training.encoder.pairs import Pair

CUTOFF = 10
MOST_PASSAGES = 5_000
FEWEST_CASES = 20
DRIFT_TEXTS = 500


@dataclass(frozen=True)
class Cases:
    """Held-out questions and the passages among which each one's own have to be found.

    Attributes:
        lefts: (n,) texts, and their role.
        right: n sets of places in `passages`.
        passages: own passages of all questions, and others of the shop by chance.
    """

    lefts: tuple[str, ...]
    role: Role
    right: tuple[frozenset[int], ...]
    passages: tuple[str, ...]


def cases(held: Sequence[Pair], passages: Mapping[Number, str], *, seed: int) -> dict[str, Cases]:
    """Kind → its cases, one for each held-out group (or text); kinds with fewer than FEWEST_CASES prove nothing."""
    found: dict[str, Cases] = {}
    for kind in sorted({pair.kind for pair in held}):
        groups: dict[str, list[Pair]] = {}
        for pair in held:
            if pair.kind == kind:
                groups.setdefault(pair.left, []).append(pair)
        if len(groups) < FEWEST_CASES:
            continue
        own = dict.fromkeys(pair.right for group in groups.values() for pair in group)
        others = sorted(set(passages.values()) - set(own)) if kind != "described" else []
        room = max(0, MOST_PASSAGES - len(own))
        drawn = generator(seed, "proof", kind).permutation(len(others))[:room]
        every = [*own, *(others[i] for i in drawn)]
        place = {text: i for i, text in enumerate(every)}
        right = tuple(frozenset(place[pair.right] for pair in group) for group in groups.values())
        role = next(iter(groups.values()))[0].role
        found[kind] = Cases(tuple(groups), role, right, tuple(every))
    return found


def found_by(encoder: TextEncoder, asked: Cases) -> dict[str, NDArray[np.float64]]:
    """(n,) recall@10 and mrr@10 of an encoder; a text that is its own passage is not counted as found."""
    lefts = encoder.encode(asked.lefts, role=asked.role)
    passages = encoder.encode(asked.passages, role="passage")
    recall, reciprocal = np.zeros(len(asked.lefts)), np.zeros(len(asked.lefts))
    itself = {text: i for i, text in enumerate(asked.passages)}
    for case, (text, right) in enumerate(zip(asked.lefts, asked.right, strict=True)):
        scores = passages @ lefts[case]
        if text in itself:
            scores[itself[text]] = -np.inf
        best = np.argsort(-scores, kind="stable")[:CUTOFF]
        hits = np.array([int(place) in right for place in best])
        recall[case] = hits.sum() / min(CUTOFF, len(right))
        reciprocal[case] = 1 / (1 + int(hits.argmax())) if hits.any() else 0.0
    return {f"recall@{CUTOFF}": recall, f"mrr@{CUTOFF}": reciprocal}


def compare(before: TextEncoder, after: TextEncoder, asked: Mapping[str, Cases], *, seed: int) -> dict[str, Any]:
    """Kind → metric → before, after and their difference, each with its interval."""
    told: dict[str, Any] = {}
    for kind, each in asked.items():
        old, new = found_by(before, each), found_by(after, each)
        told[kind] = {"cases": len(each.lefts), "passages": len(each.passages)}
        for metric in old:
            told[kind][metric] = {
                "before": _told(bootstrap(old[metric], seed=seed)),
                "after": _told(bootstrap(new[metric], seed=seed)),
                "difference": _told(paired(new[metric], old[metric], seed=seed)),
            }
    return told


def worse(compared: Mapping[str, Any]) -> str:
    """In words, which held-out pairs are found significantly worse than before; "" when none are.

    Queries decide; other pairs only where no query was held out.
    """
    asked = [kind for kind in ("clicked", "judged") if kind in compared] or list(compared)
    for kind in asked:
        difference = compared[kind][f"mrr@{CUTOFF}"]["difference"]
        if difference["high"] < 0:
            return f"held-out pairs ({kind}) are found worse: mrr@{CUTOFF} {difference['value']:+.3f}"
    return ""


def drift(one: NDArray[np.float32], other: NDArray[np.float32]) -> dict[str, float]:
    """Mean and lowest cosine between two encodings of the same texts, rows of unit length."""
    cosines = (one * other).sum(axis=1)
    return {"mean": round(float(cosines.mean()), 4), "min": round(float(cosines.min()), 4)}


def _told(interval: Interval) -> dict[str, float]:
    return {"value": round(interval.value, 4), "low": round(interval.low, 4), "high": round(interval.high, 4)}
