"""Slates, items and row statuses as the JSON of schemas.py."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from shopmind.domain import AppliedRule, Bundle, Facet, Hit, Item, Outlook, Slate, Understood
from shopmind.domain.money import DIGITS
from shopmind.ingest.rows import RowStatus
from shopmind.kit.clock import format_time
from shopmind.kit.errors import InputError, NotFoundError
from shopmind.operations.strategy import standing
from shopmind.serving import cursor
from shopmind.serving.bodies import Rows
from shopmind.serving.responses import bytes_response, json_response, to_bytes
from shopmind.serving.schemas import Question
from shopmind.serving.service import service_of, visit_of
from shopmind.serving.terms import check_terms
from shopmind.shop import Shop
from shopmind.stores.ad_terms import PRIVATE
from shopmind.stores.ports import Catalogue

Ask = Callable[[int, str], Slate]
"""Asks the shop, given the offset and the draw that a cursor stands for; "" for none."""


async def answer_slate(request: Request, scenario: str, question: Question, ask: Ask) -> Response:
    """Asks in a thread of the engine and answers with the slate; one hop, for threads cost more than the JSON."""
    service = service_of(request)
    check_terms(service.shop, visit_of(request), question.filters, (question.sort, *question.facets))
    mark = mark_of(scenario, question)
    offset, draw = (question.offset, "") if question.cursor is None else cursor.read(question.cursor, mark)

    def work() -> tuple[Slate, bytes]:
        slate = ask(offset, draw)
        return slate, to_bytes(slate_json(slate, offset, mark, question.explain))

    slate, content = await service.read(work)
    visit_of(request).request_id = slate.request_id
    service.figures.slate(slate)
    return bytes_response(content)


def slate_json(slate: Slate, offset: int, mark: str, explain: bool) -> dict[str, Any]:
    """As `schemas.SlateAnswer`."""
    after = offset + len(slate.hits)
    more = slate.hits and after < min(slate.total, cursor.MAX_OFFSET)
    content: dict[str, Any] = {
        "request_id": slate.request_id,
        "scenario": slate.scenario,
        "hits": [_hit_json(hit, explain) for hit in slate.hits],
        "total": slate.total,
        "next_cursor": cursor.write(after, mark, slate.draw) if more else None,
        "took_ms": round(slate.took_ms, 3),
        "model_version": slate.model_version,
        "variant": slate.variant,
    }
    if slate.degraded:
        content["degraded"] = list(slate.degraded)
    if slate.tried:
        content["explored"] = [
            {"position": each.position, "by": each.by, "chance": each.chance, "lifted": each.lifted}
            for each in slate.tried
        ]
    if slate.understood is not None:
        content["understood"] = _understood_json(slate.understood)
    if slate.facets:
        content["facets"] = [_facet_json(facet) for facet in slate.facets]
    if slate.matching is not None:
        content["matching"] = asdict(slate.matching)
    if slate.bundles:
        content["bundles"] = [_bundle_json(each) for each in slate.bundles]
    if slate.applied_rules:
        content["applied_rules"] = [_applied_json(rule) for rule in slate.applied_rules]
    return content


def _bundle_json(bundle: Bundle) -> dict[str, Any]:
    content = asdict(bundle)
    digits = DIGITS.get(bundle.currency or "", 2)
    content["price"] = None if bundle.price_minor is None else bundle.price_minor / 10**digits
    return content


def item_json(item: Item) -> dict[str, Any]:
    """As `schemas.ItemAnswer`."""
    content: dict[str, Any] = {"item_id": item.item_id, "kind": item.kind, "title": item.title}
    for name in ("description", "brand", "currency", "stock", "url", "image", "language", "group_id", "shop_id"):
        value = getattr(item, name)
        if value is not None and value != "":
            content[name] = value
    content["categories"] = list(item.categories)
    if item.price_minor is not None:
        content["price"] = item.price
        content["price_minor"] = item.price_minor
    if item.status != "active":
        content["status"] = item.status
    if item.created_at_ms is not None:
        content["created_at"] = format_time(item.created_at_ms)
    if item.updated_at_ms is not None:
        content["updated_at"] = format_time(item.updated_at_ms)
    hidden = PRIVATE if item.kind == "ad" else frozenset[str]()
    content["attributes"] = {name: value for name, value in item.attributes.items() if name not in hidden}
    return content


async def answer_rows(
    request: Request, resource: str, rows: Rows, write: Callable[[Sequence[dict[str, Any]]], list[RowStatus]]
) -> Response:
    """Writes the rows that are objects, durably, and answers what became of each."""
    started = time.perf_counter()
    service, visit = service_of(request), visit_of(request)
    good = [row for row in rows.rows if not isinstance(row, InputError)]
    written = iter(await service.write(lambda: write(good)) if good else [])
    statuses = [_status_json(place, row, written) for place, row in enumerate(rows.rows)]
    counts = dict.fromkeys(("accepted", "duplicate", "rejected"), 0)
    for status in statuses:
        counts[status["status"]] += 1
    for status_name, count in counts.items():
        service.figures.rows(resource, status_name, count)
    head = {"request_id": visit.request_id, "took_ms": round((time.perf_counter() - started) * 1000, 3)}
    if not rows.single:
        return json_response({**head, **counts, "rows": statuses})
    only = statuses[0]
    if only["status"] == "rejected":
        raise InputError(only["reason"] or "the row was refused", field=only["field"])
    return json_response({**head, **only}, 201 if only["status"] == "accepted" else 200)


def find(catalogue: Catalogue, item_id: str) -> Item:
    """One item of the catalogue.

    Raises:
        NotFoundError: it is not there.
    """
    item = catalogue.get(catalogue.numbers([item_id]))[0]
    if item is None:
        raise NotFoundError(f"item {item_id!r} is not in this shop", field="item_id")
    return item


def scenarios_json(shop: Shop) -> list[dict[str, Any]]:
    """As `schemas.ScenarioAnswer`, by name."""
    missing = shop.readiness()
    return [
        {
            "name": name,
            "title": scenario.title,
            "kinds": list(scenario.kinds),
            "needs": list(scenario.needs),
            "n": scenario.n,
            "ready": not missing.get(name),
            "missing": list(missing.get(name, ())),
        }
        for name, scenario in sorted(shop.scenarios.items())
    ]


def readiness_json(shop: Shop) -> dict[str, Any]:
    """As `schemas.ReadyAnswer`."""
    items = int(np.count_nonzero(shop.catalogue.columns().shown))
    missing = {name: list(needs) for name, needs in shop.readiness().items() if needs}
    return {"status": "ready" if items else "empty", "items": items, "missing": missing, "strategy": standing(shop)}


def user_json(shop: Shop, user_id: str) -> dict[str, Any]:
    """As `schemas.UserAnswer`.

    Raises:
        NotFoundError: nobody of this id is known.
    """
    user = shop.users.get(shop.pseudonyms.user(user_id))
    if user is None:
        raise NotFoundError("this user is not known to the shop", field="user_id")
    return {
        "user_id": user.user_id,
        "created_at": None if user.created_at_ms is None else format_time(user.created_at_ms),
        "attributes": dict(user.attributes),
        "consent": dict(user.consent),
    }


def outlook_json(outlook: Outlook) -> dict[str, Any]:
    """As `schemas.OutlookAnswer`, without the request's id."""
    return {
        "user_id": outlook.user_id,
        "at": format_time(outlook.at_ms),
        "purchase": {str(days): round(share, 4) for days, share in outlook.purchase.items()},
        "days_to_purchase": None if outlook.days_to_purchase is None else round(outlook.days_to_purchase, 1),
        "churn": None if outlook.churn is None else round(outlook.churn, 4),
        "churn_days": outlook.churn_days,
        "actions": {name: round(share, 4) for name, share in outlook.actions.items()},
        "calibrated_at": format_time(outlook.calibrated_ms),
        "model_version": outlook.model_version,
    }


def _status_json(place: int, row: dict[str, Any] | InputError, written: Any) -> dict[str, Any]:
    if isinstance(row, InputError):
        return {"row": place, "id": None, "status": "rejected", "reason": row.message, "field": None}
    status: RowStatus = next(written)
    return {"row": place, "id": status.id, "status": status.status, "reason": status.reason, "field": status.field}


def _hit_json(hit: Hit, explain: bool) -> dict[str, Any]:
    content: dict[str, Any] = {
        "item": item_json(hit.item),
        "score": None if hit.sponsored else hit.score,  # what an advertiser is worth to the shop
        "source": list(hit.source),
        "position": hit.position,
        "propensity": hit.propensity,
    }
    if explain:
        content["reasons"] = [
            {"signal": reason.signal, "value": reason.value, "share": reason.share, "text": reason.text}
            for reason in hit.reasons
        ]
    if hit.highlights:
        content["highlights"] = dict(hit.highlights)
    if hit.variants:
        content["variants"] = list(hit.variants)
    if hit.sponsored:
        content |= {"sponsored": True, "advertiser": hit.advertiser}
    return content


def _applied_json(rule: AppliedRule) -> dict[str, Any]:
    content = {"rule_id": rule.rule_id, "version": rule.version, "action": rule.action, "items": list(rule.items)}
    return {**content, "says": rule.says} if rule.says else content


def _facet_json(facet: Facet) -> dict[str, Any]:
    return {
        "name": facet.name,
        "values": [{"value": value, "items": items} for value, items in facet.counts],
        "ranges": [{"low": each.low, "high": each.high, "items": each.items} for each in facet.ranges],
        "low": facet.low,
        "high": facet.high,
        "missing": facet.missing,
        "exact": facet.exact,
    }


def _understood_json(understood: Understood) -> dict[str, Any]:
    return {
        "text": understood.text,
        "language": understood.language,
        "corrected": understood.corrected,
        "did_you_mean": understood.did_you_mean,
        "constraints": [asdict(each) for each in understood.constraints],
        "relaxed": list(understood.relaxed),
        "without": list(understood.without),
        "categories": dict(understood.categories),
    }


def mark_of(scenario: str, question: Question) -> str:
    """What makes two questions the same for a cursor: everything but how many, from where, what is told beside."""
    aside = {"n", "offset", "cursor", "explain", "language", "facets", "record"}
    return f"{scenario} {question.model_dump_json(exclude=aside)}"
