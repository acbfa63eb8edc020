"""One file a resource, each with a `router`."""

from fastapi import APIRouter

from shopmind.serving.routes import (
    events,
    experiments,
    health,
    insights,
    items,
    knowledge,
    links,
    messages,
    metrics,
    offers,
    recommend,
    rules,
    scenarios,
    search,
    suggest,
    synonyms,
    users,
)

ROUTERS: tuple[APIRouter, ...] = (
    search.router,
    suggest.router,
    recommend.router,
    scenarios.router,
    items.router,
    users.router,
    events.router,
    links.router,
    messages.router,
    rules.router,
    offers.router,
    synonyms.router,
    experiments.router,
    insights.router,
    knowledge.router,
    health.router,
    metrics.router,
)
"""In the order of the reference."""

__all__ = ["ROUTERS"]
