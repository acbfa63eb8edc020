"""How good is the sequence model alone? Leave-one-out, the whole catalogue ranked, what a user had left out.

`python -m benchmarks.recommend.network FOLDER [--seeds 1] [--options NAME=VALUE …] [--test | --asked VERSION]` needs
the extra [train] and weights for the encoder. FOLDER holds sequences (or events) and items. The network is fitted on
all but the last two steps; the last but one ends its training and is the validation. The last one is asked with --test,
or of what an earlier run trained with --asked. Every run is a line of results/trials/network.jsonl; what it trained
stays in the cache.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.record import RESULTS, commit, machine
from shopmind import shop as shops
from shopmind.evaluation.cutting import cutter
from shopmind.evaluation.folder import Source
from shopmind.evaluation.split import Split
from shopmind.kit.errors import InputError
from shopmind.metrics.intervals import bootstrap
from shopmind.shop import Shop, learning
from shopmind.stores.columns import ItemColumns
from shopmind.stores.folder_artifacts import FolderArtifacts
from shopmind.training.next_item.asked import Asked
from shopmind.training.next_item.hold_out import last_steps
from shopmind.training.recipe import Tables, card
from shopmind.training.sequence.recipe import SequenceRecipe
from shopmind.training.sequence_model import SequenceModel

CACHE = Path(os.environ.get("SHOPMIND_BENCH_CACHE", Path.home() / ".cache" / "shopmind" / "benchmarks")) / "network"
TRIALS = RESULTS / "trials" / "network.jsonl"
CUTOFF = 10
BLOCK = 256


def main() -> None:
    """Fits, measures, writes a line a seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--options", nargs="*", default=[], metavar="NAME=VALUE")
    parser.add_argument("--named", default="", help="what the trial is called in the file")
    parser.add_argument("--test", action="store_true", help="ask the test part too: for final settings, once")
    parser.add_argument("--asked", metavar="VERSION", help="asks the test of an artifact that an earlier run trained")
    given = parser.parse_args()
    options = chosen(given.options)
    with opened(given.folder) as shop:
        source = Source(shop, given.folder)
        if given.asked:
            print(json.dumps(asked_again(source, given.asked), indent=1))
            return
        for seed in range(given.seeds):
            told = {"name": given.named, "data": given.folder.name, "seed": seed, "options": differing(options)}
            told |= trial(source, options, seed, test=given.test)
            print(json.dumps(told, indent=1))
            TRIALS.parent.mkdir(parents=True, exist_ok=True)
            with TRIALS.open("a", encoding="utf-8") as file:
                file.write(json.dumps({**told, "commit": commit(), "processor": machine()["processor"]}) + "\n")


def chosen(given: list[str]) -> SequenceRecipe.Options:
    """Options from NAME=VALUE, read as JSON where they are."""
    table: dict[str, Any] = {}
    for each in given:
        name, _, value = each.partition("=")
        if name not in SequenceRecipe.Options.__dataclass_fields__:
            raise InputError(f"network: {name!r} is no option; allowed: {', '.join(asdict(SequenceRecipe.Options()))}")
        table[name] = value if name == "half" else json.loads(value)
    return SequenceRecipe.Options(**table)


def differing(options: SequenceRecipe.Options) -> dict[str, Any]:
    """Options that are not the default."""
    usual = asdict(SequenceRecipe.Options())
    return {name: value for name, value in asdict(options).items() if value != usual[name]}


@contextmanager
def opened(folder: Path) -> Iterator[Shop]:
    """A shop of the folder's goods, kept in the cache with its vectors."""
    home = CACHE / folder.name / "shop"
    if not (home / "shop.toml").is_file():
        with shops.create(home, name=folder.name) as shop:
            shop.ingest(folder)
        with shops.open(home) as shop:
            shop.index()
    with shops.open(home) as shop:
        yield shop


def trial(source: Source, options: SequenceRecipe.Options, seed: int, *, test: bool) -> dict[str, Any]:
    """Figures of one fit, and where its artifact is."""
    split, tables = cut(source, seed)
    start = time.perf_counter()
    fitted = SequenceRecipe().fit(tables, options, seed=seed, progress=_Every(30))
    seconds = time.perf_counter() - start
    told = card("sequence", tables, options, seed, fitted)
    artifact = kept(source).save("sequence", fitted.arrays, told)
    model = SequenceModel.of(artifact.arrays)
    found: dict[str, Any] = {
        "validation": on_validation(model, tables, seed),
        "networks": fitted.figures["networks"],
        "seconds": round(seconds),
        "artifact": artifact.version,
    }
    return found | ({"test": on_test(model, split, tables, seed)} if test else {})


def asked_again(source: Source, version: str) -> dict[str, Any]:
    """Both parts, asked of an artifact of the cache, and of its networks one by one."""
    artifact = kept(source).load("sequence", version)
    if artifact is None:
        raise InputError(f"network: no artifact {version!r} of {source.folder.name}; see {TRIALS.name}")
    seed, model = int(artifact.card["seed"]), SequenceModel.of(artifact.arrays)
    split, tables = cut(source, seed)
    each = [replace(model, networks=(network,)) for network in model.networks]
    return {
        "artifact": version,
        "validation": on_validation(model, tables, seed),
        "validation of each": [on_validation(alone, tables, seed) for alone in each],
        "test of each": [on_test(alone, split, tables, seed) for alone in each],
        "test": on_test(model, split, tables, seed),
    }


def cut(source: Source, seed: int) -> tuple[Split, Tables]:
    """The split, and what a fit may see of it."""
    shop = source.shop
    split = cutter(source, "leave-one-out", shop.catalogue.columns().shown).cut("train", "test", seed)
    seen = learning.tables_now(shop._folder, shop._answering)
    work = CACHE / source.folder.name / "work"
    return split, replace(seen, events=split.known, now_ms=split.now_ms, held=split.held, work=work)


def kept(source: Source) -> FolderArtifacts:
    """Where artifacts stay."""
    return FolderArtifacts(CACHE / source.folder.name / "artifacts")


def on_validation(model: SequenceModel, tables: Tables, seed: int) -> dict[str, Any]:
    """Figures of the step that ended the training: too good to be quoted, right for a choice between settings."""
    steps = last_steps(tables)
    targets = np.stack([steps.target_rows, steps.target_items], axis=1)
    had = np.stack([steps.had_rows, steps.had_items], axis=1)
    return figures(_answer(model, tables), steps.asked, targets, had, tables.columns, seed)


def on_test(model: SequenceModel, split: Split, tables: Tables, seed: int) -> dict[str, Any]:
    """Figures of the step that nothing has seen."""
    cases = split.cases
    asked = Asked.of(cases.histories(), cases.now_ms.tolist())
    targets = np.stack([cases.target_cases, cases.target_items], axis=1)
    had = cases.history.select("case", "item").unique().sort("case", "item").to_numpy()
    return figures(_answer(model, tables), asked, targets, had, tables.columns, seed)


def figures(
    answer: Callable[[Asked], NDArray[np.float32]],
    asked: Asked,
    targets: NDArray[np.int64],
    had: NDArray[np.int64],
    columns: ItemColumns,
    seed: int,
) -> dict[str, Any]:
    """Recall and nDCG at CUTOFF with intervals over users; equal scores are ordered by a hash of the item id.

    Args:
        answer: users → (b, size) scores; NaN says nothing.
        targets, had: (p, 2) pairs of user and item by rising user; what was had is left out.
    """
    hits, gains = np.zeros(len(asked)), np.zeros(len(asked))
    counts = np.bincount(targets[:, 0], minlength=len(asked))
    for start in range(0, len(asked), BLOCK):
        stop = min(start + BLOCK, len(asked))
        shares = np.nan_to_num(answer(asked.take(slice(start, stop))), nan=-np.inf, neginf=-np.inf)
        shares[:, ~columns.shown] = -np.inf
        mine, own = (each[(each[:, 0] >= start) & (each[:, 0] < stop)] for each in (had, targets))
        shares[mine[:, 0] - start, mine[:, 1]] = -np.inf
        for row, item in own.tolist():
            scores = shares[row - start]
            level = scores == scores[item]
            rank = int((scores > scores[item]).sum()) + int((columns.tie[level] < columns.tie[item]).sum())
            if rank < CUTOFF:
                hits[row] += 1
                gains[row] += 1 / np.log2(rank + 2)
    best = np.cumsum(1 / np.log2(np.arange(CUTOFF) + 2))
    enough = np.maximum(counts, 1)
    found = {"recall@10": hits / enough, "ndcg@10": gains / best[np.minimum(enough, CUTOFF) - 1]}
    return {"users": int((counts > 0).sum())} | {
        name: _interval(bootstrap(np.where(counts > 0, each, np.nan), seed=seed)) for name, each in found.items()
    }


def _answer(model: SequenceModel, tables: Tables) -> Callable[[Asked], NDArray[np.float32]]:
    return lambda asked: model.log_shares(asked, tables.columns.size)


class _Every:
    """Progress as a line at most each so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._last = seconds, time.monotonic()

    def __call__(self, title: str, done: int, total: int | None) -> None:
        if time.monotonic() - self._last > self._seconds:
            self._last = time.monotonic()
            print(f"{title} {done / (total or 1):.0%}", flush=True)


def _interval(interval: Any) -> dict[str, float]:
    return {name: round(getattr(interval, name), 5) for name in ("value", "low", "high")}


if __name__ == "__main__":
    main()
