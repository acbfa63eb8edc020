"""What the auction of ads brings shop, advertisers and customers, how well clicks are foreseen, and how fast it is.

- A simulated market (ads_market.py): revenue, welfare and utility of customers under five rules, the same luck for
  all; differences to "highest bid first" with 95 % intervals by bootstrap over the seeds.
- Models of clicks and purchases (ads_response.py): on a simulated log whose truth is known, and on Open Bandit's
  clicks.
- A shop with ads on disk: the time of an answer that holds its money, alone and between other hits, in one process;
  the processor's time beside it, for the clock also counts what else the machine does.

    python -m benchmarks.ads [--seeds 20] [--data ../shared/data] [--parts market response serving]

Writes results/ads.json.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import shopmind
from benchmarks import ads_market, ads_response
from benchmarks.record import RESULTS, write
from shopmind.kit.seeds import generator
from shopmind.metrics.intervals import bootstrap, paired

BESIDE = "highest bid first"


def market(seeds: int) -> dict[str, Any]:
    """Rule → figure → mean with interval, and the difference to the highest bid first."""
    worlds = [ads_market.market(seed) for seed in range(seeds)]
    days = {
        name: [ads_market.day(world, rule, seed) for seed, world in enumerate(worlds)]
        for name, rule in ads_market.RULES.items()
    }
    found: dict[str, Any] = {}
    for name, rows in days.items():
        found[name] = {}
        for figure in rows[0]:
            mine, theirs = ([row[figure] for row in each] for each in (rows, days[BESIDE]))
            own, more = bootstrap(mine, seed=0), paired(mine, theirs, seed=0)
            found[name][figure] = {
                "value": _told(own.value, own.low, own.high),
                "more": _told(more.value, more.low, more.high),
            }
    return {"seeds": seeds, "requests": ads_market.REQUESTS, "ads": ads_market.ADS, "rules": found}


def response(data: Path) -> dict[str, Any]:
    """The models on both logs; the real one only where it is."""
    views, *truth = ads_response.simulated(11)
    found = {"simulated": ads_response.judged(views, 0, (truth[0], truth[1]))}
    if (data / "bandit" / "log.parquet").is_file():
        found["bandit"] = ads_response.judged(ads_response.bandit(data / "bandit"), 0)
    return found


def serving(items: int = 5_000, ads: int = 300, answers: int = 600) -> dict[str, Any]:
    """Milliseconds of an answer of ads alone, of one with two slots among other hits, and of that one without."""
    random = generator(0, "serving")
    with tempfile.TemporaryDirectory() as folder, shopmind.create(Path(folder) / "shop", encoder="none") as shop:
        names = [f"category {each}" for each in range(40)]
        goods: list[dict[str, Any]] = [
            {"item_id": f"p{each}", "title": f"Thing {each}", "categories": [names[each % 40]], "price": 3}
            for each in range(items)
        ]
        terms: list[dict[str, Any]] = [
            {
                "item_id": f"a{each}",
                "kind": "ad",
                "title": f"Ad {each}",
                "categories": [names[each % 40]],
                "currency": "USD",
                "attributes": {
                    "advertiser": f"v{each % 90}",
                    "pricing": "cpc",
                    "bid": round(0.1 + float(random.random()), 2),
                    "budget": 500,
                    "cap": 500 if each % 3 else 0,
                    **({"target": f"p{each}"} if each % 2 else {}),
                },
            }
            for each in range(ads)
        ]
        shop.put_items(goods + terms)
        events = [
            {"type": "view", "item_id": f"p{int(random.integers(items))}", "user_id": f"u{each % 200}"}
            for each in range(5_000)
        ]
        shop.track(events)
        shop.index()
        shop.train(["popularity"])
        own = 'title = "{}"\nretrievers = {{popularity = {{k = 100}}}}\nrerankers = [{{part = "top"}}{}]\n'
        (shop.path / "scenarios").mkdir()
        (shop.path / "scenarios" / "plain.toml").write_text(own.format("Plain", ""), encoding="utf-8")
        slots = ', {part = "sponsored", slots = [2, 6], floor = 0.5}'
        (shop.path / "scenarios" / "blended.toml").write_text(own.format("Blended", slots), encoding="utf-8")
        with shopmind.open(shop.path) as opened:
            opened.warm()
            return {
                "items": items,
                "ads": ads,
                "answers": answers,
                "scenarios": {name: _timed(opened, name, answers) for name in ("ads", "plain", "blended")},
            }


def _timed(shop: Any, scenario: str, answers: int) -> dict[str, float]:
    took, worked, held = [], [], 0
    for each in range(answers):
        started, work = time.perf_counter(), time.thread_time()
        slate = shop.recommend(scenario, user=f"u{each % 200}", anchors=[f"p{each % 40}"])
        took.append((time.perf_counter() - started) * 1000)
        worked.append((time.thread_time() - work) * 1000)
        held += sum(hit.sponsored for hit in slate.hits)
    (p50, p99), (cpu50, cpu99) = np.percentile(took, [50, 99]), np.percentile(worked, [50, 99])
    return {
        "p50_ms": round(float(p50), 2),
        "p99_ms": round(float(p99), 2),
        "processor_p50_ms": round(float(cpu50), 2),
        "processor_p99_ms": round(float(cpu99), 2),
        "ads_shown": held / answers,
    }


def _told(*numbers: float) -> list[float]:
    return [round(float(each), 5) for each in numbers]


def main() -> None:
    """Runs the parts that are asked for and keeps the others as they were recorded."""
    names = ("market", "response", "serving")
    told = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    told.add_argument("--seeds", type=int, default=20)
    told.add_argument("--data", type=Path, default=Path("../shared/data"))
    told.add_argument("--parts", nargs="+", choices=names, default=names)
    given = told.parse_args()
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "market": lambda: market(given.seeds),
        "response": lambda: response(given.data),
        "serving": serving,
    }
    path = RESULTS / "ads.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    print(write("ads", {name: parts[name]() if name in given.parts else kept.get(name) for name in parts}))


if __name__ == "__main__":
    main()
