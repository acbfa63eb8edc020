"""How fast are suggestions over more than 100,000 titles, what do they hold, and does making them again hold them up?

Run `python -m benchmarks.suggest [--data FOLDER]`: the titles of every items.parquet in the folder, and the Chinese
questions beside them, become phrases with weights drawn from a seed. Every keystroke is asked once: beginnings of 1 to
20 letters, the same with one and two slips, several words, and Chinese; then all of it again while a thread makes the
tables anew, as a running shop does. Writes results/suggest.json.
"""

from __future__ import annotations

import argparse
import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks import record
from shopmind.kit.seeds import generator
from shopmind.shop.suggesting import REST_S
from shopmind.text.normalise import fold
from shopmind.text.phrases import Phrase, Phrases

LIMITS = {"p99_ms": 5.0}
"""What a keystroke may take, on two cores that have nothing else to do."""

N = 8
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def titles(data: Path) -> list[str]:
    """Titles of all catalogues in the folder and the Chinese questions, each once."""
    found: dict[str, None] = {}
    for path in [*sorted(data.glob("*/items.parquet")), data / "chinese" / "queries.parquet"]:
        frame = pl.read_parquet(path)
        for name in ("title", "query"):
            if name in frame.columns:
                found.update(dict.fromkeys(frame[name].drop_nulls().to_list()))
    return [title for title in found if any(map(str.isalpha, title))]


def keystrokes(texts: list[str], seed: int, count: int) -> dict[str, list[str]]:
    """Kind → what is typed."""
    chance = generator(seed, "keystrokes")
    latin = [fold(text) for text in texts if text.isascii()]
    chinese = [text for text in texts if not text.isascii()]

    def some(of: list[str]) -> list[str]:
        return [of[int(place)] for place in chance.integers(len(of), size=count)]

    def begun(text: str, least: int, most: int) -> str:
        return text[: int(chance.integers(least, most + 1))]

    def slip(text: str) -> str:
        place, kind = int(chance.integers(len(text))), int(chance.integers(4))
        letter = _LETTERS[int(chance.integers(26))]
        if kind == 0:
            return text[:place] + letter + text[place + 1 :]
        if kind == 1:
            return text[:place] + text[place + 1 :]
        if kind == 2:
            return text[:place] + letter + text[place:]
        return text[:place] + text[place : place + 2][::-1] + text[place + 2 :]

    def words(text: str) -> str:
        held = text.split()
        chosen = [held[int(place)] for place in chance.permutation(len(held))[:3]]
        return " ".join([*chosen[:-1], begun(chosen[-1], 1, 4)])

    return {
        "1 to 3 letters": [begun(text, 1, 3) for text in some(latin)],
        "4 to 20 letters": [begun(text, 4, 20) for text in some(latin)],
        "one slip": [slip(begun(text, 5, 20)) for text in some(latin)],
        "two slips": [slip(slip(begun(text, 9, 20))) for text in some(latin)],
        "three words": [words(text) for text in some(latin)],
        "three words, one slip": [slip(words(text)) for text in some(latin)],
        "Chinese": [begun(text, 1, 6) for text in some(chinese)],
    }


def measure(asked: dict[str, list[str]], ask: Callable[[str], Any]) -> dict[str, Any]:
    """Kind → times by the clock and of the processor, and the share of keystrokes that have an answer."""
    rows = {}
    for kind, typed in asked.items():
        clock, processor, found = [], [], 0
        for text in typed:
            started, busy = time.perf_counter(), time.thread_time()
            found += bool(ask(text))
            clock.append((time.perf_counter() - started) * 1000)
            processor.append((time.thread_time() - busy) * 1000)
        rows[kind] = {
            **percentiles(clock),
            **{f"processor_{name}": value for name, value in percentiles(processor).items()},
            "answered": round(found / len(typed), 3),
        }
    return rows


def percentiles(times_ms: list[float]) -> dict[str, float]:
    """p50 and p99 in milliseconds."""
    return {f"p{share}_ms": round(float(np.percentile(times_ms, share)), 3) for share in (50, 99)}


def phrases(texts: Iterable[str], seed: int) -> Iterable[Phrase]:
    """Phrases with weights as uneven as a shop's: a few are wanted very much."""
    chance = generator(seed, "weights")
    return (Phrase(text, "title", 1.0 + float(chance.pareto(1.2))) for text in texts)


def main() -> None:
    """Measures and writes results/suggest.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SHOPMIND_DATA", "../shared/data")))
    parser.add_argument("--keystrokes", type=int, default=2_000, help="of each kind")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    texts = titles(given.data)
    asked = keystrokes(texts, given.seed, given.keystrokes)
    before, started, busy = _resident_mb(), time.perf_counter(), time.process_time()
    made = Phrases(phrases(texts, given.seed))
    figures: dict[str, Any] = {
        "phrases": len(made),
        "made_s": round(time.perf_counter() - started, 2),
        "made_processor_s": round(time.process_time() - busy, 2),
        "held_mb": round(made.nbytes / 1e6, 1),
        "resident_mb": round(_resident_mb() - before, 1),
        "load_before": round(os.getloadavg()[0], 2),
    }
    rows = measure(asked, lambda text: made.complete(text, N))
    stop = threading.Event()
    again = threading.Thread(target=_make_again, args=(texts, given.seed, stop), daemon=True)
    again.start()
    beside = measure(asked, lambda text: made.complete(text, N))
    stop.set()
    again.join()
    for name, row in [*rows.items(), *((f"{kind}, beside", row) for kind, row in beside.items()), *figures.items()]:
        print(f"{name:32}", row, flush=True)
    result = {"figures": figures, "rows": rows, "while made again": beside, "limits": LIMITS, "seed": given.seed}
    record.write("suggest", result)


def _make_again(texts: list[str], seed: int, stop: threading.Event) -> None:
    def rest() -> None:
        if stop.wait(REST_S):
            raise SystemExit  # ends this thread alone

    while not stop.is_set():
        Phrases(phrases(texts, seed), rest)


def _resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
