"""The knowledge log: asked, and written into."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.kit.clock import format_time
from shopmind.operations.knowledge import Entry, Knowledge
from shopmind.serving.answers import answer_rows
from shopmind.serving.bodies import read_query, read_rows
from shopmind.serving.describe import described, parameters, rows
from shopmind.serving.knowledge_schemas import KnowledgeAnswer, KnowledgeQuestion, NoteRow
from shopmind.serving.responses import json_response
from shopmind.serving.schemas import BulkAnswer, SingleAnswer
from shopmind.serving.service import service_of, visit_of

router = APIRouter(prefix="/v1/knowledge", tags=["knowledge"])

ONE: dict[str, Any] = {
    "key": "cart-diversity-1",
    "title": "More diversity in the cart costs add-to-carts",
    "text": "A strength of 0.4 in place of 0.2 lost 2 % of add-to-carts in three weeks.",
    "about": ["scenario:cart", "topic:diversity"],
}
MANY: list[dict[str, Any]] = [
    {"title": "购物车里的多样性不要超过 0.2", "about": ["scenario:cart"], "what": "decided"},
    {"title": "Bots inflated the views of March", "text": "One provider; their sessions are left out of training."},
]
NDJSON = (
    '{"title": "Tea is looked for before nine"}\n{"title": "手机壳和充电器一起买", "about": ["scenario:goes_with"]}\n'
)


@router.get(
    "",
    **described(
        "Ask the knowledge log",
        KnowledgeAnswer,
        "read",
        public=False,
        extra=parameters(KnowledgeQuestion, text="what did we learn about cart diversity", n=5),
    ),
)
async def ask(request: Request) -> Response:
    """What was done and learned, with figures, reasons, and the versions of data and code; in English and Chinese."""
    question = read_query(request, KnowledgeQuestion)
    service = service_of(request)

    def work() -> dict[str, Any]:
        log, chosen = Knowledge(service.shop), question.language or service.shop.settings.language
        if not question.text:
            newest = log.all(what=question.what, about=question.about, n=question.n)
            return {"entries": [entry_json(each, None, chosen) for each in newest], "degraded": []}
        found = log.search(question.text, n=question.n, what=question.what, about=question.about)
        told = [entry_json(each.entry, each.score, chosen) for each in found]
        return {"entries": told, "degraded": log.degraded(question.text)}

    return json_response({"request_id": visit_of(request).request_id, **await service.read(work)})


@router.post(
    "",
    **described(
        "Write into the knowledge log",
        BulkAnswer,
        "merchandise",
        extra=rows(NoteRow, ONE, MANY, NDJSON),
        created=SingleAnswer,
    ),
)
async def write(request: Request) -> Response:
    """Writes notes; they are found at once. What the engine did, only the engine writes."""
    shop, by = service_of(request).shop, visit_of(request).key_id
    return await answer_rows(
        request, "knowledge", await read_rows(request), lambda given: Knowledge(shop).put(given, by=by)
    )


def entry_json(entry: Entry, score: float | None, language: str) -> dict[str, Any]:
    """As `EntryAnswer`."""
    told = entry.told(language)
    return {
        "key": entry.key,
        "at": format_time(entry.at_ms),
        "what": entry.what,
        "about": list(entry.about),
        "title": told.title,
        "text": told.text,
        "score": None if score is None else round(score, 6),
        "by": entry.by,
        "metrics": dict(entry.metrics),
        "reason": entry.reason,
        "data": dict(entry.data),
        "code": entry.code,
    }
