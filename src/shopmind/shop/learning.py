"""`Shop.train`: what the recipes may read, and what is noted of those that could not be fitted."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from shopmind.kit.clock import DAY_MS
from shopmind.kit.progress import Progress
from shopmind.privacy.erase import STALE
from shopmind.shop import fitting
from shopmind.shop.answering import Answering
from shopmind.shop.folder import WORK, Folder, pretrained
from shopmind.stores.ports import Artifact
from shopmind.training.recipe import Tables

UNTRAINED = "untrained"


def tables(
    folder: Folder,
    answering: Answering,
    events: pl.DataFrame,
    now_ms: int,
    *,
    judgments: pl.DataFrame | None = None,
    hidden: frozenset[str] = frozenset(),
) -> Tables:
    """The shop as recipes see it, with `events` as its log."""
    return Tables(
        events,
        folder.catalogue.columns(),
        now_ms,
        catalogue=folder.catalogue,
        judgments=judgments,
        hidden=hidden,
        search=answering.found,
        evidence=answering.evidence,
        encoder=pretrained(folder.settings, folder.database),
        work=folder.path / WORK,
    )


def tables_now(
    folder: Folder, answering: Answering, judgments: pl.DataFrame | None = None, hidden: frozenset[str] = frozenset()
) -> Tables:
    """With the whole log; one that ended long ago (an old export) is looked at from its end, not from today."""
    span = folder.events.time_range()
    now_ms = folder.clock() if span is None else min(folder.clock(), span[1] + DAY_MS)
    return tables(folder, answering, folder.events.table(), now_ms, judgments=judgments, hidden=hidden)


def learn(
    folder: Folder,
    answering: Answering,
    names: Sequence[str] | None,
    progress: Progress,
    judgments: pl.DataFrame | None,
    hidden: frozenset[str],
) -> list[Artifact]:
    """Fits the named artifacts, or all that the scenarios need, and keeps a note of those that want more data."""
    made, missing = fitting.fit(
        names if names is not None else fitting.needed(answering.scenarios.values()),
        tables_now(folder, answering, judgments, hidden),
        folder.artifacts,
        folder.settings.training,
        seed=folder.settings.seed,
        progress=progress,
        asked=names is not None,
    )
    for artifact in made:
        folder.records.delete(STALE, artifact.name)
        folder.records.delete(UNTRAINED, artifact.name)
    for name, why in missing.items():
        folder.records.put(UNTRAINED, name, {"why": why})
    return made
