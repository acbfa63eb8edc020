"""Do two questions ask the same? Labelled pairs of Chinese bank questions.

A shop is made whose items are all questions of the part, both sides. The first question of a pair is asked; what the
second one scores, over the highest score of that answer (as a rule the first question itself), says how alike they are;
0 when it is not brought. The figure is the average precision of the labels over all pairs, the same for every system.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.record import write
from benchmarks.search import compare
from benchmarks.search.chinese import PARTS, Split
from benchmarks.search.peers import BM25, OURS, WORDS
from benchmarks.search.peers.dense import Dense
from benchmarks.search.peers.ours import Ours
from benchmarks.search.peers.peer import Goods, Peer
from benchmarks.search.peers.words_bm25 import WordsBm25, words
from benchmarks.search.sets import CACHE, DATA, SEED
from shopmind.kit.seeds import generator, hash64_all
from shopmind.text.analyse import analyse

K1, B = 1.6, 0.9
"""Best average precision over k1 × b on the valid part, for either way to make words."""

SYSTEMS: dict[str, Callable[[], Peer]] = {
    OURS: Ours,
    BM25: lambda: WordsBm25(analyse, K1, B),
    WORDS: lambda: WordsBm25(words, K1, B),
    "dense": Dense,
}
"""bm25 has the tokens of our analyser, bm25 words those of jieba."""

DEPTH = 300
DRAWS = 1_000


@dataclass(frozen=True)
class Pairs:
    """Attributes:
    first, second: (m,) rows of the distinct questions.
    labels: (m,) 1 where both ask the same.
    sources: (m,) where a pair comes from.
    """

    questions: list[str]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    labels: NDArray[np.float64]
    sources: list[str]


def read(split: Split, most: int | None) -> Pairs | None:
    """The pairs of one part, at most `most` of them by hash; None when the file is not here."""
    file = DATA / "chinese" / "question_pairs.parquet"
    if not file.is_file():
        return None
    table = pl.read_parquet(file).filter(pl.col("split") == PARTS[split])
    if most is not None and len(table) > most:
        keys = [f"{a}\0{b}" for a, b in table.select("sentence1", "sentence2").iter_rows()]
        table = table[np.sort(np.argsort(hash64_all(keys))[:most])]
    both = dict.fromkeys([*table["sentence1"].to_list(), *table["sentence2"].to_list()])
    unordered = list(both)
    questions = [unordered[row] for row in np.argsort(hash64_all(unordered), kind="stable")]
    row_of = {question: row for row, question in enumerate(questions)}
    first, second = (np.array([row_of[each] for each in table[side]], np.int64) for side in ("sentence1", "sentence2"))
    return Pairs(questions, first, second, table["label"].to_numpy().astype(np.float64), table["source"].to_list())


def scores(peer: Peer, pairs: Pairs) -> NDArray[np.float64]:
    """(m,) score of each second question over the best of its answer; 0 when it is not brought."""
    found = np.zeros(len(pairs.labels))
    order = np.argsort(pairs.first, kind="stable")
    for lines in np.split(order, np.flatnonzero(np.diff(pairs.first[order])) + 1):
        rows, said = peer.search(pairs.questions[pairs.first[lines[0]]], min(DEPTH, len(pairs.questions)))
        top = max(said, default=0.0)
        by_row = dict(zip(rows, said, strict=True))
        if top > 0:
            found[lines] = [max(0.0, by_row.get(int(row), 0.0) / top) for row in pairs.second[lines]]
    return found


def average_precision(
    said: NDArray[np.float64], labels: NDArray[np.float64], times: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(draws,) area under precision over recall, equal scores as one step.

    Args:
        said, labels: (m,).
        times: (draws, m) how often each pair was drawn.

    Source: Σ (R_n − R_{n−1}) P_n over thresholds, Manning, Raghavan, Schütze (2008), 8.4.
    """
    order = np.argsort(-said, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(said[order])), len(said) - 1)
    right = np.cumsum(times[:, order] * labels[order], axis=1)[:, ends]
    seen = np.cumsum(times[:, order], axis=1)[:, ends]
    precision = np.divide(right, seen, out=np.zeros_like(right), where=seen > 0)
    steps = np.diff(right, axis=1, prepend=0.0)
    total: NDArray[np.float64] = (steps * precision).sum(1) / right[:, -1]
    return total


def compared(said: dict[str, NDArray[np.float64]], pairs: Pairs, chosen: NDArray[np.int64]) -> dict[str, Any]:
    """Figures of each system on the chosen pairs, and what each has over both kinds of BM25.

    First questions are drawn with all their pairs, because pairs of one question are not independent.
    """
    labels = pairs.labels[chosen]
    _, owner = np.unique(pairs.first[chosen], return_inverse=True)
    chance = generator(SEED, "draws of questions")
    drawn: dict[str, list[NDArray[np.float64]]] = {name: [] for name in said}
    for _ in range(DRAWS // 50):
        times = chance.multinomial(owner.max() + 1, np.full(owner.max() + 1, 1 / (owner.max() + 1)), 50)
        for name, values in said.items():
            drawn[name].append(average_precision(values[chosen], labels, times[:, owner].astype(np.float64)))
    whole = {name: average_precision(each[chosen], labels, np.ones((1, len(chosen))))[0] for name, each in said.items()}
    draws = {name: np.concatenate(each) for name, each in drawn.items()}
    return {
        "pairs": len(chosen),
        "random": round(float(labels.mean()), 4),
        "average_precision": {name: _interval(whole[name], draws[name]) for name in said},
        "differences": {
            f"{name} - {peer}": _interval(whole[name] - whole[peer], draws[name] - draws[peer])
            for peer in (BM25, WORDS)
            for name in said
            if peer in said and name != peer
        },
    }


def run(split: Split, most: int | None, systems: Sequence[str] = tuple(SYSTEMS)) -> dict[str, Any] | None:
    """The whole measurement; None when the data are not here."""
    pairs = read(split, most)
    if pairs is None:
        return None
    folder = CACHE / "sets" / f"question_pairs_{split}"
    folder.mkdir(parents=True, exist_ok=True)
    items = {"item_id": [str(row) for row in range(len(pairs.questions))], "kind": "product", "title": pairs.questions}
    pl.DataFrame(items).write_parquet(folder / "items.parquet")
    compare.vectors_of(folder)
    goods = Goods(folder)
    said, seconds = {}, {}
    for name in systems:
        with compare.fresh(f"question_pairs_{split}", name) as place:
            peer = SYSTEMS[name]()
            peer.build(goods, place)
            peer.open(goods, place)
            start = time.perf_counter()
            said[name] = scores(peer, pairs)
            seconds[name] = round(time.perf_counter() - start, 1)
            print(f"  question pairs, {name}: {seconds[name]} s", flush=True)
    sources = np.array(pairs.sources)
    parts = {"all": np.arange(len(sources))}
    parts |= {source: np.flatnonzero(sources == source) for source in sorted(set(pairs.sources))}
    found = {name: compared(said, pairs, chosen) for name, chosen in parts.items()}
    return {"split": split, "questions": len(pairs.questions), "seconds": seconds, "parts": found}


def show(found: dict[str, Any]) -> None:
    """Prints the figures."""
    for part, each in found["parts"].items():
        print(f"question pairs, {found['split']}, {part}: {each['pairs']} pairs, random {each['random']}")
        for kind in ("average_precision", "differences"):
            for name, figure in each[kind].items():
                print(f"  {name}: {figure['value']:+.4f} [{figure['low']:+.4f}, {figure['high']:+.4f}]")


def _interval(value: float, draws: NDArray[np.float64]) -> dict[str, float]:
    low, high = np.percentile(draws, [2.5, 97.5])
    return {"value": round(float(value), 4), "low": round(float(low), 4), "high": round(float(high), 4)}


def main() -> None:
    """Measures and prints; writes results/search_questions.json for the whole test part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=tuple(PARTS), default="test")
    parser.add_argument("--pairs", type=int, default=None, help="at most so many, by hash")
    parser.add_argument("--json", type=Path, default=None, help="also writes the figures to this file")
    given = parser.parse_args()
    found = run(given.split, given.pairs)
    if found is None:
        print("skipped question pairs: the data are not here")
        return
    show(found)
    if given.json:
        given.json.write_text(json.dumps(found, indent=2))
    if given.split == "test" and given.pairs is None:
        write("search_questions", {"seed": SEED, **found})


if __name__ == "__main__":
    main()
