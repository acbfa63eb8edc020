"""The catalogue, its gaps and its rejected rows as the JSON of catalogue_schemas.py and ingest_schemas.py."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from shopmind.domain.money import DIGITS
from shopmind.insights import ItemFigures, Page, Quality, RejectPage
from shopmind.kit.clock import format_time
from shopmind.serving.answers import item_json
from shopmind.shop import Shop


def page_json(page: Page) -> dict[str, Any]:
    """As `BrowseAnswer`, without the request's id and the cursor."""
    return {
        "items": [
            {**item_json(each.item), "gaps": None if each.gaps is None else list(each.gaps)} for each in page.lines
        ],
        "total": page.total,
    }


def quality_json(shop: Shop, report: Quality) -> dict[str, Any]:
    """As `QualityAnswer`, without the request's id."""
    return {
        "at": format_time(report.at_ms),
        "items": report.items,
        "sound": report.sound,
        "gaps": [
            {
                "gap": line.gap,
                "english": line.words[0],
                "chinese": line.words[1],
                "mend_english": line.mend[0],
                "mend_chinese": line.mend[1],
                "items": line.items,
                "asked": line.asked,
                "examples": [
                    {"item_id": item.item_id, "title": item.title}
                    for item in shop.catalogue.get(line.examples)
                    if item is not None
                ],
            }
            for line in report.lines
        ],
        "categories": [asdict(each) for each in report.categories],
    }


def figures_json(figures: ItemFigures) -> dict[str, Any]:
    """As `ItemFiguresAnswer`, without the request's id."""
    return {
        "item_id": figures.item_id,
        "since": format_time(figures.since_ms),
        "until": format_time(figures.until_ms),
        "events": dict(figures.events),
        "customers": figures.customers,
        "revenue": figures.revenue_minor / 10 ** DIGITS.get(figures.currency, 2),
        "currency": figures.currency,
        "days": [{"day": each.day, "events": dict(each.events)} for each in figures.days],
        "places": dict(figures.places),
    }


def rejects_json(page: RejectPage) -> dict[str, Any]:
    """As `RejectedAnswer`, without the request's id and the cursor."""
    return {
        "rows": [asdict(each) for each in page.rows],
        "total": page.total,
        "reasons": dict(page.reasons),
        "files": dict(page.files),
    }
