"""One system, fitted and asked in this process: `python -m benchmarks.recommend.fit_and_ask WHERE FOLDER SETTINGS …`.

It is told of a folder with known events and histories, and of nothing that is right for the test.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import resource
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.recommend import given
from benchmarks.recommend.given import Lists, Rows, Truth
from benchmarks.recommend.peers.peer import Peer, Stop

SAYS = "found: "
"""What a line of the output begins with that says what came of a setting."""

DEPTH = 100
"""How many items every system names for each case."""

PAGE = 10
ALONE = 200
"""Requests for one user that are timed, after a tenth as many to warm up."""

BLOCK = 1_024
"""Cases that are asked for at once."""


def peer_at(where: str) -> Peer:
    """The adapter at module:class."""
    module, _, attribute = where.partition(":")
    made: Peer = getattr(importlib.import_module(module), attribute)()
    return made


def processor_s() -> float:
    """Seconds of the processor of this process and of those it started and waited for: a peer may train in others."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def run(peer: Peer, folder: Path, out: Path, options: dict[str, Any], seed: int, stop: Stop | None) -> dict[str, Any]:
    """Fits, asks all cases (lists into `out`), then times requests for one user each."""
    known, asked = given.known(folder), given.asked(folder)
    start, worked = time.perf_counter(), processor_s()
    peer.fit(known, options, seed, folder=folder, stop=stop)
    fitted, worked = time.perf_counter(), processor_s() - worked
    ranked = np.full((len(asked), DEPTH), -1, np.int64)
    for first in range(0, len(asked), BLOCK):
        block = asked.take(np.arange(first, min(first + BLOCK, len(asked))))
        top = peer.rank(block, DEPTH)
        ranked[first : first + len(top), : top.shape[1]] = top
    asked_s = time.perf_counter() - fitted
    refuse(ranked, asked)
    given.write_lists(ranked, out)
    found: dict[str, Any] = {
        "train_s": round(fitted - start, 2),
        "train_processor_s": round(worked, 2),
        "per_user_ms": _figure(1000 * asked_s / max(1, len(asked))),
        **(alone(peer, asked) if peer.one_by_one else {}),
        "peak_mb": peak_mb(),
    }
    found |= {"told": peer.told, "about": peer.about()}
    peer.close()
    return found


def refuse(ranked: Rows, asked: Lists) -> None:
    """Raises ValueError when a list holds an item twice, one of its history, or one that there is not."""
    if ranked.max(initial=-1) >= asked.items:
        raise ValueError("a list names an item that there is not")
    cases = np.broadcast_to(np.arange(len(ranked))[:, None], ranked.shape)
    shown = (cases * asked.items + ranked)[ranked >= 0]
    if len(np.unique(shown)) < len(shown):
        raise ValueError("a list names an item twice")
    if np.isin(shown, asked.owners * asked.items + asked.rows).any():
        raise ValueError("a list names an item of the user's history")


def alone(peer: Peer, asked: Lists) -> dict[str, Any]:
    """p50 and p99 of requests for one user's page."""
    cases = np.linspace(0, len(asked) - 1, min(ALONE, len(asked))).astype(np.int64)
    one = [asked.take(np.array([case])) for case in cases]
    for lists in one[: len(one) // 10]:
        peer.rank(lists, PAGE)
    took = []
    for lists in one:
        start = time.perf_counter()
        peer.rank(lists, PAGE)
        took.append(1000 * (time.perf_counter() - start))
    return {"p50_ms": _figure(np.percentile(took, 50)), "p99_ms": _figure(np.percentile(took, 99))}


def peak_mb() -> int:
    """The most memory this process ever held."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return round(next(int(each.split()[1]) for each in lines if each.startswith("VmHWM")) / 1000)


def score(ranked: Rows, truth: Truth) -> float:
    """Mean nDCG@10 + recall@10, by the metric code of the report: what options are chosen by."""
    from shopmind.evaluation.figures import per_case

    found = per_case(ranked, truth.cases, truth.rows, np.ones(len(truth.rows)), (PAGE,))
    return sum(float(np.nanmean(found[f"{figure}@{PAGE}"])) for figure in ("ndcg", "recall"))


def stop_at(folder: Path, seconds: float) -> Stop:
    """What a system that learns in rounds may look at."""
    truth = given.truth(folder)
    return Stop(given.asked(folder), truth, lambda ranked: score(ranked, truth), seconds)


def _figure(value: float | NDArray[Any]) -> float:
    return float(f"{float(value):.4g}")


def main() -> None:
    """Prints a line of JSON for each setting, when it is done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("where")
    parser.add_argument("folder", type=Path)
    parser.add_argument("settings", type=json.loads, help="pairs of options and the file for their lists")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--most", type=int, required=True, help="seconds of the processor, then the system ends this")
    parser.add_argument("--valid", type=Path, default=None, help="a validation part that may end the learning")
    parser.add_argument("--seconds", type=float, default=0.0, help="how long it may learn")
    words = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CPU, (words.most, words.most))
    stop = None if words.valid is None else stop_at(words.valid, words.seconds)
    for options, out in words.settings:
        before, start = os.getloadavg()[0], processor_s()
        found = run(peer_at(words.where), words.folder, Path(out), options, words.seed, stop)
        found["load"] = [round(before, 1), round(os.getloadavg()[0], 1)]
        found["processor_s"] = round(processor_s() - start, 1)
        print(SAYS + json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
