"""A typed edge between two items or two users."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

LinkType = Literal["sells", "covers", "mentions", "follow", "friend"]
LINK_TYPES: tuple[LinkType, ...] = get_args(LinkType)
USER_LINKS: frozenset[LinkType] = frozenset({"follow", "friend"})
"""Links between users; all others are between items."""


@dataclass(frozen=True, slots=True)
class Link:
    """shop `sells` product, promotion `covers` product, content `mentions` product, user `follow`s user (one way),
    user is a `friend` of user (two ways: stored once, read from both ends)."""

    type: LinkType
    source_id: str
    target_id: str
    weight: float = 1.0
