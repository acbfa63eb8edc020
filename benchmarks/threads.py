"""What do the threads of an answer cost or save? One shop asked by processes in turns: as a server asks, or otherwise.

Run `python -m benchmarks.threads SHOP [--answers 200] [--rounds 3]`: the shop's folder is copied. In each round one
process for each way opens it, warms up and asks as one caller the same questions as the others, so differences are
paired by question, with 95 % bootstrap intervals. Threads of OpenBLAS spin for a while after their work, so ways
cannot take turns within one process. Writes results/threads.json.
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

WAYS = ("as served", "products of matrices on all cores", "vectors not begun beside")
SCENARIOS = ("search", "scene")
WARM = 60


def main() -> None:
    """Measures and writes the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shop", type=Path, help="folder of a shop, indexed and trained")
    parser.add_argument("--answers", type=int, default=200, help="of each scenario, way and round")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    asked = questions(given.shop, [str(number) for number in range(1, 2_501)], 0)
    took: dict[str, dict[str, list[float]]] = {name: {way: [] for way in WAYS} for name in SCENARIOS}
    with tempfile.TemporaryDirectory(prefix="shopmind-bench-") as scratch:
        copy = Path(shutil.copytree(given.shop, Path(scratch) / "shop"))
        for number in range(given.rounds):
            for way in np.roll(np.array(WAYS, object), number):
                with multiprocessing.get_context("spawn").Pool(1) as process:
                    first = number * (WARM + given.answers)
                    spent = process.apply(_asked, (copy, way, asked, first, given.answers))
                for name, values in spent.items():
                    took[name][way] += values
    found = {
        name: {way: _row(np.array(rows[way]), np.array(rows[WAYS[0]])) for way in WAYS} for name, rows in took.items()
    }
    write("threads", {"shop": asked.shop, "rounds": given.rounds, "scenarios": found})
    for name, rows in found.items():
        for way, row in rows.items():
            print(f"{name:8} {way:36} {row}")


def _asked(folder: Path, way: str, asked: Questions, first: int, answers: int) -> dict[str, list[float]]:
    """Scenario → milliseconds of each answer, in this process."""
    took: dict[str, list[float]] = {}
    with shops.open(folder) as shop:
        shop.warm()
        gc.collect()
        gc.freeze()  # as a server does
        if way != WAYS[1]:
            one_thread_a_call()
        if way == WAYS[2]:
            mock.patch.object(QueryVectors, "begin").start()
        for scenario in SCENARIOS:
            spent = took[scenario] = []
            for number in range(first, first + WARM + answers):
                text = f"{asked.texts[number % len(asked.texts)]} {number}"
                user = asked.users[number * 7 % len(asked.users)]
                start = time.perf_counter()
                shop.search(text, user=user) if scenario == "search" else shop.recommend(scenario, user=user, text=text)
                spent.append((time.perf_counter() - start) * 1_000)
            del spent[:WARM]
    return took


def _row(took: NDArray[np.float64], served: NDArray[np.float64]) -> dict[str, Any]:
    drawn = generator(0, "threads").integers(len(took), size=(2_000, len(took)))
    row: dict[str, Any] = {"answers": len(took)}
    for name, share in (("p50", 50), ("p99", 99)):
        more = np.percentile(took[drawn], share, axis=1) - np.percentile(served[drawn], share, axis=1)
        row[f"{name}_ms"] = round(float(np.percentile(took, share)), 2)
        row[f"{name}_longer_ms"] = round(float(np.percentile(took, share) - np.percentile(served, share)), 2)
        row[f"{name}_longer_from_to_ms"] = [round(float(each), 2) for each in np.percentile(more, [2.5, 97.5])]
    return row


if __name__ == "__main__":
    main()
