"""`Shop.train`: what the recipes may read, and what is noted of those that could not be fitted."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from shopmind.kit.clock import DAY_MS
from shopmind.kit.progress import Progress
from shopmind.privacy.erase import STALE
from shopmind.shop import fitting, replaying
from shopmind.shop.answering import Answering
from shopmind.shop.choosing import Way
from shopmind.shop.folder import WORK, Folder, pretrained
from shopmind.stores.ports import Artifact
from shopmind.training.arms import EXPLORED
from shopmind.training.clicked_searches import SHOWN
from shopmind.training.recipe import Tables

UNTRAINED = "untrained"
MOST_SLATES = 200_000


def tables(
    folder: Folder,
    answering: Answering,
    events: pl.DataFrame,
    now_ms: int,
    *,
    judgments: pl.DataFrame | None = None,
    hidden: frozenset[str] = frozenset(),
    shown: pl.DataFrame | None = None,
    held: pl.DataFrame | None = None,
) -> Tables:
    """The shop as recipes see it, with `events` as its log."""
    return Tables(
        events,
        folder.catalogue.columns(),
        now_ms,
        catalogue=folder.catalogue,
        judgments=judgments,
        hidden=hidden,
        shown=shown,
        search=answering.found,
        evidence=answering.evidence,
        encoder=pretrained(folder.settings, folder.database),
        vectors=folder.vector_index.vectors if folder.encoder is not None else None,
        encoder_version=folder.encoder.version if folder.encoder is not None else "",
        meaning=answering.meaning if folder.encoder is not None else None,
        held=held,
        links=folder.links,
        users=folder.users,
        work=folder.path / WORK,
    )


def tables_now(
    folder: Folder, answering: Answering, judgments: pl.DataFrame | None = None, hidden: frozenset[str] = frozenset()
) -> Tables:
    """With the whole log; one that ended long ago (an old export) is looked at from its end, not from today."""
    span = folder.events.time_range()
    now_ms = folder.clock() if span is None else min(folder.clock(), span[1] + DAY_MS)
    made = tables(
        folder,
        answering,
        folder.events.table(),
        now_ms,
        judgments=judgments,
        hidden=hidden,
        shown=shown_in_records(folder),
    )

    def then(events: pl.DataFrame, moment_ms: int) -> Tables:
        return tables(folder, answering, events, moment_ms)

    return replace(
        made,
        replays=lambda: replaying.replays(folder, answering, then),
        explored=lambda: explored_in_records(folder),
        adverts=folder.database.ledger.shown,
    )


def shown_in_records(folder: Folder) -> pl.DataFrame:
    """What stood where in the newest answers to searches, from the records every answer leaves."""
    rows: list[tuple[str, str, str, int, int]] = []
    for request_id, body in folder.records.scan("slate", MOST_SLATES):
        if body.get("text") and body.get("scenario") == "search":
            first = int(body.get("offset", 0))
            rows += [
                (request_id, body["text"], item_id, first + place, int(body["at_ms"]))
                for place, item_id in enumerate(body["items"])
            ]
    if not rows:
        return pl.DataFrame(schema=SHOWN)
    numbers = folder.catalogue.numbers([row[2] for row in rows])
    frame = pl.DataFrame(rows, ["request_id", "query", "item_id", "position", "timestamp_ms"], orient="row")
    return frame.with_columns(item=pl.Series(numbers, dtype=pl.Int64)).filter(pl.col("item") > 0).select(list(SHOWN))


def explored_in_records(folder: Folder) -> pl.DataFrame:
    """What slots were filled by in the newest answers that explored by something, of schema arms.EXPLORED."""
    rows: list[tuple[str, str, str, list[str], list[float]]] = []
    with contextlib.closing(folder.records.stream("slate", MOST_SLATES)) as slates:
        for request_id, body in slates:
            for told in body.get("explored", ()):
                place = int(told["position"]) - int(body.get("offset") or 0)
                features: dict[str, float] = told.get("features") or {}
                if features and 0 <= place < len(body["items"]):
                    item_id = str(body["items"][place])
                    rows.append((body["scenario"], request_id, item_id, list(features), list(features.values())))
    numbers = folder.catalogue.numbers([row[2] for row in rows])
    told_by = [(*row[:2], number, *row[3:]) for row, number in zip(rows, numbers.tolist(), strict=True)]
    return pl.DataFrame(told_by[::-1], schema=EXPLORED, orient="row").filter(pl.col("item") > 0)


def learn(
    folder: Folder,
    answering: Answering,
    names: Sequence[str] | None,
    progress: Progress,
    judgments: pl.DataFrame | None,
    hidden: frozenset[str],
    ways: Sequence[Way] = (),
    trial: pl.DataFrame | None = None,
) -> list[Artifact]:
    """Fits the named artifacts, or all that the scenarios and the ways of experiments need, and keeps a note of those
    that want more data."""
    made, missing = fitting.fit(
        names
        if names is not None
        else fitting.needed([*answering.scenarios.values(), *(way.scenario for way in ways)]),
        replace(tables_now(folder, answering, judgments, hidden), trial=trial),
        folder.artifacts,
        folder.settings.training,
        seed=folder.settings.seed,
        progress=progress,
        asked=names is not None,
    )
    for artifact in made:
        (folder.path / WORK / f"{artifact.name}.pt").unlink(missing_ok=True)
        folder.records.delete(STALE, artifact.name)
        folder.records.delete(UNTRAINED, artifact.name)
    for name, why in missing.items():
        folder.records.put(UNTRAINED, name, {"why": why})
    return made
