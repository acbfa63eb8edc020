"""Maps for people: the shop, its catalogue, one customer's interests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from shopmind.insights.map import Node, catalogue_map, cut, mermaid, shop_map, svg, told, user_map
from shopmind.insights.map.words import Language, legend, line
from shopmind.serving.bodies import read_query
from shopmind.serving.describe import described, parameters
from shopmind.serving.map_schemas import CatalogueMapQuestion, MapAnswer, MapQuestion, UserMapQuestion
from shopmind.serving.responses import json_response
from shopmind.serving.service import service_of, visit_of

router = APIRouter(prefix="/v1/insights/map", tags=["insights"])

PATIENCE_S = 1.0
DRAWING = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
"""A drawing opened by itself runs nothing, whatever an item is called."""


@router.get(
    "", **described("Map of the shop", MapAnswer, "read", public=False, extra=parameters(MapQuestion, days=7, depth=2))
)
async def of_shop(request: Request) -> Response:
    """What the shop wants → the places that serve it → parts and models → the data they come from, with figures."""
    ask, shop = read_query(request, MapQuestion), service_of(request).shop
    return await _map(
        request, "shop", ask, lambda said: shop_map(shop, days=ask.days, language=said, patience_s=PATIENCE_S)
    )


@router.get(
    "/catalogue",
    **described(
        "Map of the catalogue", MapAnswer, "read", public=False, extra=parameters(CatalogueMapQuestion, depth=2, each=4)
    ),
)
async def of_catalogue(request: Request) -> Response:
    """Categories → narrower ones → brands and items, with how many there are, how well described, and what sells."""
    ask, shop = read_query(request, CatalogueMapQuestion), service_of(request).shop
    return await _map(
        request, "catalogue", ask, lambda said: catalogue_map(shop, days=ask.days, each=ask.each, language=said)
    )


@router.get(
    "/user",
    **described("Map of a user's interests", MapAnswer, "admin", extra=parameters(UserMapQuestion, user="u01", each=4)),
)
async def of_user(request: Request) -> Response:
    """What somebody likes, with shares → the doings it is read from; they are told by pseudonym."""
    ask, shop = read_query(request, UserMapQuestion), service_of(request).shop
    who = ask.pseudonym or shop.pseudonyms.user(ask.user or "")
    return await _map(request, "user", ask, lambda said: user_map(shop, who, each=ask.each, language=said))


async def _map(
    request: Request,
    of: Literal["shop", "catalogue", "user"],
    ask: MapQuestion | UserMapQuestion,
    drawn: Callable[[Language], Node],
) -> Response:
    service = service_of(request)
    said: Language = ask.language or ("zh" if service.shop.settings.language == "zh" else "en")
    root = await service.look(lambda: cut(drawn(said), ask.depth))
    if ask.format == "mermaid":
        return Response(mermaid(root, said), media_type="text/plain")
    if ask.format == "svg":
        return Response(svg(root, said), media_type="image/svg+xml", headers=DRAWING)
    told_as: dict[str, Any] = told(root, lambda node: line(node, said))
    head = {"request_id": visit_of(request).request_id, "of": of, "language": said}
    return json_response({**head, "root": told_as, "legend": legend(said)})
