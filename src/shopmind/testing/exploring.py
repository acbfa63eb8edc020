"""A shop whose home leaves one place to chance, and whose goods are each clicked at a rate of their own: what estimates
from a shop's own answers need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from shopmind.shop import Shop

EXPLORING = """
title = "For you"
n = 4
retrievers = {popularity = {k = 50}}
features = []
ranker = {part = "weighted", weights = {popularity = 1.0}}
filters = [{part = "in_stock"}]
rerankers = [{part = "epsilon", share = 0.6, slots = [3], head = 4, pool = 6, uniform = 1.0}]
"""


def write_exploring(folder: Path) -> None:
    """Puts EXPLORING in place of the shop's home."""
    (folder / "scenarios").mkdir(exist_ok=True)
    (folder / "scenarios" / "home.toml").write_text(EXPLORING, encoding="utf-8")


def asked(shop: Shop, requests: int, *, seed: int = 0) -> tuple[dict[str, float], list[dict[str, Any]]]:
    """Asks an exploring home so often.

    Returns:
        Item → rate at which it is clicked, wherever it stands; and the clicks, to be tracked.
    """
    random, rates, clicks = np.random.default_rng(seed), dict[str, float](), []
    for visit in range(requests):
        slate = shop.recommend("home", session=f"s{visit}", n=4)
        for hit in slate.hits:
            rate = rates.setdefault(hit.item.item_id, float(random.choice([0.1, 0.5])))
            if random.random() < rate:
                clicks.append({"type": "click", "item_id": hit.item.item_id, "request_id": slate.request_id})
    shop.flush()
    return rates, clicks
