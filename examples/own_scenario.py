"""Write a scenario of one's own and a variant of a packaged one, and compare what they show.

Run: python examples/own_scenario.py FOLDER   (a shop; two files are written into its folder `scenarios`)
"""

from __future__ import annotations

import sys
from pathlib import Path

import shopmind

SMALL_GIFTS = """\
title      = "Small gifts"
n          = 5
retrievers = { popularity = {k = 100}, fresh = {k = 30, within_days = 365.0} }
filters    = [{part = "in_stock"}, {part = "attribute", where = "price < 15"}]
rerankers  = [{part = "diversity", by = "category", strength = 0.3}]
"""

TRENDING_B = """\
base       = "trending"
title      = "Trending now, the best of each category"
rerankers  = [{part = "diversity", by = "category", strength = 0.9}]
"""


def main(folder: str) -> None:
    scenarios = Path(folder) / "scenarios"
    scenarios.mkdir(exist_ok=True)
    (scenarios / "small_gifts.toml").write_text(SMALL_GIFTS, encoding="utf-8")
    (scenarios / "trending_b.toml").write_text(TRENDING_B, encoding="utf-8")
    with shopmind.open(folder) as shop:
        for name in ("small_gifts", "trending", "trending_b"):
            slate = shop.recommend(name, n=5)
            print(f"{shop.scenarios[name].title}: {', '.join(hit.item.item_id for hit in slate.hits)}")


if __name__ == "__main__":
    main(sys.argv[1])
