"""Search."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.serving.answers import answer_slate
from shopmind.serving.bodies import read_model, read_query
from shopmind.serving.describe import body, described, parameters
from shopmind.serving.many import answer_many
from shopmind.serving.many import search as search_shop
from shopmind.serving.schemas import ManyQuestion, SearchQuestion
from shopmind.serving.service import service_of
from shopmind.serving.slate_schemas import ManyAnswer, SlateAnswer

router = APIRouter(prefix="/v1", tags=["search"])

EXAMPLES: dict[str, dict[str, Any]] = {
    "plain": {"text": "green tea", "n": 5},
    "personal": {"text": "phone charger", "user": "u03", "filters": "price < 50", "explain": True},
    "chinese": {"text": "龙井茶", "n": 3},
    "counted and sorted": {"text": "tea", "facets": ["brand", "categories", "price"], "sort": "-price"},
}
MANY: dict[str, dict[str, Any]] = {"two": {"searches": [{"text": "green tea", "n": 3}, {"text": "绿茶", "n": 3}]}}


@router.post("/search", **described("Search", SlateAnswer, "read", extra=body(SearchQuestion, **EXAMPLES)))
async def search(request: Request) -> Response:
    """The hits for a text, best first."""
    return await _answer(request, await read_model(request, SearchQuestion))


@router.get(
    "/search",
    **described("Search, for people", SlateAnswer, "read", extra=parameters(SearchQuestion, text="green tea", n=5)),
)
async def search_by_query(request: Request) -> Response:
    """The same with parameters in the address; `q` is another name of `text`."""
    return await _answer(request, read_query(request, SearchQuestion))


@router.post("/search/many", **described("Search several times", ManyAnswer, "read", extra=body(ManyQuestion, **MANY)))
async def search_many(request: Request) -> Response:
    """Several searches in one request, each with a status of its own: a wrong one spoils no other."""
    return await answer_many(request, await read_model(request, ManyQuestion))


async def _answer(request: Request, ask: SearchQuestion) -> Response:
    shop = service_of(request).shop
    return await answer_slate(request, "search", ask, lambda offset, draw: search_shop(shop, ask, offset, draw))
