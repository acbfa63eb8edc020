"""What is learned from events, served: the same columns as in training, and no trouble with what is newer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES, Candidates, History, Query
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import MissingExtraError, NotReadyError
from shopmind.kit.progress import silent
from shopmind.pipeline.context import Context
from shopmind.pipeline.features import MENU as FEATURES
from shopmind.pipeline.live import LiveEvents, LiveTail
from shopmind.pipeline.parts import Tools
from shopmind.pipeline.rankers.weighted import Weighted
from shopmind.pipeline.retrievers import MENU as RETRIEVERS
from shopmind.stores.columns import TextColumn
from shopmind.stores.folder_artifacts import FolderArtifacts
from shopmind.stores.ports import EVENT_TABLE
from shopmind.training import MENU as RECIPES
from shopmind.training import discovery, ease, next_basket, taste
from shopmind.training.recipe import Tables, card
from shopmind.training.repeat import orders_of
from shopmind.training.timeline import Timeline

NOW_MS = 400 * DAY_MS
ITEMS, PEOPLE = 40, 60
LEARNED = ("buy_again", "copurchase", "ease", "item_knn", "popularity", "taste", "trending")
each_retriever = pytest.mark.parametrize("name", LEARNED)


class Shelf:
    """Half tea, half pans; `size` may be beyond what was trained on."""

    change = 1

    def __init__(self, size: int = ITEMS + 1) -> None:
        self.size = size
        codes = np.where(np.arange(size) > ITEMS // 2, 1, 0).astype(np.int32)
        codes[0] = -1
        self._paths = TextColumn(codes, ("Food > Tea", "Home > Pans"), {"Food > Tea": 0, "Home > Pans": 1})

    @property
    def shown(self) -> NDArray[np.bool_]:
        return np.arange(self.size) > 0

    @property
    def tie(self) -> NDArray[np.uint64]:
        return np.arange(self.size, dtype=np.uint64)

    def column(self, name: str) -> TextColumn | None:
        return self._paths if name == "categories" else None

    def kinds(self, names: tuple[str, ...]) -> NDArray[np.bool_]:
        return self.shown


@pytest.fixture(scope="module")
def tables() -> Tables:
    """Regulars of either half with four favourites each, and something else now and then."""
    randomness = np.random.default_rng(3)
    rows = []
    for user in range(1, PEOPLE + 1):
        shelf = np.arange(1, 21) if user % 2 else np.arange(21, 41)
        favourites = randomness.choice(shelf, 4, replace=False)
        for visit, age in enumerate(randomness.uniform(0.5, 200, 24)):
            bought = {*randomness.choice(favourites, 2, replace=False).tolist(), int(randomness.choice(shelf))}
            rows += [(age, user, item, 100 * user + visit) for item in bought]
    rows.sort(reverse=True)
    columns: dict[str, Any] = {name: [None] * len(rows) for name in EVENT_TABLE}
    columns["number"] = range(1, len(rows) + 1)
    columns["type"] = [EVENT_TYPES.index("purchase")] * len(rows)
    columns["timestamp_ms"] = [NOW_MS - int(row[0] * DAY_MS) for row in rows]
    columns["user"], columns["item"], columns["order"] = ([row[i] for row in rows] for i in (1, 2, 3))
    columns["quantity"] = [2.0] * len(rows)
    return Tables(pl.DataFrame(columns, schema=EVENT_TABLE), Shelf(), NOW_MS)


@pytest.fixture(scope="module")
def tools(tables: Tables, tmp_path_factory: pytest.TempPathFactory) -> Tools:
    artifacts = FolderArtifacts(tmp_path_factory.mktemp("artifacts"))
    for name in RECIPES:
        recipe = RECIPES.load(name)()
        less = {"at_least": 20} if name in ("next_basket", "discovery") else {}
        options = recipe.Options(**less)
        try:
            fitted = recipe.fit(tables, options, seed=0, progress=silent)
        except (MissingExtraError, NotReadyError):
            continue  # it learns from texts or with torch; its own tests fit it
        artifacts.save(name, fitted.arrays, card(name, tables, options, 0, fitted))
    return tools_of(artifacts)


def tools_of(artifacts: FolderArtifacts, live: LiveTail | None = None) -> Tools:
    nothing: Any = SimpleNamespace()
    return Tools(nothing, nothing, nothing, nothing, artifacts, nothing, nothing, None, live or LiveTail.still())


@pytest.fixture
def untrained(tmp_path: Path) -> Tools:
    return tools_of(FolderArtifacts(tmp_path))


def context(
    history: History, *, size: int = ITEMS + 1, anchors: tuple[int, ...] = (), hidden: tuple[int, ...] = ()
) -> Context:
    shelf = Shelf(size)
    allowed = shelf.shown
    allowed[list(hidden)] = False
    return Context(
        Query("home"),
        ("product",),
        NOW_MS,
        shelf,
        lambda: history,
        np.array(anchors, np.int64),
        lambda text: np.empty(0, np.float32),
        allowed=allowed,
    )


def history_of(tables: Tables, user: int) -> History:
    return Timeline(tables.events).of(user)


def part(menu: Any, name: str, tools: Tools) -> Any:
    loaded = menu.load(name)
    return loaded(loaded.Options(), tools)


@each_retriever
def test_what_is_brought_is_allowed_distinct_and_best_first(name: str, tools: Tools, tables: Tables) -> None:
    for user in (1, 2, 3):
        asked = context(history_of(tables, user), hidden=(3, 7, 25))
        items, scores = part(RETRIEVERS, name, tools).retrieve(asked, 15)
        assert len(items) == len(scores) <= 15
        assert asked.allowed[items].all()
        assert len(np.unique(items)) == len(items)
        assert (np.diff(scores) <= 0).all()
        assert np.isfinite(scores).all()


@each_retriever
def test_a_stranger_is_no_trouble(name: str, tools: Tools) -> None:
    items, scores = part(RETRIEVERS, name, tools).retrieve(context(History.empty()), 15)
    assert len(items) == len(scores)


@each_retriever
def test_items_newer_than_the_artifact_are_no_trouble(name: str, tools: Tools, tables: Tables) -> None:
    known = history_of(tables, 1)
    newer = replace(known, items=np.where(np.arange(len(known)) % 3 == 0, ITEMS + 50, known.items))
    asked = context(newer, size=ITEMS + 100)
    items, _ = part(RETRIEVERS, name, tools).retrieve(asked, 15)
    assert asked.allowed[items].all()
    anchored = context(History.empty(), size=ITEMS + 100, anchors=(ITEMS + 50,))
    part(RETRIEVERS, name, tools).retrieve(anchored, 15)


@each_retriever
def test_items_newer_than_the_catalogue_picture_are_no_trouble(name: str, tools: Tools, tables: Tables) -> None:
    asked = context(history_of(tables, 2), size=30, anchors=(35, 5))
    items, _ = part(RETRIEVERS, name, tools).retrieve(asked, 15)
    assert (items < 30).all()


@pytest.mark.parametrize("name", ["copurchase", "item_knn", "ease"])
def test_anchors_come_before_the_history(name: str, tools: Tools, tables: Tables) -> None:
    pans = history_of(tables, 2)
    items, _ = part(RETRIEVERS, name, tools).retrieve(context(pans, anchors=(1, 2)), 5)
    assert (items <= 20).all()


def test_buy_again_brings_the_users_own_items_by_their_share(tools: Tools, tables: Tables) -> None:
    history = history_of(tables, 5)
    items, scores = part(RETRIEVERS, "buy_again", tools).retrieve(context(history), 100)
    orders = orders_of(history, NOW_MS)
    assert sorted(items.tolist()) == orders.items.tolist()
    shares = dict(zip(orders.items.tolist(), orders.share(20), strict=True))
    np.testing.assert_allclose(scores, [shares[item] for item in items.tolist()], rtol=1e-6)


def test_trending_hears_of_live_visitors_but_not_of_one_alone(tools: Tools, tables: Tables) -> None:
    class Tail:
        def __init__(self, users: list[int]) -> None:
            self._events = LiveEvents(
                np.arange(len(users)) + 10**6,
                np.full(len(users), 11),
                np.array(users),
                np.full(len(users), EVENT_TYPES.index("purchase"), np.int8),
                np.full(len(users), NOW_MS - 1),
                10**6 + len(users),
                requests=np.zeros(len(users), np.uint64),
                scenarios=np.zeros(len(users), np.uint64),
                places=np.full(len(users), -1),
            )

        def read(self) -> LiveEvents:
            return self._events

    def trends(users: list[int]) -> list[int]:
        tail: Any = Tail(users)
        found, _ = part(RETRIEVERS, "trending", replace(tools, live=tail)).retrieve(context(History.empty()), 40)
        return [int(item) for item in found]

    quiet = trends([])
    assert trends([0] * 200) == trends([0])
    many = trends(list(range(1000, 1030)))
    assert many[0] == 11
    assert quiet[:1] != [11]


def test_the_served_columns_of_next_basket_are_those_of_training(tools: Tools, tables: Tables) -> None:
    history = history_of(tables, 4)
    items = np.arange(1, 41)
    served = part(FEATURES, "next_basket", tools).compute(context(history), Candidates(items))
    learned = next_basket.item_tables(Timeline(tables.events, ("purchase",)), NOW_MS, ITEMS + 1)
    trained = next_basket.columns(learned, orders_of(history, NOW_MS), items)
    assert tuple(served) == next_basket.COLUMNS
    for name, column in trained.items():
        np.testing.assert_array_equal(served[name], column)


def test_the_served_columns_of_discovery_are_those_of_training(tools: Tools, tables: Tables) -> None:
    history = history_of(tables, 4)
    items = np.arange(1, 41)
    served = part(FEATURES, "discovery", tools).compute(context(history), Candidates(items))
    learned = discovery.item_tables(Timeline(tables.events, ("purchase",)), NOW_MS, ITEMS + 1)
    arrays, _ = ease.fit_ease(tables.events, NOW_MS, ITEMS + 1, ease.EaseRecipe.Options())
    near = ease.expected(arrays, *ease.interest_of(arrays, history, NOW_MS, 180.0), ITEMS + 1)
    groups = taste.groups(tables.columns, learned["season"], learned["goods"])
    trained = discovery.columns(learned, groups, orders_of(history, NOW_MS), near, items)
    assert tuple(served) == discovery.COLUMNS
    for name, column in trained.items():
        np.testing.assert_array_equal(served[name], column)


@pytest.mark.parametrize("name", ["next_basket", "discovery"])
def test_features_of_items_newer_than_the_artifact_are_finite(name: str, tools: Tools, tables: Tables) -> None:
    items = np.array([1, ITEMS + 5, ITEMS + 90])
    asked = context(history_of(tables, 1), size=ITEMS + 100)
    for column in part(FEATURES, name, tools).compute(asked, Candidates(items)).values():
        assert np.isfinite(column).all()


@pytest.mark.parametrize("name", ["next_basket", "discovery"])
def test_before_the_first_training_there_are_no_columns(name: str, untrained: Tools) -> None:
    assert part(FEATURES, name, untrained).compute(context(History.empty()), Candidates(np.array([1]))) == {}


@pytest.fixture
def candidates() -> Candidates:
    columns = {
        "buy_again": np.array([0.5, np.nan, 0.2], np.float32),
        "popularity": np.array([np.nan, 9.0, 1.0], np.float32),
    }
    return Candidates(np.array([1, 2, 3]), columns)


def test_weights_are_multiplied_and_added(candidates: Candidates, untrained: Tools) -> None:
    ranker = Weighted(Weighted.Options(weights={"buy_again": 2.0, "popularity": 0.1, "missing": 9.0}), untrained)
    asked = context(History.empty())
    ranked = ranker.rank(asked, candidates)
    np.testing.assert_allclose(ranked.scores, [1.0, 0.9, 0.5], rtol=1e-6)
    np.testing.assert_allclose(ranked.contributions["popularity"], [0, 0.9, 0.1], rtol=1e-6)
    assert asked.degraded == []


def test_without_the_artifact_the_fallback_ranks_and_says_so(candidates: Candidates, untrained: Tools) -> None:
    options = Weighted.Options(artifact="next_basket", fallback={"buy_again": 3.0, "popularity": 1.0})
    asked = context(History.empty())
    ranked = Weighted(options, untrained).rank(asked, candidates)
    assert ranked.items[np.argsort(-ranked.scores)].tolist() == [3, 1, 2]
    assert "next_basket: not trained yet" in asked.degraded[0]
    assert "ranked by buy_again, popularity" in asked.degraded[0]


def test_with_the_artifact_its_weights_rank(tools: Tools, tables: Tables) -> None:
    options = Weighted.Options(artifact="next_basket", fallback={"buy_again": 1.0})
    asked = context(history_of(tables, 1))
    found = Candidates(np.arange(1, 41))
    found = found.with_columns(part(FEATURES, "next_basket", tools).compute(asked, found))
    ranked = Weighted(options, tools).rank(asked, found)
    weights = tools.artifact("next_basket").card["figures"]["weights"]
    wanted = sum(weight * found.columns[name] for name, weight in weights.items())
    np.testing.assert_allclose(ranked.scores, wanted, rtol=1e-4, atol=1e-5)
    assert asked.degraded == []


@pytest.mark.parametrize(
    "options",
    [{}, {"weights": {"a": 1.0}, "artifact": "x", "fallback": {"a": 1.0}}, {"artifact": "x"}],
)
def test_options_that_do_not_say_where_weights_come_from_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"weights|fallback"):
        Weighted.Options(**options)
