"""The lexicon: synonyms, corrections, protected words, stop words, categories."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.serving.answers import answer_rows
from shopmind.serving.bodies import read_rows
from shopmind.serving.describe import described, path_example, rows
from shopmind.serving.merchandise import word_json
from shopmind.serving.merchandise_schemas import WordRemovedAnswer, WordRow, WordsAnswer
from shopmind.serving.responses import json_response
from shopmind.serving.schemas import BulkAnswer, SingleAnswer
from shopmind.serving.service import service_of, visit_of

router = APIRouter(prefix="/v1/synonyms", tags=["merchandise"])

ONE: dict[str, Any] = {"key": "infusions", "kind": "two_way", "words": ["herbal tea", "infusion"]}
MANY: list[dict[str, Any]] = [
    {"kind": "one_way", "words": ["龙井"], "to": ["绿茶"], "worth": 0.6},
    {"kind": "correction", "words": ["tee shirt"], "to": ["t-shirt"]},
]
NDJSON = '{"kind": "stop_word", "words": ["cheap", "包邮"]}\n{"kind": "protected", "words": ["Nova X5"]}\n'


@router.get("", **described("List the lexicon", WordsAnswer, "read", public=False))
async def list_words(request: Request) -> Response:
    """Every entry, newest first."""
    service = service_of(request)
    listed = await service.read(lambda: [word_json(entry) for entry in service.shop.lexicon.all()])
    return json_response({"request_id": visit_of(request).request_id, "words": listed})


@router.post(
    "",
    **described(
        "Write to the lexicon", BulkAnswer, "merchandise", extra=rows(WordRow, ONE, MANY, NDJSON), created=SingleAnswer
    ),
)
async def put_words(request: Request) -> Response:
    """Writes entries by key; the next query is read with them."""
    shop, by = service_of(request).shop, visit_of(request).key_id
    return await answer_rows(
        request, "synonyms", await read_rows(request), lambda given: shop.lexicon.put(given, by=by)
    )


@router.delete(
    "/{key}",
    **described(
        "Remove from the lexicon",
        WordRemovedAnswer,
        "merchandise",
        extra=path_example("key", "infusions", "the entry's key"),
    ),
)
async def remove_word(request: Request, key: str) -> Response:
    """Takes one entry out."""
    service, visit = service_of(request), visit_of(request)
    await service.write(lambda: service.shop.lexicon.remove(key))
    return json_response({"request_id": visit.request_id, "key": key, "removed": True})
