"""The tiny shop opened: filled, indexed and trained, without weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shopmind.kit.clock import Clock, system_clock
from shopmind.samples import tiny_events, tiny_items, tiny_links, tiny_users
from shopmind.shop import Shop, create


def make_tiny_shop(folder: Path, *, clock: Clock = system_clock, **settings: Any) -> Shop:
    """Makes `folder` the tiny shop and opens it; `settings` go into its shop.toml. The caller closes it."""
    now_ms = clock()
    shop = create(folder, clock=clock, **{"name": "Tiny", "encoder": "none", **settings})
    shop.put_items(tiny_items(now_ms))
    shop.put_users(tiny_users(now_ms))
    shop.put_links(tiny_links())
    shop.track(tiny_events(now_ms))
    shop.index()
    shop.train()
    return shop
