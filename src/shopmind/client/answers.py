"""JSON of the API as the domain's types."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shopmind.domain import (
    AppliedRule,
    Bundle,
    Constraint,
    Facet,
    FacetRange,
    Hit,
    Item,
    Matches,
    Reason,
    Slate,
    Tried,
    Understood,
)
from shopmind.kit.clock import parse_time
from shopmind.kit.errors import (
    AccessError,
    BusyError,
    InputError,
    NotFoundError,
    NotReadyError,
    ShopmindError,
    StorageError,
)

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one written row.

    Attributes:
        row: its place in what was given, from 0 on.
        status: accepted, duplicate or rejected.
        field: which field the reason is about.
    """

    row: int
    id: str | None
    status: str
    reason: str | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class ScenarioState:
    """One place of the shop and how ready it is."""

    name: str
    title: str
    kinds: tuple[str, ...]
    needs: tuple[str, ...]
    n: int
    ready: bool
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExperimentState:
    """One experiment and how it stands.

    Attributes:
        status: draft, scheduled, running, stopped or ended.
        title, kind, unit, definition: None when its file is gone.
        variants: name → share, as dealt.
        changed_by: the public prefix of the key that changed it last, or a name.
        remarks: what is not as the file says, or as it was at the start.
    """

    name: str
    status: str
    title: str | None
    kind: str | None
    scenarios: tuple[str, ...]
    unit: str | None
    variants: Mapping[str, float]
    started_at_ms: int | None
    stopped_at_ms: int | None
    changed_by: str
    remarks: tuple[str, ...]
    definition: Mapping[str, Any] | None


def slate(json: Json) -> Slate:
    """The slate of an answer; stage times stay with the server."""
    return Slate(
        request_id=json["request_id"],
        scenario=json["scenario"],
        hits=tuple(_hit(hit) for hit in json["hits"]),
        total=json["total"],
        took_ms=json["took_ms"],
        model_version=json["model_version"],
        degraded=tuple(json.get("degraded", ())),
        variant=json["variant"],
        applied_rules=tuple(_applied(each) for each in json.get("applied_rules") or ()),
        understood=_understood(json["understood"]) if json.get("understood") else None,
        facets=tuple(_facet(each) for each in json.get("facets") or ()),
        matching=Matches(**json["matching"]) if json.get("matching") else None,
        bundles=tuple(_bundle(each) for each in json.get("bundles") or ()),
        tried=tuple(
            Tried(each["position"], each["by"], each["chance"], each["lifted"]) for each in json.get("explored") or ()
        ),
    )


def _bundle(json: Json) -> Bundle:
    numbers = {name: json[name] for name in ("price_minor", "currency", "orders", "share", "lift")}
    return Bundle(items=tuple(json["items"]), **numbers)


def item(json: Json) -> Item:
    """The item of an answer."""
    return Item(
        item_id=json["item_id"],
        kind=json["kind"],
        title=json["title"],
        description=json.get("description", ""),
        brand=json.get("brand"),
        categories=tuple(json["categories"]),
        price_minor=json.get("price_minor"),
        currency=json.get("currency"),
        stock=json.get("stock"),
        status=json.get("status", "active"),
        url=json.get("url"),
        image=json.get("image"),
        language=json.get("language"),
        group_id=json.get("group_id"),
        shop_id=json.get("shop_id"),
        created_at_ms=_time(json.get("created_at")),
        updated_at_ms=_time(json.get("updated_at")),
        attributes=json["attributes"],
    )


def row_result(json: Json, first: int) -> RowResult:
    """A row's status; `first` is the place of the request's first row in what was given."""
    return RowResult(json["row"] + first, json["id"], json["status"], json["reason"], json["field"])


def fault(status: int, error: Json, retry_after_s: float) -> ShopmindError:
    """An error of the API as the error that the shop itself would raise."""
    code, message, field = error["code"], error["message"], error.get("field")
    if code == "not_found":
        return NotFoundError(message, field=field)
    if code == "access_denied":
        return AccessError(message, known=status == 403)
    if code == "too_many_requests":
        return BusyError(message, retry_after_s=retry_after_s)
    if status == 503:
        return NotReadyError(message, field=field)
    if status == 507:
        return StorageError(message, field=field)
    return InputError(message, field=field) if status < 500 else ShopmindError(message, field=field)


def _hit(json: Json) -> Hit:
    return Hit(
        item=item(json["item"]),
        score=_number(json["score"]),
        source=tuple(json["source"]),
        position=json["position"],
        propensity=json["propensity"],
        reasons=tuple(
            Reason(reason["signal"], _number(reason["value"]), _number(reason["share"]), reason["text"])
            for reason in json.get("reasons") or ()
        ),
        highlights=json.get("highlights") or {},
        variants=tuple(json.get("variants") or ()),
        advertiser=json.get("advertiser"),
    )


def _facet(json: Json) -> Facet:
    return Facet(
        name=json["name"],
        counts=tuple((each["value"], each["items"]) for each in json["values"]),
        low=json["low"],
        high=json["high"],
        ranges=tuple(FacetRange(**each) for each in json["ranges"]),
        missing=json["missing"],
        exact=json["exact"],
    )


def _understood(json: Json) -> Understood:
    return Understood(
        text=json["text"],
        language=json["language"],
        corrected=json["corrected"],
        did_you_mean=json["did_you_mean"],
        constraints=tuple(Constraint(**each) for each in json["constraints"]),
        relaxed=tuple(json["relaxed"]),
        without=tuple(json["without"]),
        categories=tuple(json["categories"].items()),
    )


def _applied(json: Json) -> AppliedRule:
    return AppliedRule(json["rule_id"], json["version"], json["action"], tuple(json["items"]), json.get("says") or "")


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _time(text: str | None) -> int | None:
    return None if text is None else parse_time(text)
