"""What people may like by all that is known of it, and what is not known yet."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates
from shopmind.pipeline.arms import Known
from shopmind.pipeline.bandits import highest, prior, upper_bounds
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Tools
from shopmind.pipeline.rerankers.explore import ExploreOptions, Explorer, Weighed
from shopmind.pipeline.slots import Floats, Rows
from shopmind.training.credit import hashes, places

MOST_LIVE = 20_000
"""Newest slots since the training whose features are kept."""

CONSTANT = "constant"


class LinUcb(Explorer):
    """LinUCB: a slot shows the item of the highest upper bound of its rate, which is linear in columns of the pipeline.

    One model for all items of a scenario: what is learned of one speaks for those like it, so a new item is not a
    stranger. Each column enters as the share of the candidates that have less (unknown: 0), beside a constant. What a
    slot was filled by is kept with the answer, so training and serving see the same numbers. A share `uniform` of the
    draws is even, so that the propensities of all are above 0. See pipeline/bandits.py, upper_bounds.
    """

    name = "linucb"

    @dataclass(frozen=True)
    class Options(ExploreOptions):
        """share: of the requests whose slots are filled so; the others are shown as ranked. columns: of the candidates;
        "score" is the ranker's, "rate" how often the item was rewarded in these slots. width: of the bound, in standard
        errors of a reward whose own spread is 1. ridge: rewardless impressions of each column that are imagined.
        """

        share: float = 1.0
        uniform: float = 0.05
        columns: tuple[str, ...] = ("score", "rate")
        width: float = 0.25
        ridge: float = 1.0

        def __post_init__(self) -> None:
            super().__post_init__()
            if not self.columns or len(set(self.columns)) < len(self.columns) or CONSTANT in self.columns:
                raise ValueError(f"columns is {list(self.columns)}, it must name columns of the candidates, each once")
            if not self.width >= 0 or not self.ridge > 0:
                raise ValueError("width must be 0 or more and ridge above 0")

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options
        self._names = (CONSTANT, *options.columns)
        self._live = _LiveFeatures(tools, self._names)

    def weigh(self, context: Context, candidates: Candidates, arms: Sequence[Rows], incumbents: Rows) -> list[Weighed]:
        """See Explorer."""
        self.said_untrained(context)
        known = self._arms.known(context, self._slots)
        gathered, gained = self._sums(context, known)
        features = self._features(candidates, known)
        options = self._options
        found = []
        for rows in arms:
            mine = features[rows]
            _, upper = upper_bounds(mine, gathered, gained, width=options.width, ridge=options.ridge)
            found.append(Weighed(highest(upper), self._names, mine))
        return found

    def _features(self, candidates: Candidates, known: Known) -> Floats:
        """(n, d) a row for each candidate."""
        table = np.ones((len(candidates), len(self._names)))
        for place, name in enumerate(self._options.columns, start=1):
            table[:, place] = shares_below(self._column(name, candidates, known))
        return table

    def _column(self, name: str, candidates: Candidates, known: Known) -> NDArray[np.floating]:
        if name == "score":
            return candidates.scores
        if name == "rate":
            alpha, beta = prior(known.mean(self._explore.prior_rate))
            rates = (alpha + known.rewarded) / (alpha + beta + known.shown)
            return np.asarray(rates[candidates.items], np.float64)
        return candidates.column(name)

    def _sums(self, context: Context, known: Known) -> tuple[Floats, Floats]:
        """(d, d) and (d,) of the artifact, faded, and of what came since."""
        size = len(self._names)
        gathered, gained = np.zeros((size, size)), np.zeros(size)
        artifact = self._arms.artifact()
        at_hand: dict[int, Floats] = {}
        linear = () if artifact is None else artifact.card["figures"]["linear"]
        for place, told in enumerate(linear):
            if artifact is None or told["scenario"] != context.query.scenario:
                continue
            if tuple(told["names"]) != self._names:
                context.degraded.append(f"{self.name}: trained on other columns; run: shopmind train FOLDER arms")
                continue
            gathered += np.asarray(artifact.arrays[f"gathered_{place}"]) * known.faded
            gained += np.asarray(artifact.arrays[f"gained_{place}"]) * known.faded
            kept = zip(artifact.arrays[f"open_slots_{place}"].tolist(), artifact.arrays[f"open_features_{place}"],
                       strict=True)  # fmt: skip
            at_hand = dict(kept)
        recent = known.recent
        if recent.new.any():
            at_hand = {**at_hand, **self._live.read(known.heard, context.query.scenario)}
        for key, weight, new, won in zip(
            recent.keys.tolist(), recent.weights.tolist(), recent.new.tolist(), recent.gained.tolist(), strict=True
        ):
            features = at_hand.get(key) if new or won else None
            if features is not None:
                gathered += weight * np.outer(features, features) * new
                gained += weight * np.asarray(features) * won
        return gathered, gained


def shares_below(values: NDArray[np.floating]) -> Floats:
    """(n,) share of the known values that are less, equal ones counted half; 0 where the value is unknown.

    Values that differ by less than a hundred-thousandth of the largest are equal: seconds of decay are no evidence.
    """
    known = ~np.isnan(values)
    found = np.zeros(len(values))
    if known.any():
        given = values[known].astype(np.float64)
        largest = float(np.abs(given).max())
        given = np.round(given / largest, 5) if largest > 0 else given
        _, place, many = np.unique(given, return_inverse=True, return_counts=True)
        found[known] = ((np.cumsum(many) - many / 2) / len(given))[place]
    return found


class _LiveFeatures:
    """What slots were filled by since the artifact, read from the records of the answers as impressions come in."""

    def __init__(self, tools: Tools, names: tuple[str, ...]) -> None:
        self._tools = tools
        self._names = names
        self._lock = threading.Lock()
        self._held: dict[int, Floats] = {}
        self._version = -1

    def read(self, heard: int, scenario: str) -> dict[int, Floats]:
        """Key of request and item → (d,) features."""
        with self._lock:
            if heard > self._version:
                after = self._version if self._version >= 0 else max(0, heard - MOST_LIVE)
                self._take(after, scenario)
                self._version = heard
            return self._held

    def _take(self, after: int, scenario: str) -> None:
        table = self._tools.events.table(("impression",), after=after).drop_nulls(["request_id", "item", "position"])
        table = table.filter(table["scenario"] == scenario)
        found = dict(self._held)
        for (request_id,), rows in table.group_by("request_id", maintain_order=True):
            body = self._tools.records.get("slate", str(request_id)) or {}
            keys = places(hashes(rows["request_id"]), rows["item"].to_numpy())
            by_place = dict(zip(rows["position"].to_list(), keys.tolist(), strict=True))
            for told in body.get("explored", ()):
                features = told.get("features") or {}
                if told["position"] in by_place and tuple(features) == self._names:
                    found[by_place[told["position"]]] = np.array(list(features.values()))
        self._held = dict(list(found.items())[-MOST_LIVE:])
