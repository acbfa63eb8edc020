"""What does it cost to count a day of a million events?

Run `python -m benchmarks.traffic_day [--answers 90000]`: a made-up day in a new shop of 20,000 goods. Each answer of
ten goods is logged as a slate and ten impressions, the first is clicked a few seconds later, and every other time
bought a minute later without an echo. The day is counted in one go, and then again as it would be live, in pieces of
20,000 events; both must be equal to a recount. Processor seconds say more than wall seconds on a machine with other
work. Writes results/traffic_day.json.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks import record
from shopmind import shop as shops
from shopmind.domain import Item
from shopmind.insights.traffic import SERVING_BLOCK, count, traffic
from shopmind.insights.traffic.count import batch
from shopmind.kit.clock import DAY_MS
from shopmind.kit.seeds import generator
from shopmind.shop import Shop
from shopmind.stores.ports import EVENT_FRAME

GOODS = 20_000
SHOWN = 10
SCENARIOS = ("home", "search", "cart")
DAY = 19_675
NAMES = ("people", "items", "echoes", "answers")


def fill(shop: Shop, answers: int, seed: int) -> int:
    """Writes the day; returns how many events it has. Two visitors of three are known, and come twice a day."""
    shop.catalogue.put([Item(f"i{at}", categories=(f"c{at % 50}",)) for at in range(GOODS)])
    chance = generator(seed, "traffic-day")
    people, picks = chance.integers(answers // 2, size=answers), chance.integers(GOODS, size=(answers, SHOWN))
    rows: dict[str, list[Any]] = {name: [] for name in EVENT_FRAME}
    slates = []
    for at in range(answers):
        moment = DAY * DAY_MS + at * (DAY_MS - 100_000) // answers
        who = int(people[at])
        user = name_of(f"user-{who}") if who % 3 else None
        told = {"request_id": name_of(f"request-{at}")[:24], "session_id": name_of(f"session-{who}"), "user_id": user}
        items, scenario = [f"i{pick}" for pick in picks[at]], SCENARIOS[at % 3]
        for place, item in enumerate(items):
            seen = {"event_id": f"{told['request_id']}:{place}", "type": "impression", "scenario": scenario}
            _add(rows, timestamp_ms=moment, item_id=item, position=place, propensity=1.0, **seen, **told)
        _add(rows, event_id=f"click-{at}", type="click", timestamp_ms=moment + 5_000, item_id=items[0], **told)
        if at % 2:
            bought = {"event_id": f"bought-{at}", "type": "purchase", "value_minor": 995, "currency": "USD"}
            _add(rows, timestamp_ms=moment + 60_000, item_id=items[0], **bought, **{**told, "request_id": None})
        body = {"scenario": scenario, "at_ms": moment, "items": items, "offset": 0, "took_ms": 5.0}
        people_of = {"user_id": user, "session_id": told["session_id"], "propensities": [1.0] * SHOWN}
        slates.append((str(told["request_id"]), {**body, **people_of, "variant": None}, user))
    frame = pl.DataFrame(rows, schema=EVENT_FRAME).sort("timestamp_ms")
    shop.events.append_frame(frame)
    shop.records.put_many("slate", slates)
    return frame.height


def name_of(text: str) -> str:
    """32 digits, as pseudonyms have."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def timed(work: Callable[[], object]) -> dict[str, float]:
    """Wall and processor seconds."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return {
        "wall_s": round(time.perf_counter() - wall, 2),
        "processor_s": round(time.process_time() - processor, 2),
    }


def main() -> None:
    """Measures and writes results/traffic_day.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=int, default=90_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    load_before = round(os.getloadavg()[0], 2)
    with tempfile.TemporaryDirectory(prefix="shopmind-day-") as scratch:
        path = Path(scratch) / "shop"
        with shops.create(path, name="day", encoder="none") as shop:
            events = fill(shop, given.answers, given.seed)
            counters = shop.folder.database.counters
            found: dict[str, Any] = {"in one go": timed(lambda: count(shop))}
            expected = batch(shop)
            equal = [counters.table(name).equals(expected[name]) for name in NAMES]
            found["the report of the day"] = timed(
                lambda: traffic(shop, days=1, by=("scenario", "variant"), until_ms=(DAY + 1) * DAY_MS)
            )
            counters.clear()
            found[f"in pieces of {SERVING_BLOCK:,}"] = timed(lambda: count(shop, block=SERVING_BLOCK))
            equal += [counters.table(name).equals(expected[name]) for name in NAMES]
            rows = {name: expected[name].height for name in NAMES}
    for name, row in found.items():
        print(f"{name:28}", row, flush=True)
    result = {
        "question": "what does it cost to count a day of a million events?",
        "load_before": load_before,
        "seed": given.seed,
        "events": events,
        "answers": given.answers,
        "equal_to_a_recount": all(equal),
        "counters": rows,
        "seconds": found,
    }
    print({name: result[name] for name in ("events", "equal_to_a_recount", "counters")})
    record.write("traffic_day", result)


def _add(rows: dict[str, list[Any]], **event: Any) -> None:
    for name, held in rows.items():
        held.append(event.get(name))


if __name__ == "__main__":
    main()
