"""What the data of the catalogue lack."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.insights import quality
from shopmind.serving.bodies import read_query
from shopmind.serving.catalogue import quality_json
from shopmind.serving.catalogue_schemas import QualityAnswer, QualityQuestion
from shopmind.serving.describe import described, parameters
from shopmind.serving.responses import json_response
from shopmind.serving.service import service_of, visit_of

router = APIRouter(prefix="/v1/insights", tags=["insights"])


@router.get(
    "/quality",
    **described(
        "Quality of the catalogue", QualityAnswer, "read", public=False, extra=parameters(QualityQuestion, n=3)
    ),
)
async def gaps(request: Request) -> Response:
    """Items without a price, picture, category …, duplicates and odd prices: how many, which, and what to do."""
    ask = read_query(request, QualityQuestion)
    shop = service_of(request).shop

    def work() -> dict[str, Any]:
        return quality_json(shop, quality(shop, kind=ask.kind, n=ask.n))

    return json_response({"request_id": visit_of(request).request_id, **await service_of(request).look(work)})
