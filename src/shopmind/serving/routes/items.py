"""Items: written, read and taken out."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.insights import browse, item_figures
from shopmind.kit.errors import NotFoundError
from shopmind.serving import cursor
from shopmind.serving.answers import answer_rows, find, item_json
from shopmind.serving.bodies import read_query, read_rows
from shopmind.serving.catalogue import figures_json, page_json
from shopmind.serving.catalogue_schemas import BrowseAnswer, BrowseQuestion, FiguresQuestion, ItemFiguresAnswer
from shopmind.serving.describe import described, parameters, path_example, rows
from shopmind.serving.responses import json_response
from shopmind.serving.row_schemas import ItemRow
from shopmind.serving.schemas import BulkAnswer, RemovedAnswer, SingleAnswer
from shopmind.serving.service import service_of, visit_of
from shopmind.serving.slate_schemas import ItemAnswer
from shopmind.serving.terms import check_terms
from shopmind.serving.whole_ids import WholeIds

router = APIRouter(prefix="/v1/items", tags=["items"], route_class=WholeIds)

ONE: dict[str, Any] = {
    "item_id": "tea-90",
    "title": "White Peony Tea, 50 g",
    "price": "16.50",
    "currency": "USD",
    "stock": 12,
}
MANY = [ONE, {"item_id": "tea-91", "title": "白牡丹茶 50克", "price": "16.50", "currency": "USD", "language": "zh"}]
NDJSON = '{"item_id": "tea-90", "title": "White Peony Tea, 50 g"}\n{"item_id": "tea-91", "title": "白牡丹茶 50克"}\n'
BY_ID = path_example("item_id", "tea-01", "the shop's own id")
TO_REMOVE = path_example("item_id", "tea-02", "the shop's own id")


@router.post(
    "",
    **described("Write items", BulkAnswer, "merchandise", extra=rows(ItemRow, ONE, MANY, NDJSON), created=SingleAnswer),
)
async def put_items(request: Request) -> Response:
    """Inserts or replaces items by id. Searches find them within a second."""
    return await answer_rows(request, "items", await read_rows(request), service_of(request).shop.put_items)


@router.get(
    "",
    **described(
        "List the catalogue",
        BrowseAnswer,
        "read",
        public=False,
        extra=parameters(BrowseQuestion, text="tea", sort="newest", n=20),
    ),
)
async def list_items(request: Request) -> Response:
    """Items by plain words, filter and gap, hidden and sold-out ones too; nothing is ranked or left out."""
    ask = read_query(request, BrowseQuestion)
    service = service_of(request)
    check_terms(service.shop, visit_of(request), ask.filters, (ask.sort,))
    start, mark = cursor.place("items", ask)
    page = await service.look(
        lambda: browse(service.shop, ask.text, filters=ask.filters, gap=ask.gap, sort=ask.sort, offset=start, n=ask.n)
    )
    more = cursor.following(mark, start + ask.n, page.total)
    return json_response({"request_id": visit_of(request).request_id, **page_json(page), "next_cursor": more})


@router.get(
    "/{item_id:path}/figures",
    **described(
        "Figures of an item",
        ItemFiguresAnswer,
        "read",
        public=False,
        extra={"parameters": [*BY_ID["parameters"], *parameters(FiguresQuestion, days=30)["parameters"]]},
    ),
)
async def figures(request: Request, item_id: str) -> Response:
    """How often it was shown, clicked and bought, by day and by place; nobody is named."""
    ask = read_query(request, FiguresQuestion)
    service = service_of(request)
    found = await service.look(lambda: item_figures(service.shop, item_id, ask.days))
    return json_response({"request_id": visit_of(request).request_id, **figures_json(found)})


@router.get("/{item_id:path}", **described("Read an item", ItemAnswer, "read", extra=BY_ID))
async def get_item(request: Request, item_id: str) -> Response:
    """One item, also when it is hidden or sold out."""
    service = service_of(request)
    item = await service.read(lambda: find(service.shop.catalogue, item_id))
    return json_response(item_json(item))


@router.delete("/{item_id:path}", **described("Remove an item", RemovedAnswer, "merchandise", extra=TO_REMOVE))
async def remove_item(request: Request, item_id: str) -> Response:
    """Takes an item out of the shop; events that speak of it stay."""
    service = service_of(request)
    if not await service.write(lambda: service.shop.catalogue.remove([item_id])):
        raise NotFoundError(f"item {item_id!r} is not in this shop", field="item_id")
    return json_response({"request_id": visit_of(request).request_id, "item_id": item_id, "removed": True})
