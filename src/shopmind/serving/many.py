"""Several searches in one request: each answers for itself."""

from __future__ import annotations

import time
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from shopmind.domain import Slate
from shopmind.kit.errors import ShopmindError
from shopmind.serving import cursor
from shopmind.serving.answers import mark_of, slate_json
from shopmind.serving.errors import as_given, invalid, status_of
from shopmind.serving.responses import bytes_response, to_bytes
from shopmind.serving.schemas import ManyQuestion, SearchQuestion
from shopmind.serving.service import Visit, service_of, visit_of
from shopmind.serving.terms import check_terms
from shopmind.shop import Shop


async def answer_many(request: Request, ask: ManyQuestion) -> Response:
    """Asks one search after the other in one thread of the engine."""
    started = time.perf_counter()
    service, visit = service_of(request), visit_of(request)

    def work() -> tuple[list[Slate], bytes]:
        slates: list[Slate] = []
        answers = [_answer(service.shop, visit, raw, slates) for raw in ask.searches]
        took_ms = round((time.perf_counter() - started) * 1000, 3)
        return slates, to_bytes({"request_id": visit.request_id, "took_ms": took_ms, "answers": answers})

    slates, content = await service.read(work)
    for slate in slates:
        service.figures.slate(slate)
    return bytes_response(content)


def search(shop: Shop, ask: SearchQuestion, offset: int, draw: str = "") -> Slate:
    """Asks the shop what a search asks; `draw` is that of the page before."""
    return shop.search(
        ask.text,
        user=ask.user,
        session=ask.session,
        filters=ask.filters,
        n=ask.n,
        offset=offset,
        explain=ask.explain,
        language=ask.language,
        sort=ask.sort,
        facets=tuple(ask.facets),
        min_score=ask.min_score,
        verbatim=ask.verbatim,
        personal=ask.personal,
        explore=ask.explore,
        record=ask.record,
        draw=draw,
    )


def _answer(shop: Shop, visit: Visit, raw: dict[str, Any], slates: list[Slate]) -> dict[str, Any]:
    """One answer, whatever was asked; good slates are added to `slates`."""
    try:
        ask = _read(raw)
        check_terms(shop, visit, ask.filters, (ask.sort, *ask.facets))
        mark = mark_of("search", ask)
        offset, draw = (ask.offset, "") if ask.cursor is None else cursor.read(ask.cursor, mark)
        slate = search(shop, ask, offset, draw)
    except ShopmindError as wrong:
        error = as_given(wrong, "filter" if "filter" in raw else "filters")
        told = {"code": error.code, "message": error.message, "field": error.field}
        return {"status": status_of(error), "error": told}
    slates.append(slate)
    return {"status": 200, "slate": slate_json(slate, offset, mark, ask.explain)}


def _read(raw: dict[str, Any]) -> SearchQuestion:
    try:
        return SearchQuestion.model_validate(raw)
    except ValidationError as error:
        raise invalid(error, SearchQuestion) from error
