"""What came of taking data in: reports, and the rows that did not get in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from shopmind.insights import every_reject, rejects
from shopmind.serving import cursor
from shopmind.serving.bodies import NDJSON, read_query
from shopmind.serving.catalogue import rejects_json
from shopmind.serving.describe import described, parameters
from shopmind.serving.ingest_schemas import IngestsAnswer, RejectedAnswer, RejectedQuestion
from shopmind.serving.responses import json_response, to_bytes
from shopmind.serving.service import service_of, visit_of

router = APIRouter(prefix="/v1/ingests", tags=["ingests"])


@router.get("", **described("List the ingests", IngestsAnswer, "read", public=False))
async def list_ingests(request: Request) -> Response:
    """The newest runs of ingest with what was read, accepted, refused and mended, file by file."""
    service = service_of(request)
    found = await service.read(service.shop.ingests)
    return json_response({"request_id": visit_of(request).request_id, "ingests": found})


@router.get(
    "/rejected",
    **described("Rejected rows", RejectedAnswer, "read", public=False, extra=parameters(RejectedQuestion, n=20)),
)
async def rejected(request: Request) -> Response:
    """Rows that did not get in: where, why, and what is allowed. What may say who somebody is, is not shown."""
    ask = read_query(request, RejectedQuestion)
    service = service_of(request)
    start, mark = cursor.place("rejected", ask)
    page = await service.read(lambda: rejects(service.shop, reason=ask.reason, file=ask.file, offset=start, n=ask.n))
    more = cursor.following(mark, start + ask.n, page.total)
    return json_response({"request_id": visit_of(request).request_id, **rejects_json(page), "next_cursor": more})


@router.get("/rejected/file", **described("Rejected rows as a file", None, "read", public=False))
async def rejected_file(request: Request) -> Response:
    """All of them as NDJSON, oldest first, to mend them at their source; with the same fields as the page shows."""
    shop = service_of(request).shop

    def lines() -> Iterator[bytes]:
        for each in every_reject(shop):
            yield to_bytes(asdict(each)) + b"\n"

    name = {"content-disposition": 'attachment; filename="rejected.ndjson"'}
    return StreamingResponse(lines(), media_type=NDJSON[0], headers=name)
