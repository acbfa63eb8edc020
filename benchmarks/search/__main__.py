"""`make bench-search`: every system on every set that is here, pairs of questions, and a million items.

Prints tables. A run of all systems writes the sets it was given into results/search.json, where others stay as they
were; a whole run writes the pairs, the large catalogue and the page of the docs too. `--quick` takes few queries and no
large catalogue, and writes nothing.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from benchmarks import table
from benchmarks.record import RESULTS, head, write
from benchmarks.search import compare, question_pairs, recorded, scale, tables
from benchmarks.search.environments import NotHere
from benchmarks.search.peers import MENU
from benchmarks.search.sets import SEED, SETS, Asked

QUICK, QUICK_PAIRS, QUICK_TIMED = 50, 1_000, 330


def main() -> None:
    """Runs what is asked."""
    given = _arguments()
    start = time.perf_counter()
    shop = given.shop if (given.shop / "shop.toml").is_file() else None
    asked = Asked(given.queries, given.split, shop)
    if given.quick:
        asked = Asked(QUICK, given.split, shop, QUICK_TIMED)
    found = compare.run(given.sets, given.systems, asked)
    tables.show(found)
    minutes = (time.perf_counter() - start) / 60
    print(f"{minutes:.1f} minutes", flush=True)
    measured = {"seed": SEED, "minutes": round(minutes, 1), "queries_at_most": asked.most, "sets": found}
    if given.json is not None:
        given.json.write_text(json.dumps(measured, indent=2, ensure_ascii=False))
    if set(given.systems) != set(MENU):
        return
    whole = not given.quick and given.split == "test"
    if whole:
        write("search", recorded.merged({**head(), **measured}, RESULTS / "search.json", list(SETS)))
    if set(given.sets) != set(SETS):
        return table.main() if whole else None
    pairs = question_pairs.run(given.split, QUICK_PAIRS if given.quick else None)
    if pairs is not None:
        question_pairs.show(pairs)
        if whole:
            write("search_questions", {"seed": SEED, **pairs})
    if whole:
        grown = scale.run(given.items, shop)
        if grown is not None:
            write("search_scale", {"seed": SEED, "limits": scale.LIMITS, **grown})
        table.main()
    print(f"{(time.perf_counter() - start) / 60:.1f} minutes in all")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.search", description=__doc__)
    parser.add_argument("--sets", nargs="+", choices=sorted(SETS), default=list(SETS))
    parser.add_argument("--systems", nargs="+", choices=sorted(MENU), default=list(MENU))
    parser.add_argument("--queries", type=int, default=1_000, help="at most so many a set, by hash")
    parser.add_argument("--split", choices=("train", "valid", "test"), default="test", help="of the Chinese data")
    parser.add_argument("--shop", type=Path, default=Path("shops/demo"), help="whose catalogue is the set demo")
    parser.add_argument("--items", type=int, default=1_000_000, help="of the large catalogue")
    parser.add_argument("--json", type=Path, default=None, help="also writes the figures to this file")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} queries a set; nothing is written")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except NotHere as error:
        raise SystemExit(f"bench-search: {error}") from error
