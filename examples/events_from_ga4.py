"""Take events in the shape of Google Analytics 4 (the BigQuery export) into a shop; no mapping is needed.

Run: python examples/events_from_ga4.py FOLDER   (a shop; the three events here name items of shops/tiny)
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import shopmind


def exported(now_us: int) -> list[dict[str, object]]:
    """Three lines as GA4 exports them; times are microseconds."""
    visitor = {"user_pseudo_id": "web.1", "user_id": "u02"}
    tea = [{"item_id": "tea-01", "price": 14.9, "quantity": 1}]
    return [
        {"event_name": "view_item", "event_timestamp": now_us - 3_000_000, **visitor, "items": tea},
        {"event_name": "add_to_cart", "event_timestamp": now_us - 2_000_000, **visitor, "items": tea},
        {
            "event_name": "purchase",
            "event_timestamp": now_us - 1_000_000,
            **visitor,
            "ecommerce": {"transaction_id": "order-1"},
            "items": tea,
        },
    ]


def main(folder: str) -> None:
    with tempfile.TemporaryDirectory() as source, shopmind.open(folder) as shop:
        lines = [json.dumps(row) for row in exported(time.time_ns() // 1_000)]
        (Path(source) / "events.ndjson").write_text("\n".join(lines) + "\n", encoding="utf-8")
        print(shop.ingest(source).as_text())
        again = [hit.item.item_id for hit in shop.recommend("buy_again", user="u02").hits]
        print("tea-01 is offered again:", "tea-01" in again)


if __name__ == "__main__":
    main(sys.argv[1])
