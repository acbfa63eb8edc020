"""One file a resource, each with a `router`."""

from fastapi import APIRouter

from shopmind.serving.routes import (
    estimates,
    events,
    experiments,
    health,
    ingests,
    insights,
    items,
    judgements,
    keys,
    knowledge,
    links,
    map,
    messages,
    metrics,
    models,
    offers,
    plans,
    quality,
    recommend,
    rules,
    scenarios,
    search,
    suggest,
    synonyms,
    users,
    workbench,
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
    ingests.router,
    messages.router,
    rules.router,
    offers.router,
    synonyms.router,
    workbench.router,
    judgements.router,
    experiments.router,
    plans.router,
    estimates.router,
    insights.router,
    map.router,
    quality.router,
    knowledge.router,
    models.router,
    keys.router,
    health.router,
    metrics.router,
)
"""In the order of the reference."""

__all__ = ["ROUTERS"]
