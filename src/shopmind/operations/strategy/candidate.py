"""Makes a candidate: artifacts fitted on what came before a moment, kept beside those that are served."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import polars as pl

from shopmind.domain import HISTORY_TYPES
from shopmind.kit.clock import DAY_MS
from shopmind.kit.progress import Progress, silent
from shopmind.operations.strategy.cycle import Cycle
from shopmind.shop import Shop, fitting
from shopmind.stores.pinned_artifacts import PinnedArtifacts
from shopmind.training.impressions import Replay
from shopmind.training.recipe import Tables


def cutoff_ms(shop: Shop, after_ms: int, hold_out: float) -> int:
    """The moment from which on events are held out: the newest share of those after `after_ms`, the last event that
    what is served has read. By time and not by number, for an old export that is ingested late is no news; and only
    what customers did counts, for impressions come by the page.

    0 holds nothing out: the moment is after the last event.
    """
    times = shop.events.table(HISTORY_TYPES, since_ms=after_ms + 1)["timestamp_ms"].sort()
    if times.is_empty() or not hold_out:
        span = shop.events.time_range()
        return shop.folder.clock() + 1 if span is None else span[1] + 1
    return int(times[min(len(times) - 1, round(len(times) * (1 - hold_out)))])


def fit(shop: Shop, cycle: Cycle, kept: Callable[[Cycle], None], progress: Progress = silent) -> Cycle:
    """Fits what the cycle has not fitted yet, in the order of the recipes; each is kept as soon as it is there.

    Args:
        kept: told of the cycle after each artifact, so that a kill costs one fit at most.
    """
    tables = before(shop.tables(), cycle.cutoff_ms)
    for name in cycle.names:
        if name in cycle.candidate or name in cycle.unfit:
            continue
        pinned = PinnedArtifacts(shop.artifacts, cycle.candidate)
        made, missing = fitting.fit(
            [name], tables, pinned, shop.settings.training, seed=shop.settings.seed, progress=progress
        )
        now_ms = shop.folder.clock()
        if made and name in pinned.pinned:
            cycle = replace(cycle, candidate={**cycle.candidate, name: made[0].version}, fitted_ms=now_ms)
        else:
            why = missing.get(name) or str(made[0].card["figures"].get("kept_back", "its recipe keeps it back"))
            cycle = replace(cycle, unfit={**cycle.unfit, name: why}, fitted_ms=now_ms)
        kept(cycle)
    return cycle


def before(tables: Tables, moment_ms: int) -> Tables:
    """The tables as they were at a moment: nothing that happened, was answered or was shown later."""
    earlier = pl.col("timestamp_ms") < moment_ms
    events = tables.events.filter(earlier)
    replays = tables.replays

    def replayed() -> dict[str, Replay]:
        held = {} if replays is None else replays()
        return {name: replace(each, answers=each.answers.filter(earlier)) for name, each in held.items()}

    return replace(
        tables,
        events=events,
        now_ms=min(tables.now_ms, max(moment_ms, int(events["timestamp_ms"].max() or 0) + 1), moment_ms + DAY_MS),  # type: ignore[arg-type]
        shown=None if tables.shown is None else tables.shown.filter(earlier),
        replays=None if replays is None else replayed,
        work=None,
    )
