"""What are shops, brands, goods of a shop, letters and trends worth? `python -m benchmarks.places SHOP`, the demo's.

The log is cut by time: what came before a cut is known, the households who came in the four weeks after it are asked
once, at the cut, through the engine by the packaged files as they are. Settings are chosen on the last eight weeks, of
which some were read more than once; what is reported are the four weeks before those, and households that were asked
in neither. With `--choose` settings are tried on the first four of the eight; the figures of all are kept.

Shops: which stores they go to, and which they never went to before. Brands: whose goods they buy, the maker standing
for the brand, for the demo's brands are only two. In a shop: the goods of their first receipt, in the store it is from.
What a store sells is known from links that are made of the whole year. Buy again: the goods of these weeks that the
household had bought before. Messages: all goods of these weeks, by a slate of six. Trending: of sixteen weekly cuts,
how many times as many people as in the mean week of the two months before buy a good of the slate in the week after
(ln of it, one person added to both). Writes results/places.json.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import shopmind
from benchmarks import record
from benchmarks.asking import Asking
from shopmind.domain import EVENT_TYPES, History, Query
from shopmind.evaluation.figures import per_case, plain, with_intervals
from shopmind.kit.clock import DAY_MS
from shopmind.kit.seeds import generator
from shopmind.shop import Shop
from shopmind.stores.columns import TextColumn

SEED = 0
WINDOW_MS = 28 * DAY_MS
WINDOWS_READ = 2
"""So many windows at the end of the log served to choose settings and are not reported."""
MOST, MOST_CHOOSING = 600, 200
"""Households asked, drawn by seed; the second of the windows on which settings are chosen."""
Values = dict[str, NDArray[np.float64]]
Targets = dict[int, NDArray[np.int64]]
"""User number → what is right: item numbers, or codes of makers."""

BRANDS = 'base = "brands"\nrerankers = [{part = "variants", by = "manufacturer"}, {part = "top"}]\n'
WEIGHED: Mapping[str, tuple[str, ...]] = {
    "shops": (
        "viewed = 3.0, nearby = 0.1, linked = 0.01, item_knn = 0.05, popularity = 0.1",
        "viewed = 3.0, nearby = 0.1, linked = 0.3, item_knn = 0.5, popularity = 0.3",
        "viewed = 1.0, nearby = 0.1, linked = 0.3, item_knn = 0.3, popularity = 0.3",
    ),
    "in_shop": (
        "buy_again = 3.0, taste = 0.3, item_knn = 0.3, popularity = 0.3, fresh = 0.1",
        "buy_again = 1.0, taste = 1.0, item_knn = 1.0, popularity = 1.0, fresh = 0.1",
        "buy_again = 3.0, taste = 0.1, item_knn = 0.1, popularity = 0.1, fresh = 0.0",
    ),
}
"""Weights that are tried, those of the packaged file first."""
TRIED: Mapping[str, Mapping[str, str]] = {
    place: {weights: f'base = "{place}"\nranker = {{weights = {{{weights}}}}}\n' for weights in tried}
    for place, tried in WEIGHED.items()
} | {
    "messages": {
        "learned": 'base = "messages"\n',
        **{
            f"by rank, {weights}": (
                'title = "f"\nretrievers = {buy_again = {k = 40}, item_knn = {k = 60}, popularity = {k = 40}}\n'
                f'ranker = {{part = "fusion", by = "rank", weights = {{{weights}}}}}\n'
            )
            for weights in (
                "buy_again = 1.0, item_knn = 1.0, popularity = 0.5",
                "buy_again = 3.0, item_knn = 1.0, popularity = 0.5",
                "buy_again = 3.0, item_knn = 0.3, popularity = 0.1",
            )
        },
    },
    "brands": {
        f"own {own:g}, near {near:g}, popular {popular:g}": (
            BRANDS
            + f'retrievers = {{brands = {{by = "manufacturer", own = {own}, near = {near}, popular = {popular}}}}}\n'
        )
        for own, near, popular in ((1, 0, 0.3), (1, 1, 0.3), (1, 3, 1))
    },
}
WEEKS = 16
BESIDE: Mapping[str, Mapping[str, str]] = {
    "shops": {
        "popularity": 'title = "p"\nkinds = ["shop"]\nretrievers = {popularity = {k = 500}}\n',
        "own visits": 'title = "o"\nkinds = ["shop"]\nretrievers = {viewed = {k = 500, half_life_days = 60.0}}\n',
    },
    "brands": {
        "popularity": BRANDS + 'retrievers = {brands = {by = "manufacturer", own = 0.0, near = 0.0, popular = 1.0}}\n',
        "own purchases": BRANDS + 'retrievers = {brands = {by = "manufacturer", near = 0.0, popular = 0.0001}}\n',
    },
    "buy_again": {
        "most often bought": (
            'title = "m"\nretrievers = {viewed = {k = 500, types = ["purchase"], half_life_days = 100000.0}}\n'
        ),
        "popularity": 'title = "p"\nretrievers = {popularity = {k = 500}}\n',
    },
    "messages": {
        "popularity": 'title = "p"\nretrievers = {popularity = {k = 500}}\n',
        "most often bought": (
            'title = "m"\nretrievers = {viewed = {k = 500, types = ["purchase"], half_life_days = 100000.0}}\n'
        ),
        "item_knn": 'title = "i"\nretrievers = {item_knn = {k = 500}}\n',
    },
    "in_shop": {
        "popularity": (
            'base = "in_shop"\nranker = {weights = {buy_again = 0.0, taste = 0.0, item_knn = 0.0, fresh = 0.0}}\n'
        ),
        "own purchases": (
            'base = "in_shop"\nranker = {weights = {taste = 0.0, item_knn = 0.0, fresh = 0.0, popularity = 0.001}}\n'
        ),
    },
}


def file_of(place: str, name: str) -> str:
    """The name of the scenario file of a system."""
    return f"{place}_{''.join(each if each.isalnum() else '_' for each in name)}"


def copied(folder: Path, where: Path) -> None:
    """A copy of the shop's database with a scenario for every system; its indexes are not needed."""
    where.mkdir()
    for name in ("shop.toml", "secret.key"):
        shutil.copy2(folder / name, where / name)
    with sqlite3.connect(folder / "shop.db") as source, sqlite3.connect(where / "shop.db") as target:
        source.backup(target)
    (where / "scenarios").mkdir()
    text = BRANDS + 'retrievers = {brands = {by = "manufacturer"}}\n'
    (where / "scenarios" / f"{file_of('brands', 'packaged')}.toml").write_text(text)
    for table in (TRIED, BESIDE):
        for place, systems in table.items():
            for name, text in systems.items():
                (where / "scenarios" / f"{file_of(place, name)}.toml").write_text(text)


class Window:
    """Who is asked at one cut, what they had done, and what they did in the four weeks after."""

    def __init__(
        self, shop: Shop, events: pl.DataFrame, cut_ms: int, *, most: int, but: NDArray[np.int64] | None = None
    ) -> None:
        self.cut_ms = cut_ms
        self.known = events.filter(pl.col("timestamp_ms") < cut_ms)
        late = events.filter(
            (pl.col("timestamp_ms") >= cut_ms) & (pl.col("timestamp_ms") < cut_ms + WINDOW_MS)
        ).drop_nulls(["user", "item"])
        regulars = np.intersect1d(self.known["user"].drop_nulls().unique().to_numpy(), late["user"].unique().to_numpy())
        if but is not None:
            regulars = np.setdiff1d(regulars, but)
        chosen = generator(SEED, "places").permutation(len(regulars))[:most]
        self.users = np.sort(regulars[chosen])
        self.late = late.filter(pl.col("user").is_in(self.users.tolist()))
        early = self.known.filter(pl.col("user").is_in(self.users.tolist())).drop_nulls("item")
        self.histories = {user: _history(rows) for (user,), rows in early.group_by("user", maintain_order=True)}
        columns = shop.catalogue.columns()
        self.columns = columns
        self.is_shop, self.is_good = columns.kinds(("shop",)), columns.kinds(("product",))

    def of(self, kept: NDArray[np.bool_], codes: NDArray[np.int64], *, new: bool) -> Targets:
        """What each user took of the items kept, as codes of `codes`; with `new` only what they never had before."""
        found: Targets = {}
        for (user,), rows in self.late.group_by("user"):
            items = rows["item"].to_numpy()
            right = np.unique(codes[items[kept[items]]])
            if new:
                right = np.setdiff1d(right, codes[self.histories[user].items])
            found[int(user)] = right[right >= 0]
        return found


def _history(rows: pl.DataFrame) -> History:
    return History(
        rows["item"].to_numpy(),
        rows["type"].to_numpy(),
        rows["timestamp_ms"].to_numpy(),
        rows["quantity"].fill_null(1).to_numpy(),
        rows["order"].fill_null(0).to_numpy(),
        rows["number"].to_numpy(),
    )


class Asker:
    """Asks the systems of one place at one window."""

    def __init__(self, shop: Shop, window: Window, place: str) -> None:
        self._shop, self._window = shop, window
        columns = window.columns
        makers = columns.column("manufacturer")
        if not isinstance(makers, TextColumn):
            raise SystemExit("the goods have no manufacturer: run it on the demo's shop")
        self.page = {"shops": 5, "messages": 6}.get(place, 10)
        itself = np.arange(columns.size)
        self.codes = makers.codes.astype(np.int64) if place == "brands" else itself
        self.anchors: dict[int, str] = {}
        self.targets: dict[str, Targets] = {}
        if place == "in_shop":
            self.targets["first receipt"] = self._receipts()
        elif place == "buy_again":
            every = window.of(window.is_good, self.codes, new=False)
            self.targets["bought before"] = {
                user: np.intersect1d(right, window.histories[user].of(("purchase",)).items)
                for user, right in every.items()
            }
        else:
            kept = window.is_shop if place == "shops" else window.is_good
            self.targets = {
                "all": window.of(kept, self.codes, new=False),
                "new to the household": window.of(kept, self.codes, new=True),
            }

    def _receipts(self) -> Targets:
        """The goods of each user's first receipt of a store that is known."""
        found: Targets = {}
        view, bought = EVENT_TYPES.index("view"), EVENT_TYPES.index("purchase")
        for (user,), rows in self._window.late.sort("timestamp_ms").group_by("user", maintain_order=True):
            for (_,), order in rows.group_by("order", maintain_order=True):
                visits = order.filter(pl.col("type") == view)["item"].to_numpy()
                goods = order.filter(pl.col("type") == bought)["item"].unique().to_numpy()
                stores = visits[self._window.is_shop[visits]]
                if len(stores) and len(goods):
                    store = self._shop.catalogue.get([int(stores[0])])[0]
                    if store is not None:
                        self.anchors[int(user)] = store.item_id
                        found[int(user)] = goods.astype(np.int64)
                        break
        return found

    def ask(self, scenario: str) -> dict[str, Values]:
        """Part → figure → (n,) of each user, NaN where nothing was right to find. New ones are asked for longer, and
        what the household knows is taken out."""
        ids = np.full((len(self._window.users), 200), -1, np.int64)
        asking = Asking(self._shop, scenario)
        for row, user in enumerate(self._window.users.tolist()):
            anchors = (self.anchors[user],) if user in self.anchors else ()
            if self.anchors and not anchors:
                continue
            history = self._window.histories[user]
            query = Query(scenario, history=history, now_ms=self._window.cut_ms, anchors=anchors, n=ids.shape[1])
            numbers = asking.best(query, ids.shape[1])
            ids[row, : len(numbers)] = self.codes[numbers]
        return {part: self._figures(ids, targets, part) for part, targets in self.targets.items()}

    def _figures(self, ids: NDArray[np.int64], targets: Targets, part: str) -> Values:
        users = self._window.users.tolist()
        ranked = np.full((len(users), self.page), -1, np.int64)
        for row, user in enumerate(users):
            found = ids[row][ids[row] >= 0]
            if part.startswith("new"):
                found = found[~np.isin(found, self.codes[self._window.histories[user].items])]
            ranked[row, : len(found[: self.page])] = found[: self.page]
        right = [targets.get(user, np.empty(0, np.int64)) for user in users]
        cases = np.repeat(np.arange(len(users)), [len(each) for each in right])
        items = np.concatenate(right)
        found = per_case(ranked, cases, items, np.ones(len(items)), (self.page,))
        empty = np.array([not len(each) for each in right])
        names = (f"recall@{self.page}", f"ndcg@{self.page}")
        return {name: np.where(empty, np.nan, found[name]) for name in names}


PLACES = ("shops", "brands", "in_shop", "buy_again", "messages")
NEEDED = ("shops", "brands", "buy_again", "messages")
"""What is fitted for them; `taste` in `in_shop` is left out, for its artifact takes longer than all others together."""


def trends(shop: Shop, events: pl.DataFrame, end_ms: int) -> dict[str, Any]:
    """System → growth of the goods it names and people who buy them in the week after, a figure a week."""
    bought = events.filter(pl.col("type") == EVENT_TYPES.index("purchase")).drop_nulls(["item", "user"])
    week_ms, size = 7 * DAY_MS, shop.catalogue.columns().size

    def people(since_ms: int, until_ms: int) -> NDArray[np.float64]:
        rows = bought.filter(pl.col("timestamp_ms").is_between(since_ms, until_ms, closed="left"))
        counts = rows.select("item", "user").unique().group_by("item").len()
        return np.bincount(counts["item"].to_numpy(), counts["len"].to_numpy(), minlength=size).astype(np.float64)

    values: dict[str, dict[str, list[float]]] = {}
    for back in range(WEEKS, 0, -1):
        cut_ms = end_ms - back * week_ms
        usual = np.mean(
            [people(cut_ms - (each + 1) * week_ms, cut_ms - each * week_ms) for each in range(1, 9)], axis=0
        )
        after = people(cut_ms, cut_ms + week_ms)
        with shop.fitted_on(events.filter(pl.col("timestamp_ms") < cut_ms), cut_ms, scenarios=("trending",)) as fitted:
            for name, scenario in (("trending", "trending"), ("popularity", file_of("buy_again", "popularity"))):
                slate = fitted.answer(Query(scenario, n=10, now_ms=cut_ms, history=History.empty())).hits
                items = fitted.catalogue.numbers([hit.item.item_id for hit in slate])
                of = values.setdefault(name, {"growth": [], "people": []})
                of["growth"].append(float(np.mean(np.log((after[items] + 1) / (usual[items] + 1)))))
                of["people"].append(float(np.mean(after[items])))
    systems = {name: {figure: np.array(each) for figure, each in of.items()} for name, of in values.items()}
    gap = {figure: systems["trending"][figure] - systems["popularity"][figure] for figure in ("growth", "people")}
    return {"weeks": WEEKS, "systems": _plain(systems), "differences": _plain({"trending-popularity": gap})}


def measure(folder: Path, *, choose: bool) -> dict[str, Any]:
    """Tries settings on one window if told to; asks the packaged files on another."""
    with tempfile.TemporaryDirectory() as scratch:
        where = Path(scratch) / "shop"
        copied(folder, where)
        with shopmind.open(where, encoder="none") as shop:
            events = shop.events.table()
            end_ms = int(events["timestamp_ms"].max())  # type: ignore[arg-type]
            read = [Window(shop, events, end_ms - back * WINDOW_MS, most=MOST_CHOOSING) for back in (WINDOWS_READ, 1)]
            tried: dict[str, Any] = {}

            def trial(place: str, ask: Callable[[str], dict[str, Values]], page: int) -> None:
                tried[place] = {
                    name: {
                        part: round(float(np.nanmean(of[f"ndcg@{page}"])), 4)
                        for part, of in ask(file_of(place, name)).items()
                    }
                    for name in TRIED.get(place, {})
                }
                print(place, tried[place], flush=True)

            if choose:
                _each(shop, read[0], trial)
            results: dict[str, Any] = {}

            def test(place: str, ask: Callable[[str], dict[str, Values]], page: int) -> None:
                names = {name: file_of(place, name) for name in BESIDE[place]}
                names[place] = file_of("brands", "packaged") if place == "brands" else place
                results[place] = told({name: ask(scenario) for name, scenario in names.items()}, place)
                print(place, results[place], flush=True)

            asked_before = np.union1d(*(window.users for window in read))
            cut_ms = end_ms - (WINDOWS_READ + 1) * WINDOW_MS
            _each(shop, Window(shop, events, cut_ms, most=MOST, but=asked_before), test)
            results["trending"] = trends(shop, events, end_ms)
            print("trending", results["trending"], flush=True)
    return {"tried": tried, "places": results}


def _each(shop: Shop, window: Window, do: Callable[[str, Callable[[str], dict[str, Values]], int], None]) -> None:
    with shop.fitted_on(window.known, window.cut_ms, scenarios=NEEDED) as fitted:
        for place in PLACES:
            asker = Asker(fitted, window, place)
            do(place, asker.ask, asker.page)


def told(systems: Mapping[str, dict[str, Values]], ours: str) -> dict[str, Any]:
    """Part → systems and differences, with intervals."""
    found = {}
    for part in systems[ours]:
        values = {name: of[part] for name, of in systems.items()}
        gaps = {
            f"{ours}-{name}": {figure: values[ours][figure] - each[figure] for figure in each}
            for name, each in values.items()
            if name != ours
        }
        cases = int(np.count_nonzero(~np.isnan(next(iter(values[ours].values())))))
        found[part] = {"households": cases, "systems": _plain(values), "differences": _plain(gaps)}
    return found


def _plain(values: Mapping[str, Values]) -> dict[str, Any]:
    return {
        name: {figure: plain(each) for figure, each in of.items()}
        for name, of in with_intervals(values, seed=SEED).items()
    }


def main() -> None:
    """Measures and writes results/places.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shop", type=Path, help="the demo's shop")
    parser.add_argument("--choose", action="store_true", help="try settings as well, on weeks that are not reported")
    words = parser.parse_args()
    found = measure(words.shop, choose=words.choose)
    before = record.RESULTS / "places.json"
    if not words.choose and before.is_file():
        found["tried"] = json.loads(before.read_text(encoding="utf-8"))["tried"]
    question = "shops, brands, goods of a shop, letters, trends"
    print(f"wrote {record.write('places', {'question': question, 'seed': SEED, **found}).name}")


if __name__ == "__main__":
    main()
