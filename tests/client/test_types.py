"""The client's types have the fields that the API tells, no fewer and no more."""

from __future__ import annotations

import dataclasses
import pkgutil
from importlib import import_module

import pytest

from shopmind import client
from shopmind.client.typed import TIME
from shopmind.testing.asgi import document

SCHEMAS = document()["components"]["schemas"]

OTHER_NAMES = {
    "CustomerFigures": "CustomersAnswer",
    "AdFigures": "AdFiguresAnswer",
    "RowResult": "RowAnswer",
    "ScenarioState": "ScenarioAnswer",
    "ExperimentState": "ExperimentState",
    "AnswerTrace": "TraceAnswer",
    "BroughtBy": "BroughtAnswer",
    "CategoryGaps": "CategoryGapAnswer",
    "Comparison": "ComparedAnswer",
    "Estimate": "EstimateState",
    "ExperimentDay": "PointAnswer",
    "KeyLine": "KeyAnswer",
    "Listing": "BrowseAnswer",
    "MessageCount": "MessageCount",
    "ModelLine": "ModelLine",
    "ModelVersion": "VersionAnswer",
    "Rejected": "RejectedRow",
    "RejectedPage": "RejectedAnswer",
    "RemovedBy": "FilteredAnswer",
    "ScenarioVersion": "ScenarioVersion",
    "SignalEffect": "EffectAnswer",
    "TraceStep": "StepAnswer",
    "WasGraded": "GradeAnswer",
}
"""Type → its schema, where that is not the type's name and `Answer`."""

PUT_TOGETHER = {"Doings", "Listed", "Traced"}
"""Types that hold what several parts of an answer say."""

TYPES = {
    name: kind
    for module in pkgutil.iter_modules(client.__path__)
    for name, kind in vars(import_module(f"shopmind.client.{module.name}")).items()
    if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind.__module__.startswith("shopmind.client.")
}
DESCRIBED = {
    name: schema
    for name in TYPES
    if name not in PUT_TOGETHER and (schema := OTHER_NAMES.get(name, f"{name}Answer")) in SCHEMAS
}


def names(kind: type) -> set[str]:
    """Fields as the API calls them, times without their unit."""
    return {each.name.rstrip("_").removesuffix(TIME) for each in dataclasses.fields(kind)}


@pytest.mark.parametrize("name", sorted(DESCRIBED))
def test_a_type_has_every_field_that_is_told(name: str) -> None:
    told = {each.removesuffix(TIME) for each in SCHEMAS[DESCRIBED[name]]["properties"]} - {"request_id", "took"}
    assert told <= names(TYPES[name]) | {"took"}, f"{name} lacks fields of {DESCRIBED[name]}"
    assert names(TYPES[name]) <= told | {"took", "request_id"}, f"{name} has fields that {DESCRIBED[name]} has not"


def test_every_type_is_held_against_a_schema() -> None:
    assert sorted(set(TYPES) - set(DESCRIBED)) == sorted(PUT_TOGETHER)
    assert sorted(set(OTHER_NAMES) - set(DESCRIBED)) == []
