"""One customer's interests as a map: categories and brands with their shares → the doings they are read from."""

from __future__ import annotations

from collections.abc import Mapping

from shopmind.insights.map.node import Figure, Health, Node, below
from shopmind.insights.map.words import FIGURES, Language, title
from shopmind.insights.profile import Because, Interest, profile
from shopmind.kit.clock import DAY_MS
from shopmind.shop import Shop

ROOT = "user"


def user_map(shop: Shop, user_id: str, *, each: int = 8, language: Language = "en") -> Node:
    """The map of a pseudonym's interests; somebody who refused to be known by their doings has none on it.

    Args:
        each: interests of a sort at most.

    Raises:
        NotFoundError: nothing is known of this user.
    """
    known = profile(shop, user_id, each)
    now_ms = shop.folder.clock()
    figures = {
        **_events(known.events),
        "days_ago": None if known.last_ms is None else (now_ms - known.last_ms) / DAY_MS,
    }
    sorts = {name: [interest for interest in known.interests if interest.of == name] for name in ("category", "brand")}
    brands_id = below(ROOT, "interest", "brands")
    children = [_interest(ROOT, interest, now_ms) for interest in sorts["category"]]
    if sorts["brand"]:
        inside = tuple(_interest(brands_id, interest, now_ms) for interest in sorts["brand"])
        children.append(
            Node(brands_id, "interest", "brands", title("brands", language), "", {}, "good", (), children=inside)
        )
    says = () if known.personalise else (title("refused", language),)
    health: Health = "good" if known.interests else "idle"
    return Node(ROOT, "user", user_id, user_id[:8], "", figures, health, says, tuple(children))


def _interest(above: str, interest: Interest, now_ms: int) -> Node:
    node_id = below(above, "interest", interest.name)
    figures: dict[str, Figure] = {
        "share": round(interest.share, 6),
        **_events(interest.events),
        "days_ago": (now_ms - interest.last_ms) / DAY_MS,
    }
    because: dict[str, list[Because]] = {}
    for each in interest.because:
        because.setdefault(each.item_id, []).append(each)
    children = tuple(_item(node_id, found, now_ms) for found in because.values())
    *_, last = interest.name.split(" > ")
    about = interest.name if last != interest.name else ""
    return Node(node_id, "interest", interest.name, last, about, figures, "good", (), children)


def _item(above: str, because: list[Because], now_ms: int) -> Node:
    first = because[0]
    figures: dict[str, Figure] = {
        **_events({each.type: each.times for each in because}),
        "days_ago": (now_ms - max(each.last_ms for each in because)) / DAY_MS,
    }
    return Node(below(above, "item", first.item_id), "item", first.item_id, first.title or first.item_id, "", figures)


def _events(events: Mapping[str, int]) -> dict[str, Figure]:
    """Event type → how often, and all of them; types that have no words of their own are told together."""
    told: dict[str, Figure] = {name: count for name, count in events.items() if name in FIGURES}
    other = sum(count for name, count in events.items() if name not in FIGURES)
    return {"doings": sum(events.values()), **told, **({"other": other} if other else {})}
