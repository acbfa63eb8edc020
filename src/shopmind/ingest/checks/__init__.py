"""Checks: one file a check, each over whole columns. What a check finds is rejected, mended or remarked on."""

from shopmind.kit.menu import Menu

CHECKS = Menu(
    "check",
    {
        "missing_id": "shopmind.ingest.checks.missing_id:MissingId",
        "duplicate_id": "shopmind.ingest.checks.duplicate_id:DuplicateId",
        "unknown_item": "shopmind.ingest.checks.unknown_item:UnknownItem",
        "unknown_user": "shopmind.ingest.checks.unknown_user:UnknownUser",
        "impossible_price": "shopmind.ingest.checks.impossible_price:ImpossiblePrice",
        "impossible_quantity": "shopmind.ingest.checks.impossible_quantity:ImpossibleQuantity",
        "impossible_time": "shopmind.ingest.checks.impossible_time:ImpossibleTime",
        "wrong_encoding": "shopmind.ingest.checks.wrong_encoding:WrongEncoding",
        "html": "shopmind.ingest.checks.html:Html",
        "duplicate_events": "shopmind.ingest.checks.duplicate_events:DuplicateEvents",
        "clicks_above_impressions": "shopmind.ingest.checks.clicks_above_impressions:ClicksAboveImpressions",
        "bots": "shopmind.ingest.checks.bots:Bots",
        "outliers": "shopmind.ingest.checks.outliers:Outliers",
    },
)
"""Name → check; they look in this order."""
