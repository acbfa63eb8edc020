"""Is a set for an occasion more than the first hits of a search? `python -m benchmarks.scene` on data/gifts.

An occasion is a word that names goods ("picnic", "christmas"); the question is "for a picnic". What the slate is worth
is told by later receipts: of those with a good of that name, how many hold two goods of the slate or more (served), and
how many pairs of the slate are bought together more often than by chance (together). How much the slate repeats itself
is the mean cosine of its texts (alike); how many of its goods are named after the occasion, is named. Beside it the
first hits of the scenario `search`, and the candidates of `scene` in plain order. Weights are chosen on the four weeks
before the last eight by served + together, with what came before them known; the last eight weeks are asked once.
Intervals are drawn over occasions. Needs weights of an encoder. Writes results/scene.json.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

import shopmind
from benchmarks import record
from benchmarks.search.sets import DATA
from shopmind.domain import EVENT_TYPES, History, Query
from shopmind.evaluation.figures import plain, with_intervals
from shopmind.kit.clock import WEEK_MS
from shopmind.shop import Shop, create

SEED = 0
N = 8
OCCASIONS = (
    "picnic", "christmas", "birthday", "party", "baking", "garden", "easter", "valentine", "wedding", "breakfast",
    "travel", "bathroom", "school", "lunch", "halloween", "kitchen", "nursery", "beach",
)  # fmt: skip
TOGETHER_LIFT, TOGETHER_ORDERS = 1.5, 3
TRIED = tuple((together, alike) for together in (0.0, 0.3, 0.6, 1.0) for alike in (0.0, 0.3, 0.6))
Values = dict[str, NDArray[np.float64]]


def scenarios() -> dict[str, str]:
    """Every system as a scenario."""
    found = {"plain": 'base = "scene"\nrerankers = [{part = "top"}]\n'}
    for together, alike in TRIED:
        options = f"together = {together}, alike = {alike}, crowd = 0.0"
        found[named(together, alike)] = f'base = "scene"\nrerankers = [{{part = "ensemble", {options}}}]\n'
    return found


def named(together: float, alike: float) -> str:
    """Name of a tried scenario."""
    return f"tried_{together:g}_{alike:g}".replace(".", "p")


class Later:
    """The receipts of a window."""

    def __init__(self, shop: Shop, events: pl.DataFrame) -> None:
        bought = events.filter(pl.col("type") == EVENT_TYPES.index("purchase")).drop_nulls("item")
        orders = np.unique(bought["order"].to_numpy(), return_inverse=True)[1]
        size = shop.catalogue.columns().size
        held = sparse.csr_array(
            (np.ones(len(orders), np.float32), (orders, bought["item"].to_numpy())), shape=(int(orders.max()) + 1, size)
        )
        held.data[:] = 1
        held.sum_duplicates()
        held.data[:] = 1
        self.held = held
        self.counts: NDArray[np.float64] = np.asarray(held.sum(axis=0), np.float64).ravel()
        self.titles = [(title or "").lower() for title in shop.catalogue.titles(np.arange(size))]

    def goods(self, word: str) -> NDArray[np.int64]:
        """Items named after the occasion."""
        return np.array([number for number, title in enumerate(self.titles) if word in title.split()], np.int64)

    def figures(self, slate: NDArray[np.int64], word: str, vectors: NDArray[np.float32]) -> dict[str, float]:
        """See the module; NaN without a receipt or a pair."""
        of_occasion = self.goods(word)
        orders = np.asarray(self.held[:, of_occasion].sum(axis=1)).ravel() > 0
        mine: NDArray[np.float64] = np.asarray(self.held[orders][:, slate].sum(axis=1), np.float64).ravel()
        joint = np.asarray((self.held[:, slate].T @ self.held[:, slate]).todense())
        by_chance = np.outer(self.counts[slate], self.counts[slate]) / self.held.shape[0]
        upper = np.triu_indices(len(slate), 1)
        together = (joint >= TOGETHER_ORDERS) & (joint >= TOGETHER_LIFT * by_chance)
        cosines = vectors @ vectors.T
        return {
            "served": float((mine >= 2).mean()) if orders.any() else np.nan,
            "together": float(together[upper].mean()) if len(slate) > 1 else np.nan,
            "alike": float(np.nanmean(cosines[upper])) if len(slate) > 1 else np.nan,
            "named": float(np.isin(slate, of_occasion).mean()) if len(slate) else np.nan,
        }


def asked(shop: Shop, scenario: str, later: Later, now_ms: int) -> Values:
    """Figure → (occasions,)."""
    rows = []
    for word in OCCASIONS:
        article = "an" if word[0] in "aeiou" else "a"
        text = f"for {article} {word}" if scenario != "search" else word
        hits = shop.answer(Query(scenario, text=text, n=N, now_ms=now_ms, history=History.empty())).hits
        slate = shop.catalogue.numbers([hit.item.item_id for hit in hits])
        rows.append(later.figures(slate, word, shop.tools.vector_index.vectors(slate)))
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def measure() -> dict[str, Any]:
    """Chooses, then asks the last eight weeks."""
    with tempfile.TemporaryDirectory() as scratch:
        where = Path(scratch) / "shop"
        create(where, name="Gifts", encoder="minilm").close()
        (where / "scenarios").mkdir()
        for name, text in scenarios().items():
            (where / "scenarios" / f"{name}.toml").write_text(text)
        with shopmind.open(where) as shop:
            shop.ingest(DATA / "gifts")
            shop.index()
            events = shop.events.table()
            end_ms = int(events["timestamp_ms"].max())  # type: ignore[arg-type]
            valid_ms, test_ms = end_ms - 12 * WEEK_MS, end_ms - 8 * WEEK_MS
            tried: dict[str, dict[str, float]] = {}
            with _fitted(shop, events, valid_ms) as fitted:
                later = Later(shop, events.filter(pl.col("timestamp_ms").is_between(valid_ms, test_ms, closed="left")))
                for name in ("plain", "search", *(named(*each) for each in TRIED)):
                    found = asked(fitted, name, later, valid_ms)
                    tried[name] = {figure: round(float(np.nanmean(each)), 4) for figure, each in found.items()}
                    print(name, tried[name], flush=True)
            best = max(TRIED, key=lambda each: tried[named(*each)]["served"] + tried[named(*each)]["together"])
            print("chosen", best, flush=True)
            with _fitted(shop, events, test_ms) as fitted:
                later = Later(shop, events.filter(pl.col("timestamp_ms") >= test_ms))
                names = {"search": "search", "plain": "plain", "scene": named(*best)}
                values = {name: asked(fitted, scenario, later, test_ms) for name, scenario in names.items()}
                slates = {
                    word: [hit.item.title for hit in fitted.answer(Query("scene", text=f"for a {word}", n=N)).hits]
                    for word in OCCASIONS[:2]
                }
    return {"chosen": {"together": best[0], "alike": best[1]}, "tried": tried, "slates": slates, **told(values)}


def _fitted(shop: Shop, events: pl.DataFrame, cut_ms: int) -> Any:
    return shop.fitted_on(events.filter(pl.col("timestamp_ms") < cut_ms), cut_ms, scenarios=("scene",))


def told(values: Mapping[str, Values]) -> dict[str, Any]:
    """Systems and the paired differences of ours, with intervals."""
    gaps = {
        f"scene-{name}": {figure: values["scene"][figure] - each[figure] for figure in each}
        for name, each in values.items()
        if name != "scene"
    }
    return {
        part: {
            name: {figure: plain(each) for figure, each in of.items()}
            for name, of in with_intervals(table, seed=SEED).items()
        }
        for part, table in (("systems", values), ("differences", gaps))
    }


def main() -> None:
    """Measures and writes results/scene.json."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    found = measure()
    print({name: {k: v["value"] for k, v in of.items()} for name, of in found["systems"].items()})
    print(f"wrote {record.write('scene', {'question': 'a set for an occasion', 'seed': SEED, **found}).name}")


if __name__ == "__main__":
    main()
