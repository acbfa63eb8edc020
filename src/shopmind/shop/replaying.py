"""Answers of the past asked again, of the engine that gave them: what the recipe `objectives` learns from."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from shopmind.domain import Candidates, History, Query
from shopmind.kit.progress import silent
from shopmind.pipeline.histories import Histories
from shopmind.pipeline.scenario import Scenario
from shopmind.shop import fitting
from shopmind.shop.answering import Answering
from shopmind.shop.folder import Folder
from shopmind.shop.tooling import tools_of
from shopmind.stores.folder_artifacts import FolderArtifacts
from shopmind.training.impressions import ANSWERS, Replay
from shopmind.training.recipe import Tables

MOST_SLATES = 200_000
PARTS = ("objectives", "slate_policy")
"""Rankers that learn from the answers of their own scenario; what each learned has its name."""

TablesAt = Callable[[pl.DataFrame, int], Tables]


def replays(folder: Folder, answering: Answering, tables_at: TablesAt) -> Mapping[str, Replay]:
    """Scenario → its answers, of those that rank by what is learned from them.

    Args:
        tables_at: (events, moment) → what recipes may read of the shop at a moment.
    """
    asked = {name: each for name, each in answering.scenarios.items() if each.ranker.part in PARTS}
    if not asked:
        return {}
    answers = answers_in_records(folder, frozenset(asked))
    return {
        name: Replay(
            answers.filter(pl.col("scenario") == name).select(list(ANSWERS)),
            weights_of(scenario),
            _replay(folder, scenario, tables_at),
            scenario.ranker.part,
        )
        for name, scenario in asked.items()
    }


def answers_in_records(folder: Folder, scenarios: frozenset[str]) -> pl.DataFrame:
    """Columns scenario and ANSWERS, oldest first, of the newest records."""
    rows: list[tuple[Any, ...]] = []
    ids: dict[str, None] = {}
    with contextlib.closing(folder.records.stream("slate", MOST_SLATES)) as slates:
        for request_id, body in slates:
            if body.get("scenario") in scenarios and body.get("items"):
                ids.update(dict.fromkeys(body["items"]))
                rows.append(
                    (
                        body["scenario"],
                        request_id,
                        int(body["at_ms"]),
                        body.get("user_id"),
                        body.get("session_id"),
                        list(body.get("anchors") or ()),
                        body.get("text") or "",
                        body.get("filter") or "",
                        int(body.get("offset") or 0),
                        list(body["items"]),
                        list(body.get("propensities") or [None] * len(body["items"])),
                    )
                )
    numbers = dict(zip(ids, folder.catalogue.numbers(list(ids)).tolist(), strict=True))
    rows = [(*row[:-2], [numbers[each] for each in row[-2]], row[-1]) for row in rows]
    frame = pl.DataFrame(rows, schema={"scenario": pl.String, **ANSWERS}, orient="row")
    return frame.sort("timestamp_ms", "request_id")


def weights_of(scenario: Scenario) -> Mapping[str, float]:
    """Objective → what it counts, of a scenario that ranks by them."""
    weights: Mapping[str, float] = scenario.ranker.options.weights
    return weights


def _replay(
    folder: Folder, scenario: Scenario, tables_at: TablesAt
) -> Callable[[pl.DataFrame, int], Iterator[Candidates]]:
    def candidates(answers: pl.DataFrame, moment_ms: int) -> Iterator[Candidates]:
        with tempfile.TemporaryDirectory(prefix="shopmind-replay-") as scratch:
            artifacts = FolderArtifacts(Path(scratch))
            names = [name for name in fitting.needed([scenario]) if name not in PARTS]
            tables = replace(tables_at(folder.events.table(until_ms=moment_ms), moment_ms), work=None)
            fitting.fit(names, tables, artifacts, folder.settings.training, seed=folder.settings.seed, progress=silent)
            then = Answering(
                {scenario.name: scenario},
                tools_of(folder, artifacts),
                Histories(folder.events, limit=1),
                folder.clock,
                language=folder.settings.language,
                follow=False,
            )
            for row in answers.iter_rows(named=True):
                yield then.replayed(_query(folder, scenario, row), np.array(row["items"], np.int64))

    return candidates


def _query(folder: Folder, scenario: Scenario, row: Mapping[str, Any]) -> Query:
    """The question as it was asked, by who had done so much until then."""
    history = History.empty()
    if row["user_id"] or row["session_id"]:
        done = folder.events.history(row["user_id"], row["session_id"], limit=folder.settings.history)
        history = done.before(row["timestamp_ms"])
    return Query(
        scenario.name,
        user_id=row["user_id"],
        session_id=row["session_id"],
        text=row["text"],
        anchors=tuple(row["anchors"]),
        filter=row["filter"],
        now_ms=row["timestamp_ms"],
        history=history,
    )
