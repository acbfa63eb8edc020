"""What a year of receipts lacks, made up by seed, so that every place has something to show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from shopmind import shop as shops
from shopmind.domain import Item
from shopmind.ingest.rows import RowStatus
from shopmind.kit.seeds import generator
from shopmind.shop import Shop

ADS, STORIES, FRIENDS, VIEWS = 1_000, 500, 5, 4
"""FRIENDS and VIEWS: of each customer; a friendship is read from both ends."""


def furnish(folder: Path, users: list[str], seed: int) -> None:
    """Puts ads, stories that mention goods, friendships and views into a shop, indexes it and learns the circles."""
    with shops.open(folder) as shop:
        randomness = generator(seed, "serving shop")
        columns = shop.catalogue.columns()
        goods = np.flatnonzero(columns.shown & columns.kinds(("product",)))
        chosen = randomness.choice(goods, min(len(goods), ADS + 4 * STORIES), replace=len(goods) < ADS + 4 * STORIES)
        found = [item for item in shop.catalogue.get(chosen) if item is not None]
        _ads(shop, found[:ADS], randomness)
        _stories(shop, found[ADS:])
        _friends(shop, users, randomness)
        viewed = randomness.integers(len(found), size=(len(users), VIEWS)).tolist()
        shop.track(
            [
                {"type": "view", "user_id": user, "item_id": found[number].item_id}
                for user, numbers in zip(users, viewed, strict=True)
                for number in numbers
            ]
        )
        shop.index()
        shop.train(["circles"])


def _ads(shop: Shop, goods: list[Item], randomness: np.random.Generator) -> None:
    """One for each of the goods, by fifty advertisers, of all prices and with money for the whole day."""
    rows = []
    for number, good in enumerate(goods):
        pricing = ("cpc", "cpm", "cpa")[number % 3]
        bid = float(randomness.uniform(0.05, 2.0)) * {"cpc": 1, "cpm": 20, "cpa": 20}[pricing]
        terms = {"advertiser": f"maker {number % 50}", "pricing": pricing, "bid": round(bid, 2), "budget": 1_000_000}
        row = {"item_id": f"ad-{number}", "kind": "ad", "title": f"A week of {good.title}", "currency": "USD"}
        attributes: dict[str, Any] = {**terms, "target": good.item_id}
        rows.append({**row, "categories": list(good.categories), "attributes": attributes})
    _all_taken(shop.put_items(rows))


def _stories(shop: Shop, goods: list[Item]) -> None:
    rows, links = [], []
    for number in range(len(goods) // 4):
        some = goods[4 * number : 4 * number + 4]
        told = ", ".join(each.title for each in some)
        row = {"item_id": f"story-{number}", "kind": "content", "title": f"What to do with {some[0].title}"}
        rows.append({**row, "description": f"A page about {told}.", "categories": list(some[0].categories[:1])})
        links += [
            {"type": "mentions", "source_id": row["item_id"], "target_id": target}
            for target in dict.fromkeys(each.item_id for each in some)
        ]
    _all_taken(shop.put_items(rows))
    _all_taken(shop.put_links(links))


def _friends(shop: Shop, users: list[str], randomness: np.random.Generator) -> None:
    """Links of everybody to a few by chance; all agree."""
    _all_taken(shop.put_users([{"user_id": user, "consent": {"social": True}} for user in users]))
    others = randomness.integers(len(users), size=(len(users), FRIENDS))
    pairs = {(user, users[other]) for user, row in zip(users, others, strict=True) for other in row.tolist()}
    _all_taken(
        shop.put_links(
            [{"type": "friend", "source_id": one, "target_id": two} for one, two in sorted(pairs) if one != two]
        )
    )


def _all_taken(statuses: list[RowStatus]) -> None:
    refused = [status.reason for status in statuses if status.status == "rejected"]
    if refused:
        raise SystemExit(f"the shop refused {len(refused)} rows, the first: {refused[0]}")
