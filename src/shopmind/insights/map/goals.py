"""What a shop wants of each of its places. A place of the shop's own serves the goal of none of these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

OWN = "own"

GOALS: Mapping[str, tuple[str, ...]] = {
    "find": ("search", "scene"),
    "discover": ("home", "trending", "fresh", "long_tail", "cross_domain", "brands", "social", "next_item"),
    "choose": ("similar", "substitutes"),
    "larger_orders": ("cart", "goes_with", "bundles"),
    "come_back": ("buy_again", "basket", "recently_viewed", "messages"),
    "partners": ("shops", "in_shop", "content", "in_content"),
    "earn": ("promotions", "ads"),
}
"""Goal → packaged scenarios that serve it, both in the order in which they are drawn."""


def served(scenarios: Iterable[str]) -> dict[str, list[str]]:
    """Goal → those of these scenarios that serve it; goals without one are left out."""
    left = set(scenarios)
    found = {goal: [name for name in names if name in left] for goal, names in GOALS.items()}
    found[OWN] = sorted(left - {name for names in GOALS.values() for name in names})
    return {goal: names for goal, names in found.items() if names}
