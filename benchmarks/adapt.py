"""What does adapting gain? The encoder and the cross-encoder fitted on a data folder, one thread, measured on the rest.

`python -m benchmarks.adapt FOLDER [--learn judgments|goods] [--steps N] [--cross N] [--method full|lora]` needs the
extra [train] and the weights of the base. With `judgments`, four fifths of the queries teach and the others are asked;
with `goods`, titles and descriptions alone teach and all queries are asked. Writes its run into results/adapt.json.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.record import RESULTS, commit, machine, write
from shopmind import shop as shops
from shopmind.encoders import TextEncoder, pair_scorer
from shopmind.encoders.adapted import load as load_adapted
from shopmind.encoders.cache import VectorCache, encode_cached
from shopmind.evaluation.judgments import read_judgments
from shopmind.indexing.documents import passage
from shopmind.kit.clock import DAY_MS
from shopmind.kit.progress import Progress
from shopmind.kit.seeds import generator, hash64
from shopmind.metrics.correlation import spearman
from shopmind.metrics.intervals import bootstrap, paired
from shopmind.metrics.ranking import ndcg
from shopmind.shop import Shop
from shopmind.stores.folder_artifacts import FolderArtifacts
from shopmind.training.encoder.adapt import EncoderRecipe
from shopmind.training.encoder.cross import CrossEncoderRecipe
from shopmind.training.encoder.pairs import plain
from shopmind.training.recipe import Recipe, Tables, card

SEED, DRAWS, CUTOFF = 0, 200, 10
FOLDS = 5
Floats = NDArray[np.float64]


def main() -> None:
    """Fits, measures, writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--learn", choices=("judgments", "goods"), default="judgments")
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--rate", type=float, default=3e-5)
    parser.add_argument("--masked", type=int, default=0)
    parser.add_argument("--cross", type=int, default=0, help="steps of the cross-encoder; 0 leaves it out")
    parser.add_argument("--method", choices=("full", "lora"), default="full")
    parser.add_argument("--work", type=Path, help="folder with which a run that was killed goes on")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="shopmind-adapt-") as scratch,
        shops.create(Path(scratch) / "shop", name=given.folder.name, encoder="minilm") as shop,
    ):
        shop.ingest(given.folder)
        found = measure(shop, given, Path(scratch))
    path = RESULTS / "adapt.json"
    before = json.loads(path.read_text("utf-8"))["runs"] if path.is_file() else {}
    fits = {f"{given.steps} steps": given.steps, f"cross-encoder of {given.cross} steps": given.cross}
    name = ", ".join([given.folder.name, given.learn, given.method, *(fit for fit in fits if fits[fit])])
    print(json.dumps(found, indent=2))
    write("adapt", {"runs": {**before, name: {"commit": commit(), "machine": machine(), **found}}})


def measure(shop: Shop, given: Any, scratch: Path) -> dict[str, Any]:
    """Figures of the base, the adapted encoder and the cross-encoder on queries that taught nothing."""
    judged = read_judgments(given.folder, shop.catalogue)
    asked, taught = judged, judged.head(0)
    if given.learn == "judgments":
        test = pl.col("query").map_elements(lambda text: hash64(f"fold {plain(text)}") % FOLDS == 0, pl.Boolean)
        asked, taught = judged.filter(test), judged.filter(~test)
    tables = Tables(
        shop.events.table(),
        shop.catalogue.columns(),
        DAY_MS,
        catalogue=shop.catalogue,
        judgments=taught,
        hidden=frozenset(asked["query"].to_list()),
        work=given.work,
    )
    kinds = ("judged", "described") if given.learn == "judgments" else ("described",)
    options = EncoderRecipe.Options(
        kinds=kinds,
        steps=given.steps,
        rate=given.rate,
        masked_steps=given.masked,
        method=given.method,
        held_out=0.05,
    )
    artifacts = FolderArtifacts(scratch / "artifacts")
    result: dict[str, Any] = {"learn": given.learn, "queries": asked["query"].n_unique(), "pairs": len(asked)}
    items = {number: passage(item) for number, item in shop.catalogue.scan()}
    base, cache = shop.folder.encoder, shop.folder.vector_cache
    if base is None:
        raise SystemExit(shop.folder.encoder_missing)
    ask = Asked(asked, items, full=given.learn == "goods")
    told = {"base": ask.by_encoder(base, cache)}
    print("base", ask.figures(told["base"]), flush=True)
    if given.steps:
        home, result["encoder"] = fit("encoder", EncoderRecipe(), options, tables, artifacts)
        told["adapted"] = ask.by_encoder(load_adapted(str(home)), cache)
        print("adapted", ask.figures(told["adapted"]), flush=True)
    if given.cross:
        chosen = CrossEncoderRecipe.Options(steps=given.cross, held_out=0.02)
        home, result["cross_encoder"] = fit("cross_encoder", CrossEncoderRecipe(), chosen, tables, artifacts)
        told["cross_encoder"] = ask.by_scorer(pair_scorer.load(home))
    result["figures"] = {name: ask.figures(each) for name, each in told.items()}
    result["differences"] = {f"{name}-base": ask.less(told[name], told["base"]) for name in told if name != "base"}
    return result


def fit(
    name: str, recipe: Recipe, options: Any, tables: Tables, artifacts: FolderArtifacts
) -> tuple[Path, dict[str, Any]]:
    """The artifact's folder, and what the fit cost and said of itself."""
    start = time.process_time()
    fitted = recipe.fit(tables, options, seed=SEED, progress=_Every(30))
    made = artifacts.save(name, fitted.arrays, card(name, tables, options, SEED, fitted))
    told = {key: fitted.figures[key] for key in fitted.figures if key != "held_out"}
    return artifacts.folder / name / made.version, {
        "processor_s": round(time.process_time() - start),
        "options": made.card["options"],
        "promoted": fitted.promote,
        **told,
        "held_out": fitted.figures["held_out"],
    }


class Asked:
    """Judged queries, and how scores of their items are measured.

    Args:
        rows: columns query, item, grade.
        full: whether the whole catalogue is ranked too.
    """

    def __init__(self, rows: pl.DataFrame, items: dict[int, str], *, full: bool) -> None:
        rows = rows.sort("query", maintain_order=True)
        self.queries = rows["query"].unique(maintain_order=True).to_list()
        place = {query: i for i, query in enumerate(self.queries)}
        self.case = np.array([place[query] for query in rows["query"]])
        self.texts = [items[item] for item in rows["item"]]
        self.numbers = rows["item"].to_numpy()
        self.grades = rows["grade"].to_numpy()
        self.gains = self.grades - self.grades.min()
        self.corpus = items if full else {}

    def by_encoder(self, encoder: TextEncoder, cache: VectorCache) -> dict[str, Floats]:
        """(pairs,) cosines, and with a corpus (queries,) its nDCG@10."""
        queries = encoder.encode(self.queries, role="query")
        texts = list(dict.fromkeys(self.texts))
        vectors = dict(zip(texts, encode_cached(encoder, texts, cache), strict=True))
        passages = np.stack([vectors[text] for text in self.texts])
        told = {"scores": (queries[self.case] * passages).sum(1).astype(np.float64)}
        if self.corpus:
            numbers = np.array(list(self.corpus))
            every = encode_cached(encoder, list(self.corpus.values()), cache)
            told["full"] = np.array([self._full(case, numbers, every @ queries[case]) for case in range(len(queries))])
        return told

    def by_scorer(self, scorer: pair_scorer.PairScorer) -> dict[str, Floats]:
        """(pairs,) scores of a cross-encoder."""
        found = np.empty(len(self.texts))
        for case, query in enumerate(self.queries):
            rows = np.flatnonzero(self.case == case)
            found[rows] = scorer.score(query, [self.texts[row] for row in rows])
        return {"scores": found}

    def figures(self, told: dict[str, Floats]) -> dict[str, Any]:
        """Spearman over all pairs, and mean nDCG@10 of judged items and of the corpus, with intervals."""
        low, high = np.percentile(self._drawn(told["scores"]), (2.5, 97.5))
        found: dict[str, Any] = {"judged ndcg@10": _interval(bootstrap(self._judged(told["scores"]), seed=SEED))}
        value = spearman(told["scores"], self.grades)
        found["spearman"] = {"value": round(value, 4), "low": round(float(low), 4), "high": round(float(high), 4)}
        if "full" in told:
            found["full ndcg@10"] = _interval(bootstrap(told["full"], seed=SEED))
        return found

    def less(self, ours: dict[str, Floats], theirs: dict[str, Floats]) -> dict[str, Any]:
        """Differences, drawn by query."""
        gained = self._drawn(ours["scores"]) - self._drawn(theirs["scores"])
        low, high = np.percentile(gained, (2.5, 97.5))
        value = spearman(ours["scores"], self.grades) - spearman(theirs["scores"], self.grades)
        judged = paired(self._judged(ours["scores"]), self._judged(theirs["scores"]), seed=SEED)
        found = {
            "spearman": {"value": round(value, 4), "low": round(float(low), 4), "high": round(float(high), 4)},
            "judged ndcg@10": _interval(judged),
        }
        if "full" in ours and "full" in theirs:
            found["full ndcg@10"] = _interval(paired(ours["full"], theirs["full"], seed=SEED))
        return found

    def _judged(self, scores: Floats) -> Floats:
        """(queries,) nDCG@10; NaN where all gains are 0."""
        found = np.full(len(self.queries), np.nan)
        for case in range(len(self.queries)):
            rows = np.flatnonzero(self.case == case)
            gains = self.gains[rows]
            if gains.any():
                found[case] = ndcg(gains[np.argsort(-scores[rows], kind="stable")], gains, CUTOFF)
        return found

    def _full(self, case: int, numbers: NDArray[np.int64], scores: NDArray[np.float32]) -> float:
        rows = np.flatnonzero(self.case == case)
        gains = dict(zip(self.numbers[rows].tolist(), self.gains[rows].tolist(), strict=True))
        if not any(gains.values()):
            return float("nan")
        best = numbers[np.argsort(-scores, kind="stable")[:CUTOFF]].tolist()
        return float(
            ndcg(np.array([gains.get(number, 0.0) for number in best]), np.array(list(gains.values())), CUTOFF)
        )

    def _drawn(self, scores: Floats) -> Floats:
        """(DRAWS,) Spearman of samples of queries, the same samples at each call."""
        chance = generator(SEED, "queries")
        rows_of = np.split(np.argsort(self.case, kind="stable"), np.cumsum(np.bincount(self.case))[:-1])
        found = np.empty(DRAWS)
        for draw in range(DRAWS):
            rows = np.concatenate([rows_of[case] for case in chance.integers(0, len(rows_of), len(rows_of))])
            found[draw] = spearman(scores[rows], self.grades[rows])
        return found


class _Every(Progress):
    """Prints a line at most each so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._last = seconds, 0.0

    def __call__(self, title: str, done: int, total: int | None) -> None:
        if time.monotonic() - self._last > self._seconds:
            self._last = time.monotonic()
            print(f"{title} {done}/{total} ({time.process_time():.0f} s)", flush=True)


def _interval(interval: Any) -> dict[str, float]:
    return {name: round(getattr(interval, name), 4) for name in ("value", "low", "high")}


if __name__ == "__main__":
    main()
