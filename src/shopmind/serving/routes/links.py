"""Links between items and between users."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.serving.answers import answer_rows
from shopmind.serving.bodies import read_rows
from shopmind.serving.describe import described, rows
from shopmind.serving.row_schemas import LinkRow
from shopmind.serving.schemas import BulkAnswer, SingleAnswer
from shopmind.serving.service import service_of

router = APIRouter(prefix="/v1/links", tags=["links"])

ONE = {"type": "covers", "source_id": "promo-tea", "target_id": "tea-02"}
MANY = [ONE, {"type": "friend", "source_id": "u01", "target_id": "u03"}]
NDJSON = '{"type": "covers", "source_id": "promo-tea", "target_id": "tea-03"}\n'


@router.post(
    "",
    **described("Write links", BulkAnswer, "admin", extra=rows(LinkRow, ONE, MANY, NDJSON), created=SingleAnswer),
)
async def put_links(request: Request) -> Response:
    """Inserts or replaces links; both ends must be known."""
    return await answer_rows(request, "links", await read_rows(request), service_of(request).shop.put_links)
