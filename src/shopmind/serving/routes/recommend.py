"""Recommendation: every scenario through one door."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.domain import Slate
from shopmind.kit.errors import NotFoundError, not_allowed
from shopmind.serving.answers import answer_slate
from shopmind.serving.bodies import read_model
from shopmind.serving.describe import body, described, path_example
from shopmind.serving.schemas import RecommendQuestion
from shopmind.serving.service import service_of
from shopmind.serving.slate_schemas import SlateAnswer

router = APIRouter(prefix="/v1", tags=["recommend"])

EXAMPLES: dict[str, dict[str, Any]] = {
    "a known user": {"user": "u01", "n": 5, "explain": True},
    "a set of goods for an occasion (scenario `scene`)": {"text": "for a tea party", "n": 5},
    "an anonymous visit with two items in the cart": {"session": "visit-1", "anchors": ["tea-01", "kit-01"]},
}
EXTRA = {**body(RecommendQuestion, **EXAMPLES), **path_example("scenario", "home", "as told by /v1/scenarios")}


@router.post("/recommend/{scenario}", **described("Recommend", SlateAnswer, "read", extra=EXTRA))
async def recommend(request: Request, scenario: str) -> Response:
    """The slate of a scenario: home, similar, cart, buy_again and the others, for this user, visit and cart."""
    ask = await read_model(request, RecommendQuestion)
    shop = service_of(request).shop
    if scenario not in shop.scenarios:
        raise NotFoundError(not_allowed("scenario", scenario, shop.scenarios).message, field="scenario")

    def recommend_at(offset: int, draw: str) -> Slate:
        return shop.recommend(
            scenario,
            user=ask.user,
            session=ask.session,
            anchors=tuple(ask.anchors),
            text=ask.text,
            filters=ask.filters,
            n=ask.n,
            offset=offset,
            explain=ask.explain,
            language=ask.language,
            sort=ask.sort,
            facets=tuple(ask.facets),
            min_score=ask.min_score,
            personal=ask.personal,
            explore=ask.explore,
            record=ask.record,
            draw=draw,
        )

    return await answer_slate(request, scenario, ask, recommend_at)
