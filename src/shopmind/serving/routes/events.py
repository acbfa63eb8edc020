"""Events: the next answer already knows them."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.serving.answers import answer_rows
from shopmind.serving.bodies import read_rows
from shopmind.serving.describe import described, rows
from shopmind.serving.row_schemas import EventRow
from shopmind.serving.schemas import BulkAnswer, SingleAnswer
from shopmind.serving.service import service_of

router = APIRouter(prefix="/v1/events", tags=["events"])

ONE = {"type": "click", "user_id": "u01", "session_id": "visit-1", "item_id": "tea-01", "request_id": "r-1"}
MANY = [
    {"event_id": "order-9-1", "type": "purchase", "user_id": "u01", "item_id": "tea-01", "value": "14.90"},
    {"event_id": "order-9-2", "type": "purchase", "user_id": "u01", "item_id": "kit-01", "value": "24.00"},
]
NDJSON = (
    '{"type": "view", "session_id": "visit-2", "item_id": "ele-01"}\n'
    '{"type": "add_to_cart", "session_id": "visit-2", "item_id": "ele-01", "quantity": 1}\n'
)


@router.post(
    "",
    **described("Report events", BulkAnswer, "events", extra=rows(EventRow, ONE, MANY, NDJSON), created=SingleAnswer),
)
async def track(request: Request) -> Response:
    """Appends events; they are on disk when this answers, and the user's next answer knows them."""
    return await answer_rows(request, "events", await read_rows(request), service_of(request).shop.track)
