"""Models as the JSON of model_schemas.py."""

from __future__ import annotations

from typing import Any

from shopmind.kit.clock import format_time
from shopmind.operations.registry import Kind, Version, curves, recipe_of


def line_json(kind: Kind, last_number: int) -> dict[str, Any]:
    """As `ModelLine`."""
    current = kind.current
    return {
        **_head(kind),
        "current": None if current is None else version_json(current, last_number),
        "versions": len(kind.versions),
    }


def model_json(kind: Kind, last_number: int) -> dict[str, Any]:
    """As `ModelAnswer`, without the request's id."""
    return {
        **_head(kind),
        "versions": [
            {**version_json(each, last_number), "card": dict(each.card), "curves": curves(each.card)}
            for each in kind.versions
        ],
    }


def version_json(version: Version, last_number: int) -> dict[str, Any]:
    """As `VersionLine`.

    Args:
        last_number: of the newest event in the log.
    """
    card = version.card
    read = card.get("event_number")
    return {
        "version": version.version,
        "current": version.current,
        "trained_at": format_time(version.saved_ms) if version.saved_ms else None,
        "stale": version.stale,
        "damaged": version.damaged,
        "events": card.get("events"),
        "behind": None if read is None else max(0, last_number - int(read)),
        "figures": {
            name: value
            for name, value in dict(card.get("figures", {})).items()
            if isinstance(value, (int, float, str)) and value != ""
        },
    }


def _head(kind: Kind) -> dict[str, Any]:
    return {
        "kind": kind.name,
        "about": recipe_of(kind.name),
        "before": kind.before,
        "untrained": kind.untrained,
        "waiting": kind.waiting,
        "needed_by": list(kind.needed_by),
    }
