"""One customer as the JSON of profile_schemas.py."""

from __future__ import annotations

from typing import Any

from shopmind.insights import Profile
from shopmind.insights.profile import Doing, Interest
from shopmind.kit.clock import format_time


def profile_json(profile: Profile) -> dict[str, Any]:
    """As `ProfileAnswer`, without the request's id."""
    user = profile.user
    return {
        "user_id": profile.user_id,
        "known": user is not None,
        "created_at": _time(None if user is None else user.created_at_ms),
        "attributes": {} if user is None else dict(user.attributes),
        "consent": {} if user is None else dict(user.consent),
        "personalise": profile.personalise,
        "events": dict(profile.events),
        "first": _time(profile.first_ms),
        "last": _time(profile.last_ms),
        "interests": [_interest_json(each) for each in profile.interests],
        "circle": dict(profile.circle),
    }


def doing_json(doing: Doing) -> dict[str, Any]:
    """As `DoingAnswer`."""
    return {
        "at": format_time(doing.at_ms),
        "type": doing.type,
        "item_id": doing.item_id,
        "title": doing.title,
        "quantity": doing.quantity,
    }


def _interest_json(interest: Interest) -> dict[str, Any]:
    return {
        "of": interest.of,
        "name": interest.name,
        "share": round(interest.share, 4),
        "events": dict(interest.events),
        "last": format_time(interest.last_ms),
        "because": [
            {
                "item_id": each.item_id,
                "title": each.title,
                "type": each.type,
                "times": each.times,
                "last": format_time(each.last_ms),
            }
            for each in interest.because
        ],
    }


def _time(at_ms: int | None) -> str | None:
    return None if at_ms is None else format_time(at_ms)
