"""Does the engine foresee the next basket better than what everyone can do? Ours through the real engine, beside
random, popularity, P-Top, GP-Top, item-kNN and TIFU-KNN, all tuned on a validation period, in one run on one shop.

Two protocols: the first basket of each household after everything before the last four weeks is known; and the leakier
last basket of each household. Each also explore-only: products never bought before by the household. Every product is
ranked. Run `python benchmarks/next_basket.py [SHOP]` on the demo's shop (The Complete Journey) or on any other;
`--quick` searches the baselines' options less finely. Writes results/next_basket.json.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import rich

import shopmind
from benchmarks.record import commit, machine
from shopmind.evaluation import evaluate_recommend, report

HERE = Path(__file__).resolve().parent
PROTOCOLS = ("next-basket", "last-basket")
SEED = 0


def measure(folder: Path, scenario: str, explore: str, *, thorough: bool) -> dict[str, Any]:
    """Protocol → what `shopmind evaluate recommend` says, with seconds of wall and processor time."""
    found = {}
    with shopmind.open(folder) as shop:
        for protocol in PROTOCOLS:
            start, worked = time.perf_counter(), time.process_time()
            result = evaluate_recommend(shop, protocol, scenario=scenario, explore=explore, thorough=thorough)
            rich.print(report.table(result))
            result["seconds"] = {
                "wall": round(time.perf_counter() - start, 1),
                "processor": round(time.process_time() - worked, 1),
            }
            found[protocol] = result
    return found


def verdicts(protocols: dict[str, Any]) -> list[dict[str, Any]]:
    """Protocol, part, peer and figure: ours over theirs, and whether the paired interval is clear of 0."""
    rows = []
    for protocol, result in protocols.items():
        for part, found in (("full", result), ("explore_only", result["parts"]["explore_only"])):
            for pair, views in found["differences"].items():
                peer = pair.removeprefix("shopmind-")
                for figure in ("recall@10", "ndcg@10"):
                    ours, theirs = (found["systems"][name]["full"][figure]["value"] for name in ("shopmind", peer))
                    gap = views["full"][figure]
                    sure = gap["low"] is not None and (gap["low"] > 0 or gap["high"] < 0)
                    ratio = round(ours / theirs, 3) if theirs else None
                    rows.append(
                        {
                            "protocol": protocol,
                            "part": part,
                            "peer": peer,
                            "figure": figure,
                            "ratio": ratio,
                            "sure": sure,
                        }
                    )
    return rows


def main() -> None:
    """Measures and writes results/next_basket.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shop", nargs="?", type=Path, default=HERE.parent / "shops" / "demo", help="a shop's folder")
    parser.add_argument("--scenario", default="basket", help="which scenario answers")
    parser.add_argument("--explore", default="home", help="which one shows what the household never bought")
    parser.add_argument("--quick", action="store_true", help="search the baselines' options less finely")
    parser.add_argument("--out", type=Path, default=HERE / "results" / "next_basket.json")
    options = parser.parse_args()
    if not (options.shop / "shop.toml").is_file():
        sys.exit(f"{options.shop} is not a shop; run: make demo ARGS=--no-serve")
    measured = commit()
    protocols = measure(options.shop, options.scenario, options.explore, thorough=not options.quick)
    result = {
        "question": "next basket",
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": measured,
        "seed": SEED,
        "machine": machine(),
        "tuning": "quick" if options.quick else "thorough",
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "verdicts": verdicts(protocols),
        "protocols": protocols,
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    print(f"wrote {options.out.name}")


if __name__ == "__main__":
    main()
