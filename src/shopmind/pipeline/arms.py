"""What is known of the arms of a bandit now: the artifact `arms` and the events that came since."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES
from shopmind.kit.clock import DAY_MS, MINUTE_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.options import build
from shopmind.kit.seeds import hash64
from shopmind.pipeline.context import Context
from shopmind.pipeline.live import LiveEvents
from shopmind.pipeline.parts import Tools
from shopmind.stores.ports import Artifact
from shopmind.training.arms import ArmsRecipe, decay, reward_codes
from shopmind.training.credit import first_of, places, rewarded

Floats = NDArray[np.float64]

PRIOR_LOOKS = 100.0
"""Impressions that the prior rate of a scenario's slots weighs as much as."""

KEPT = 4
"""Pictures of the arms that are held at once: a second page asks for an older one."""

_IMPRESSION = EVENT_TYPES.index("impression")


@dataclass(frozen=True, slots=True)
class Recent:
    """Impressions in the slots that may have changed since the artifact, by rising key: (n,) arrays.

    Attributes:
        keys: `credit.places` of request and item.
        times_ms: of the impression.
        weights: decay by its age.
        new: the artifact does not know the impression.
        gained: it was rewarded, and the artifact does not know of that.
    """

    keys: NDArray[np.uint64]
    times_ms: NDArray[np.int64]
    weights: Floats
    new: NDArray[np.bool_]
    gained: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Known:
    """Decayed counts over the slots of a scenario.

    Attributes:
        shown, rewarded: (size,) by item number; at every item rewarded ≤ shown.
        recent: what is newer than the artifact.
        faded: what the artifact's sums count for now.
        heard: number of the newest event that counts.
    """

    shown: Floats
    rewarded: Floats
    recent: Recent
    faded: float
    heard: int

    def mean(self, prior_rate: float) -> float:
        """Rate of all slots together, drawn to the prior."""
        return float((self.rewarded.sum() + PRIOR_LOOKS * prior_rate) / (self.shown.sum() + PRIOR_LOOKS))


class Arms:
    """Counts of one scenario's slots, kept until events come in, or for a minute."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._held: dict[tuple[object, ...], Known] = {}

    def artifact(self) -> Artifact | None:
        """What was trained; None before the first training, when the prior and what has come since are all there is."""
        try:
            return self._tools.artifact("arms")
        except NotReadyError:
            return None

    def known(self, context: Context, slots: tuple[int, ...]) -> Known:
        """The counts as of `context.heard`, which is set when this is the first page."""
        live = self._tools.live.read()
        if context.heard is None:
            context.heard = live.version
        live = live.until(context.heard)
        key = (context.query.scenario, slots, live.version, context.columns.size, context.now_ms // MINUTE_MS)
        found = self._held.get(key)
        if found is None:
            found = self._count(context, slots, live)
            newest = list(self._held.items())[1 - KEPT :]
            self._held = {**dict(newest), key: found}
        return found

    def _count(self, context: Context, slots: tuple[int, ...], live: LiveEvents) -> Known:
        artifact, scenario, size = self.artifact(), hash64(context.query.scenario), context.columns.size
        options = ArmsRecipe.Options()
        shown, won, faded = np.zeros(size), np.zeros(size), 1.0
        held = _Open.of(artifact, scenario, slots)
        if artifact is not None:
            options = build(ArmsRecipe.Options, artifact.card["options"], where="artifact arms")
            arrays = artifact.arrays
            mine = (arrays["scenarios"] == np.uint64(scenario)) & _of_slots(arrays["places"], slots)
            mine &= np.asarray(arrays["items"]) < size
            waited_ms = max(0, context.now_ms - artifact.card["made_for_ms"])
            faded = 0.5 ** (waited_ms / (options.half_life_days * DAY_MS))
            items = arrays["items"][mine]
            shown += np.bincount(items, arrays["shown"][mine], minlength=size) * faded
            won += np.bincount(items, arrays["rewarded"][mine], minlength=size) * faded
            live = live.after(artifact.card["event_number"])
        new = np.flatnonzero(_of_slots(live.places, slots) & (live.types == _IMPRESSION))
        new = new[(live.requests[new] != 0) & (live.items[new] < size) & (live.scenarios[new] == np.uint64(scenario))]
        is_reward = np.zeros(len(EVENT_TYPES), np.bool_)
        is_reward[reward_codes(options)] = True
        acts = np.flatnonzero(is_reward[live.types] & (live.requests != 0))
        keys = np.concatenate([held.keys, places(live.requests[new], live.items[new])])
        items = np.concatenate([held.items, live.items[new]])
        times_ms = np.concatenate([held.times_ms, live.times_ms[new]])
        known = np.concatenate([np.ones(len(held.keys), np.bool_), np.zeros(len(new), np.bool_)])
        before = np.concatenate([held.rewarded, np.zeros(len(new), np.bool_)])
        first = first_of(keys, times_ms)
        keys, items, times_ms, known, before = (each[first] for each in (keys, items, times_ms, known, before))
        act_keys = places(live.requests[acts], live.items[acts])
        gained = rewarded(keys, times_ms, act_keys, live.times_ms[acts], round(options.window_days * DAY_MS)) & ~before
        inside = items < size
        weights = decay(context.now_ms, times_ms, options.half_life_days) * inside
        items = np.where(inside, items, 0)
        shown += np.bincount(items, weights * ~known, minlength=size)
        won += np.bincount(items, weights * gained, minlength=size)
        won = np.minimum(won, shown)
        return Known(shown, won, Recent(keys, times_ms, weights, ~known, gained), faded, live.version)


def _of_slots(given: NDArray[np.int64], slots: tuple[int, ...]) -> NDArray[np.bool_]:
    """(n,) whether each place is a slot; for few slots several times as fast as np.isin."""
    found = np.zeros(len(given), np.bool_)
    for slot in slots:
        found |= given == slot
    return found


@dataclass(frozen=True, slots=True)
class _Open:
    """Impressions of the artifact that could still be rewarded when it was made."""

    keys: NDArray[np.uint64]
    items: NDArray[np.int64]
    times_ms: NDArray[np.int64]
    rewarded: NDArray[np.bool_]

    @staticmethod
    def of(artifact: Artifact | None, scenario: int, slots: tuple[int, ...]) -> _Open:
        """Those of one scenario's slots."""
        if artifact is None:
            return _Open(np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.bool_))
        arrays = artifact.arrays
        mine = (arrays["open_scenarios"] == np.uint64(scenario)) & _of_slots(arrays["open_places"], slots)
        names = ("open_keys", "open_items", "open_times_ms", "open_rewarded")
        return _Open(*(np.asarray(arrays[name])[mine] for name in names))
