"""What do the threads of an answer cost or save? One shop, asked as a server asks, and otherwise.

Run `python -m benchmarks.threads SHOP [--answers 200] [--rounds 4]`: the shop's folder is copied. In each round two
processes open it, one that multiplies matrices in the asking thread and one that does so on all cores, whose threads
spin for a while after their work and so cannot take turns with the other way. Each asks the same questions as one
caller; every second vector is begun beside the answer, so the pace of the machine is the same for both. Differences
have 95 % bootstrap intervals. Writes results/threads.json.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from benchmarks.record import write
from benchmarks.serving import Questions, questions
from shopmind import shop as shops
from shopmind.encoders.cache import QueryVectors
from shopmind.kit.seeds import generator
from shopmind.kit.threads import one_thread_a_call

ONE, ALL = "matrices in one thread", "matrices on all cores"
BEGUN, LATER = "vector begun", "vector not begun"
SCENARIOS = ("search", "scene")
WARM = 60
Taken = dict[tuple[str, str], list[float]]
"""(scenario, way) → milliseconds of each answer."""


def main() -> None:
    """Measures and writes the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shop", type=Path, help="folder of a shop, indexed and trained")
    parser.add_argument("--answers", type=int, default=200, help="of each scenario, process and round")
    parser.add_argument("--rounds", type=int, default=4)
    given = parser.parse_args()
    asked = questions(given.shop, [str(number) for number in range(1, 2_501)], 0)
    took: Taken = {}
    with tempfile.TemporaryDirectory(prefix="shopmind-bench-") as scratch:
        copy = Path(shutil.copytree(given.shop, Path(scratch) / "shop"))
        for number in range(given.rounds):
            for matrices in (ONE, ALL) if number % 2 else (ALL, ONE):
                with multiprocessing.get_context("spawn").Pool(1) as process:
                    first = number * (WARM + given.answers)
                    for key, spent in process.apply(_asked, (copy, matrices, asked, first, given.answers)).items():
                        took.setdefault(key, []).extend(spent)
    found = {
        scenario: {
            way: _row(np.array(spent), np.array(took[scenario, f"{ONE}, {BEGUN}"]))
            for (name, way), spent in sorted(took.items(), reverse=True)
            if name == scenario
        }
        for scenario in SCENARIOS
    }
    write("threads", {"shop": asked.shop, "rounds": given.rounds, "scenarios": found})
    for name, rows in found.items():
        for way, row in rows.items():
            print(f"{name:8} {way:40} {row}")


def _asked(folder: Path, matrices: str, asked: Questions, first: int, answers: int) -> Taken:
    took: Taken = {}
    begin = QueryVectors.begin
    with shops.open(folder) as shop:
        shop.warm()
        gc.collect()
        gc.freeze()  # as a server does
        if matrices == ONE:
            one_thread_a_call()
        for scenario in SCENARIOS:
            for number in range(first, first + WARM + answers):
                text = f"{asked.texts[number % len(asked.texts)]} {scenario} {number}"  # new: no vector is in a cache
                user = asked.users[number * 7 % len(asked.users)]
                way = (LATER, BEGUN)[number % 2]
                with mock.patch.object(QueryVectors, "begin", begin if way == BEGUN else lambda *_: None):
                    start = time.perf_counter()
                    if scenario == "search":
                        shop.search(text, user=user)
                    else:
                        shop.recommend(scenario, user=user, text=text)
                    spent = (time.perf_counter() - start) * 1_000
                if number >= first + WARM:
                    took.setdefault((scenario, f"{matrices}, {way}"), []).append(spent)
    return took


def _row(took: NDArray[np.float64], served: NDArray[np.float64]) -> dict[str, Any]:
    """p50 and p99, and how much longer they are than as a server asks."""
    chance = generator(0, "threads")
    drawn = took[chance.integers(len(took), size=(2_000, len(took)))]
    of_served = served[chance.integers(len(served), size=(2_000, len(served)))]
    row: dict[str, Any] = {"answers": len(took)}
    for name, share in (("p50", 50), ("p99", 99)):
        more = np.percentile(drawn, share, axis=1) - np.percentile(of_served, share, axis=1)
        row[f"{name}_ms"] = round(float(np.percentile(took, share)), 2)
        row[f"{name}_longer_ms"] = round(float(np.percentile(took, share) - np.percentile(served, share)), 2)
        row[f"{name}_longer_from_to_ms"] = [round(float(each), 2) for each in np.percentile(more, [2.5, 97.5])]
    return row


if __name__ == "__main__":
    main()
