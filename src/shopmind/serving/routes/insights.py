"""Tables for people."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.insights import ads, arms, associations, exploring, query_report, search_log, told, told_ads, traffic
from shopmind.kit.clock import DAY_MS, format_time
from shopmind.serving.ads_schemas import AdsAnswer, AdsQuestion
from shopmind.serving.arms_schemas import ArmsAnswer, ArmsQuestion
from shopmind.serving.association_schemas import AssociationsAnswer, AssociationsQuestion
from shopmind.serving.bodies import read_query
from shopmind.serving.describe import described, parameters
from shopmind.serving.merchandise import queries_json
from shopmind.serving.merchandise_schemas import QueriesAnswer, QueriesQuestion
from shopmind.serving.message_schemas import AudienceAnswer, AudienceQuestion
from shopmind.serving.responses import json_response
from shopmind.serving.service import service_of, visit_of
from shopmind.serving.traffic_schemas import TrafficAnswer, TrafficQuestion

router = APIRouter(prefix="/v1/insights", tags=["insights"])

PATIENCE_S = 5.0


@router.get(
    "/queries",
    **described("Query report", QueriesAnswer, "read", public=False, extra=parameters(QueriesQuestion, days=30, n=20)),
)
async def queries(request: Request) -> Response:
    """What people search for, do not find, do not click, and ask again; nobody is named, rare queries are withheld."""
    ask = read_query(request, QueriesQuestion)
    service = service_of(request)

    def work() -> dict[str, Any]:
        now_ms = service.shop.folder.clock()
        log = search_log(service.shop, now_ms - int(ask.days * DAY_MS), now_ms + 1)
        report = query_report(
            log.searches,
            log.followed,
            since_ms=log.since_ms,
            until_ms=log.until_ms,
            min_visitors=ask.min_visitors,
            n=ask.n,
        )
        return queries_json(report)

    return json_response({"request_id": visit_of(request).request_id, **await service.read(work)})


@router.get(
    "/traffic",
    **described(
        "Traffic report", TrafficAnswer, "read", public=False, extra=parameters(TrafficQuestion, days=30, by="scenario")
    ),
)
async def business(request: Request) -> Response:
    """What was shown, clicked and bought, by day, scenario, variant or segment, and who comes back; nobody is named."""
    ask = read_query(request, TrafficQuestion)
    service = service_of(request)
    report = await service.read(lambda: told(traffic(service.shop, **ask.model_dump(), patience_s=PATIENCE_S)))
    return json_response({"request_id": visit_of(request).request_id, **report})


@router.get(
    "/arms", **described("Slots that explore", ArmsAnswer, "read", public=False, extra=parameters(ArmsQuestion, n=20))
)
async def slots(request: Request) -> Response:
    """What the slots of scenarios that explore have shown, what was rewarded, and how sure the rates are."""
    ask = read_query(request, ArmsQuestion)
    service = service_of(request)

    def work() -> list[dict[str, Any]]:
        names = [ask.scenario] if ask.scenario else exploring(service.shop)
        return [asdict(arms(service.shop, name, ask.n)) for name in names]

    return json_response({"request_id": visit_of(request).request_id, "scenarios": await service.read(work)})


@router.get(
    "/associations",
    **described(
        "Association rules", AssociationsAnswer, "read", public=False, extra=parameters(AssociationsQuestion, n=20)
    ),
)
async def rules_of_orders(request: Request) -> Response:
    """Which goods speak for which others in one order: support, confidence, lift, and how sure it is."""
    ask = read_query(request, AssociationsQuestion)
    service = service_of(request)
    report = asdict(await service.read(lambda: associations(service.shop, **ask.model_dump())))
    report["trained_at"] = format_time(report["trained_at"])
    return json_response({"request_id": visit_of(request).request_id, **report})


@router.get(
    "/ads", **described("Report of ads", AdsAnswer, "read", public=False, extra=parameters(AdsQuestion, days=30))
)
async def advertisers(request: Request) -> Response:
    """What each ad and advertiser was shown, clicked and charged, and which ads do not bid and why."""
    ask = read_query(request, AdsQuestion)
    service = service_of(request)
    report = await service.read(lambda: told_ads(ads(service.shop, ask.days, ask.advertiser)))
    return json_response({"request_id": visit_of(request).request_id, **report})


@router.get(
    "/audience",
    **described(
        "Find an audience", AudienceAnswer, "merchandise", extra=parameters(AudienceQuestion, brand="Quiet Hill", n=10)
    ),
)
async def audience(request: Request) -> Response:
    """Who is most likely to buy some goods, how many will, and why; people are pseudonyms. It reads the whole log."""
    ask = read_query(request, AudienceQuestion)
    service = service_of(request)
    items = tuple(each.strip() for each in ask.items.split(",") if each.strip())
    found = await service.read(
        lambda: service.shop.audience_for(
            items=items,
            brand=ask.brand,
            category=ask.category,
            promotion=ask.promotion or "",
            n=ask.n,
            least=ask.least,
        )
    )
    return json_response({"request_id": visit_of(request).request_id, **asdict(found)})
