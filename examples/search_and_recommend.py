"""Open a shop, search it, recommend from it, tell it what happened, and print the reasons.

Run: python examples/search_and_recommend.py FOLDER   (a shop, such as shops/tiny after `make demo`)
"""

from __future__ import annotations

import sys

import shopmind
from shopmind.domain import Slate


def show(title: str, slate: Slate) -> None:
    print(f"{title}  ({len(slate.hits)} of {slate.total})")
    for hit in slate.hits:
        print(f"  {hit.position + 1}. {hit.item.title}")
        for reason in hit.reasons:
            print(f"     {reason.text}")
    for fallback in slate.degraded:
        print(f"  left out: {fallback}")


def main(folder: str) -> None:
    with shopmind.open(folder) as shop:
        found = shop.search("tea", user="u01", filters="price < 20", n=3, explain=True)
        show("Search for tea under 20", found)
        if not found.hits:
            return
        chosen = found.hits[0].item.item_id
        show("Goes with it", shop.recommend("cart", anchors=[chosen], user="u01", n=3, explain=True))
        # The event names the answer it follows from, so that the log knows what was shown and what was chosen.
        event = {"type": "view", "item_id": chosen, "user_id": "u01", "request_id": found.request_id}
        print("Event:", shop.track(event)[0].status)
        show("Home, after the event", shop.recommend("home", user="u01", n=3, explain=True))


if __name__ == "__main__":
    main(sys.argv[1])
