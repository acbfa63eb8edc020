"""How far into the tail, at equal accuracy? An adversarial generator, neighbours without popularity, a plain discount.

`python -m benchmarks.recommend.long_tail FOLDER …` takes data folders (sequences, events or next_item, and items) and
needs the extra [train] for the generator. Leave-one-out, everything ranked, what a user had left out. A base list
(item-kNN) is mixed with each way into the tail by a growing weight; of each way the weight is taken that keeps 95 %
(and 90 %) of the base's recall@10 on the validation part, and read on the test part, with 95 % bootstrap intervals over
its cases. Writes results/long_tail.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import record
from benchmarks.recommend.network import opened
from shopmind.evaluation.cutting import cutter
from shopmind.evaluation.figures import plain, with_intervals
from shopmind.evaluation.folder import Source
from shopmind.evaluation.split import Cases, Split
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import MissingExtraError
from shopmind.kit.options import build
from shopmind.kit.progress import silent
from shopmind.metrics import diversity
from shopmind.training import MENU as RECIPES
from shopmind.training.long_tail.space import generated, nearness, profile
from shopmind.training.recipe import Tables
from shopmind.training.sparse import rows

PAGE = 10
MOST = 3_000
HALF_LIFE_DAYS = 60.0
"""As the retrievers of neighbours have it."""
WEIGHTS = (0.0, 0.03, 0.06, 0.12, 0.25, 0.5, 1.0, 2.0, 8.0)
POWERS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0)
KEEPS = (0.95, 0.9)
TRIED: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "long_tail": tuple({"discount": d, "likeness": s} for d, s in ((0.5, 0.0), (0.5, 0.5), (0.5, 1.0), (0.8, 1.0))),
    "tail_generator": ({"pull": 0.0}, {"pull": 2.0}, {"pull": 10.0}),
}
"""Recipe → options that are tried on the validation part, by recall@10 of users whose item is of the tail."""

Scores = NDArray[np.float32]
Score = Callable[[int], Scores]
"""Row of a case → (size,) its scores, NaN where nothing can be said."""


@dataclass(frozen=True)
class Asked:
    """Cases, and what their answers are judged by.

    Attributes:
        had: of each case the items of its history, oldest first.
        worth: of each of them what it counts.
        target: (n,) the item that is right.
    """

    had: list[NDArray[np.int64]]
    worth: list[NDArray[np.float64]]
    target: NDArray[np.int64]
    goods: NDArray[np.bool_]
    tail: NDArray[np.bool_]
    tie: NDArray[np.uint64]

    @staticmethod
    def of(cases: Cases, goods: NDArray[np.bool_], tail: NDArray[np.bool_], tie: NDArray[np.uint64]) -> Asked:
        """At most MOST cases, the first by the users' hash-free order of the split."""
        first = np.flatnonzero(np.append(True, np.diff(cases.target_cases) != 0))
        step = max(1, len(first) // MOST)
        kept = cases.take(cases.target_cases[first[::step]])
        histories = kept.histories()
        ages = [(now - each.times_ms) / DAY_MS for now, each in zip(kept.now_ms, histories, strict=True)]
        target = kept.target_items[np.flatnonzero(np.append(True, np.diff(kept.target_cases) != 0))]
        worth = [0.5 ** (np.maximum(age, 0) / HALF_LIFE_DAYS) for age in ages]
        return Asked([each.items for each in histories], worth, target, goods, tail, tie)

    def __len__(self) -> int:
        return len(self.target)


def walk(arrays: Mapping[str, NDArray[Any]], asked: Asked) -> Score:
    """Neighbours of the history, each item counting by its age."""

    def score(row: int) -> Scores:
        place, columns, values = rows(arrays, "similar", asked.had[row])
        found = np.bincount(columns, asked.worth[row][place] * values, minlength=len(asked.goods))
        return np.where(found > 0, found, np.nan).astype(np.float32)

    return score


def imagine(arrays: Mapping[str, NDArray[Any]], asked: Asked) -> Score:
    """Nearness to what the generator makes of the history."""
    space = np.asarray(arrays["space"], np.float32)

    def score(row: int) -> Scores:
        of = profile(space, asked.had[row][-20:])
        return nearness(arrays, generated(arrays, of)) if of.any() else np.full(len(space), np.nan, np.float32)

    return score


def levelled(scores: Scores, goods: NDArray[np.bool_]) -> Scores:
    """From 0 for the worst that is known, and for what is not, to 1 for the best."""
    known = goods & ~np.isnan(scores)
    found = np.zeros(len(scores), np.float32)
    if known.any():
        low, high = min(0.0, float(scores[known].min())), float(scores[known].max())
        found[known] = (scores[known] - low) / (high - low) if high > low else 1.0
    return found


def lists(asked: Asked, mixed: Callable[[int], Iterable[Scores]], count: int) -> NDArray[np.int64]:
    """(count, n, 10) the best goods that are new to each user, by each of the score rows that `mixed` gives a case."""
    found = np.full((count, len(asked), PAGE), -1, np.int64)
    for row in range(len(asked)):
        new = asked.goods.copy()
        new[asked.had[row]] = False
        for place, scores in enumerate(mixed(row)):
            likely = np.flatnonzero(new & (scores > 0))
            if len(likely) > PAGE:
                border = np.partition(scores[likely], len(likely) - PAGE)[len(likely) - PAGE]
                likely = likely[scores[likely] >= border]
            best = likely[np.lexsort((asked.tie[likely], -scores[likely]))][:PAGE]
            found[place, row, : len(best)] = best
    return found


def per_case(ranked: NDArray[np.int64], asked: Asked) -> dict[str, NDArray[np.float64]]:
    """(n,) recall and nDCG at 10, recall of users whose item is of the tail (NaN for others) and share of the tail."""
    hit = ranked == asked.target[:, None]
    found = hit.any(axis=1).astype(np.float64)
    return {
        "recall@10": found,
        "ndcg@10": (hit / np.log2(np.arange(PAGE) + 2)).sum(axis=1),
        "tail_recall@10": np.where(asked.tail[asked.target], found, np.nan),
        "aplt": diversity.aplt(ranked, asked.tail),
    }


def reach(ranked: NDArray[np.int64], asked: Asked) -> dict[str, float]:
    """Coverage and Gini of exposure."""
    shown = diversity.exposure(ranked, len(asked.goods))[asked.goods]
    return {"coverage": round(diversity.coverage(shown), 4), "gini": round(diversity.gini(shown), 4)}


def figures(ranked: NDArray[np.int64], asked: Asked) -> dict[str, float]:
    """Means of `per_case`, and `reach`."""
    found = {name: values[~np.isnan(values)] for name, values in per_case(ranked, asked).items()}
    means = {name: round(float(values.mean()), 5) if len(values) else float("nan") for name, values in found.items()}
    return {**means, **reach(ranked, asked)}


def measure(folder: Path, seed: int) -> dict[str, Any]:
    """All ways into the tail on one set."""
    with opened(folder) as shop:
        columns = shop.catalogue.columns()
        instances = any(folder.glob("next_item.*"))
        cut = cutter(Source(shop, folder), "leave-one-out", columns.shown).cut
        fit = "valid" if instances else "train"
        valid, test = cut(fit, "validation", seed), cut(fit, "test", seed)  # type: ignore[arg-type]
        tables = replace(shop.tables(), events=valid.known, now_ms=valid.now_ms)
        base = _fitted("item_knn", {"at_least": 1.0, "shrink": 5.0, "tilt": 0.5}, tables, seed)
        tail = _fitted("long_tail", {}, tables, seed)["tail"]
        asked = {
            name: Asked.of(part.cases, columns.shown, tail, columns.tie) for name, part in _parts(valid, test).items()
        }
        ways: dict[str, Callable[[Asked], Score]] = {}
        tried: dict[str, Any] = {}
        for name, make in (("long_tail", walk), ("tail_generator", imagine)):
            chosen = _chosen(name, make, tables, asked["validation"], seed, tried)
            if chosen is not None:
                ways[name] = chosen
        ranked = {part: _ranked(walk(base, each), ways, each) for part, each in asked.items()}
        curves = {part: _curves(ranked[part], each) for part, each in asked.items()}
    return {
        "told": test.notes,
        "goods": int(columns.shown.sum()),
        "tail": int(tail.sum()),
        "cases": {part: len(each) for part, each in asked.items()},
        "cases_of_the_tail": {part: int(tail[each.target].sum()) for part, each in asked.items()},
        "tried": tried,
        "curves": curves,
        "at_equal_accuracy": {
            str(keep): _at(_places(curves["validation"], keep), ranked["test"], asked["test"], seed) for keep in KEEPS
        },
    }


def _parts(valid: Split, test: Split) -> dict[str, Split]:
    return {"validation": valid, "test": test}


def _fitted(name: str, options: Mapping[str, Any], tables: Tables, seed: int) -> Mapping[str, NDArray[Any]]:
    recipe = RECIPES.load(name)()
    fitted = recipe.fit(tables, build(recipe.Options, options, where=name), seed=seed, progress=silent)
    print(f"  {name} {dict(options)}: {dict(fitted.figures)}", flush=True)
    arrays: Mapping[str, NDArray[Any]] = fitted.arrays
    return arrays


def _chosen(
    name: str,
    make: Callable[[Mapping[str, NDArray[Any]], Asked], Score],
    tables: Tables,
    asked: Asked,
    seed: int,
    tried: dict[str, Any],
) -> Callable[[Asked], Score] | None:
    """The options of highest tail recall on the validation part, when only what the way brings is shown."""
    best: tuple[float, Mapping[str, NDArray[Any]]] | None = None
    tried[name] = []
    for options in TRIED[name]:
        try:
            arrays = _fitted(name, options, tables, seed)
        except MissingExtraError as error:
            tried[name] = error.message
            return None
        score = make(arrays, asked)
        alone = figures(lists(asked, lambda row, score=score: [np.nan_to_num(score(row), nan=0.0)], 1)[0], asked)  # type: ignore[misc]
        tried[name].append({"options": dict(options), **alone})
        print(f"    alone {alone}", flush=True)
        if best is None or alone["tail_recall@10"] > best[0]:
            best = alone["tail_recall@10"], arrays
    return None if best is None else lambda of, arrays=best[1]: make(arrays, of)  # type: ignore[misc]


def _ranked(base: Score, ways: Mapping[str, Callable[[Asked], Score]], asked: Asked) -> dict[str, NDArray[np.int64]]:
    """Way → (weights, n, 10) lists at each weight; "discounted base" divides the base's scores by a power of
    popularity."""
    found = {}
    for name, make in ways.items():
        way = make(asked)

        def mixed(row: int, way: Score = way) -> list[Scores]:
            one, other = levelled(base(row), asked.goods), levelled(way(row), asked.goods)
            return [one + np.float32(weight) * other for weight in WEIGHTS]

        found[name] = lists(asked, mixed, len(WEIGHTS))
    counts = np.bincount(np.concatenate(asked.had), minlength=len(asked.goods)) + 1.0
    found["discounted base"] = lists(
        asked, lambda row: [levelled(base(row), asked.goods) / counts**power for power in POWERS], len(POWERS)
    )
    return found


def _curves(ranked: Mapping[str, NDArray[np.int64]], asked: Asked) -> dict[str, list[dict[str, float]]]:
    """Way → figures at each weight."""
    weights = {name: POWERS if name == "discounted base" else WEIGHTS for name in ranked}
    return {
        name: [{"weight": w, **figures(each, asked)} for w, each in zip(weights[name], found, strict=True)]
        for name, found in ranked.items()
    }


def _places(curves: Mapping[str, list[dict[str, float]]], keep: float) -> dict[str, int]:
    """Way → place of the largest weight that keeps so much of the base's recall."""
    return {
        name: max(at for at, each in enumerate(curve) if each["recall@10"] >= keep * curve[0]["recall@10"])
        for name, curve in curves.items()
    }


def _at(
    places: Mapping[str, int], ranked: Mapping[str, NDArray[np.int64]], asked: Asked, seed: int
) -> dict[str, dict[str, Any]]:
    """Way → its figures at these weights, and under "less_base" what it has more than the base, case by case."""
    chosen = {"base": ranked["discounted base"][0], **{name: ranked[name][place] for name, place in places.items()}}
    values = {name: per_case(each, asked) for name, each in chosen.items()}
    less = {
        name: {figure: each - values["base"][figure] for figure, each in found.items()}
        for name, found in values.items()
        if name != "base"
    }
    means, differences = with_intervals(values, seed=seed), with_intervals(less, seed=seed)
    return {
        name: {
            **{figure: plain(interval) for figure, interval in means[name].items()},
            **reach(each, asked),
            "less_base": {figure: plain(interval) for figure, interval in differences.get(name, {}).items()},
        }
        for name, each in chosen.items()
    }


def main() -> None:
    """Measures each folder; sets of earlier runs stay in the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    words = parser.parse_args()
    file = record.RESULTS / "long_tail.json"
    sets = json.loads(file.read_text(encoding="utf-8"))["sets"] if file.is_file() else {}
    for folder in words.folders:
        print(folder.name, flush=True)
        sets[folder.name] = {"seed": words.seed, **measure(folder, words.seed)}
        print(json.dumps(sets[folder.name]["at_equal_accuracy"], indent=1), flush=True)
        record.write("long_tail", {"question": "the long tail at equal accuracy", "sets": sets})


if __name__ == "__main__":
    main()
