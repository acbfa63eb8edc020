"""`make bench-search`: every system on every set that is here, then pairs of questions.

Prints tables and writes results/search*.json.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from benchmarks.record import write
from benchmarks.search import compare, tables
from benchmarks.search.peers import MENU
from benchmarks.search.sets import SETS, Asked

QUICK = 50


def main() -> None:
    """Runs what is asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=sorted(SETS), default=list(SETS))
    parser.add_argument("--systems", nargs="+", choices=sorted(MENU), default=list(MENU))
    parser.add_argument("--queries", type=int, default=1_000, help="at most so many a set, by hash")
    parser.add_argument("--split", choices=("train", "valid", "test"), default="test", help="of the Chinese data")
    parser.add_argument("--shop", type=Path, default=Path("shops/demo"), help="whose catalogue is the set demo")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} queries a set; nothing is written")
    given = parser.parse_args()
    start = time.perf_counter()
    shop = given.shop if (given.shop / "shop.toml").is_file() else None
    asked = Asked(QUICK if given.quick else given.queries, given.split, shop)
    found = compare.run(given.sets, given.systems, asked)
    tables.show(found)
    minutes = (time.perf_counter() - start) / 60
    print(f"{minutes:.1f} minutes")
    whole = set(given.sets) == set(SETS) and set(given.systems) == set(MENU) and given.split == "test"
    if whole and not given.quick:
        write("search", {"seed": 0, "minutes": round(minutes, 1), "queries_at_most": asked.most, "sets": found})


if __name__ == "__main__":
    main()
