"""One file a resource, each with a `router`."""

from fastapi import APIRouter

from shopmind.serving.routes import events, health, items, links, metrics, recommend, scenarios, search, suggest, users

ROUTERS: tuple[APIRouter, ...] = (
    search.router,
    suggest.router,
    recommend.router,
    scenarios.router,
    items.router,
    users.router,
    events.router,
    links.router,
    health.router,
    metrics.router,
)
"""In the order of the reference."""

__all__ = ["ROUTERS"]
