"""Experiments as the JSON of experiment_schemas.py."""

from __future__ import annotations

from typing import Any

from shopmind.kit.clock import format_time
from shopmind.serving.experiment_schemas import ExperimentRow
from shopmind.shop.experiment_book import State


def definition_of(row: ExperimentRow) -> dict[str, Any]:
    """The table of the file."""
    return row.model_dump(by_alias=True, exclude_none=True, exclude={"name"})


def state_json(state: State) -> dict[str, Any]:
    """As `ExperimentState`."""
    experiment, layout = state.experiment, state.layout
    written = () if experiment is None else tuple((each.name, each.share) for each in experiment.variants)
    dealt = layout if layout is not None else experiment
    return {
        "name": state.name,
        "status": state.status,
        "title": None if experiment is None else experiment.title,
        "kind": None if experiment is None else experiment.kind,
        "scenarios": [] if dealt is None else list(dealt.scenarios),
        "unit": None if dealt is None else dealt.unit,
        "variants": dict(written if layout is None else layout.variants),
        "started_at": _time(state.started_ms),
        "stopped_at": _time(state.stopped_ms),
        "changed_by": state.changed_by,
        "remarks": list(state.remarks),
        "definition": None if experiment is None else dict(experiment.table),
    }


def _time(at_ms: int | None) -> str | None:
    return None if at_ms is None else format_time(at_ms)
