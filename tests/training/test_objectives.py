"""Orders learned from impressions: worked examples, and a simulated shop whose truth and position bias are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.special import expit

from shopmind.domain import EVENT_TYPES, Candidates
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import silent
from shopmind.stores.ports import EVENT_TABLE
from shopmind.training.click_model import Examination
from shopmind.training.impressions import ANSWERS, Replay, labelled, places_in
from shopmind.training.lambdamart import Growth, chance_trees
from shopmind.training.objective_model import ObjectiveModel
from shopmind.training.objectives import ObjectivesRecipe, Rows, gains, gathered, learned, wanted_trees
from shopmind.training.recipe import Tables

HOUR_MS = 3_600_000
WEIGHTS = {"click": 0.2, "cart": 0.3, "purchase": 0.5}
Fit = tuple[ObjectiveModel, dict[str, Any]]
OPTIONS = ObjectivesRecipe.Options(trees=40, rate=0.1)


def answers(*rows: tuple[str, int, list[int]]) -> pl.DataFrame:
    lines: list[tuple[Any, ...]] = [
        (name, at, None, None, [], "", "", 0, items, [1.0] * len(items)) for name, at, items in rows
    ]
    return pl.DataFrame(lines, schema=ANSWERS, orient="row")


def events(*rows: tuple[str, int, str, int]) -> pl.DataFrame:
    """Rows of type, time, request, item."""
    columns: dict[str, list[Any]] = {name: [None] * len(rows) for name in EVENT_TABLE}
    columns["number"] = list(range(1, len(rows) + 1))
    columns["type"] = [EVENT_TYPES.index(row[0]) for row in rows]
    columns["timestamp_ms"], columns["request_id"], columns["item"] = ([row[i] for row in rows] for i in (1, 2, 3))
    return pl.DataFrame(columns, schema=EVENT_TABLE)


def test_events_are_put_down_to_the_answers_they_echo() -> None:
    """A purchase reaches all three objectives; too late, another item and another request reach none."""
    found = labelled(
        answers(("a", 0, [7, 8, 9]), ("b", 10, [7])),
        events(
            ("purchase", HOUR_MS, "a", 8),
            ("click", HOUR_MS, "a", 9),
            ("click", 30 * HOUR_MS, "a", 7),
            ("click", HOUR_MS, "a", 55),
            ("click", HOUR_MS, "c", 7),
        ),
    )
    assert found.drop("propensity").rows() == [
        (0, 7, 0, 0, 0, 0),
        (0, 8, 1, 1, 1, 1),
        (0, 9, 2, 1, 0, 0),
        (1, 7, 0, 0, 0, 0),
    ]


def test_reported_impressions_say_what_was_seen() -> None:
    found = labelled(answers(("a", 0, [7, 8, 9]), ("b", 0, [7, 8])), events(("impression", 1, "a", 8)))
    assert found.select("answer", "item", "position").rows() == [(0, 8, 1), (1, 7, 0), (1, 8, 1)]


def test_items_that_are_gone_keep_the_places_of_the_others() -> None:
    assert labelled(answers(("a", 0, [7, -1, 9])), events())["position"].to_list() == [0, 2]


def test_places_are_found_by_item() -> None:
    assert places_in(np.array([5, 2, 9]), np.array([9, 4, 5])).tolist() == [2, -1, 0]


def rows_of(reached: dict[str, list[float]], prior: list[float], asked: list[int], places: list[int]) -> Rows:
    n = len(prior)
    return Rows(
        ("prior",),
        np.zeros((n, 2), np.float32),
        np.array(asked),
        np.arange(n),
        np.array(places),
        np.array(prior),
        {name: np.array(reached.get(name, [0.0] * n)) for name in WEIGHTS},
    )


def test_the_gain_of_an_order_is_worked_by_hand() -> None:
    """A click at the second place, looked at half the time, is worth .2 / .5; ranked first it counts whole, ranked
    third it counts 1 / log2(4)."""
    rows = rows_of({"click": [0, 1, 0, 0]}, [0, 0, 0, 0], [0, 0, 0, 1], [0, 1, 2, 0])
    bias = Examination(np.array([1.0, 0.5, 0.25]), 0, True)
    best, worst = np.array([0.0, 1, 0.5, 0]), np.array([2.0, 0, 1, 0])
    np.testing.assert_allclose(gains(rows, best, WEIGHTS, bias), [0.4, np.nan])
    np.testing.assert_allclose(gains(rows, worst, WEIGHTS, bias), [0.2, np.nan])


def test_an_order_that_says_nothing_keeps_what_was_shown() -> None:
    rows = rows_of({"purchase": [1, 0]}, [0, 0], [0, 0], [0, 1])
    bias = Examination(np.ones(2), 0, True)
    assert gains(rows, np.zeros(2), WEIGHTS, bias).tolist() == [0.5]


class Simulated:
    """Answers of ten items ordered by a prior that knows little; `liking` decides who wants what, but a place k is only
    looked at with probability 1 / (k + 1)."""

    def __init__(self, seed: int, n: int = 1_500, told: float = 0.3) -> None:
        randomness = np.random.default_rng(seed)
        self.items = np.stack([randomness.choice(np.arange(1, 60), 10, replace=False) for _ in range(n)])
        self.liking = randomness.normal(0, 1, (n, 10))
        self.prior = told * self.liking + randomness.normal(0, 1, (n, 10))
        order = np.argsort(-self.prior, axis=1)
        for name in ("items", "liking", "prior"):
            setattr(self, name, np.take_along_axis(getattr(self, name), order, axis=1))
        looked = randomness.random((n, 10)) < 1 / np.arange(1, 11)
        self.wanted = expit(1.5 * self.liking - 1)
        clicks = looked & (randomness.random((n, 10)) < self.wanted)
        bought = clicks & (randomness.random((n, 10)) < 0.3)
        self.answers = answers(*((f"r{row:05}", row * 1000, items.tolist()) for row, items in enumerate(self.items)))
        self.events = events(
            *(("click", int(r) * 1000 + 1, f"r{r:05}", int(self.items[r, k])) for r, k in np.argwhere(clicks)),
            *(("purchase", int(r) * 1000 + 2, f"r{r:05}", int(self.items[r, k])) for r, k in np.argwhere(bought)),
        )

    def candidates(self, asked: pl.DataFrame, moment_ms: int) -> Iterator[Candidates]:
        """The items of each answer and one that was not shown, in no order."""
        for row in (asked["timestamp_ms"] // 1000).to_list():
            items = np.append(self.items[row], 99)
            columns = {
                "liking": np.append(self.liking[row], 9).astype(np.float32),
                "noise": np.append(np.sin(self.items[row]), 0).astype(np.float32),
                "found": np.ones(11, np.float32),
            }
            shuffled = np.random.default_rng(row).permutation(11)
            yield Candidates(items, columns, np.append(self.prior[row], 0).astype(np.float32)).take(shuffled)


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    return Simulated(1)


@pytest.fixture(scope="module")
def rows(simulated: Simulated) -> Rows:
    shown = labelled(simulated.answers, simulated.events)
    return gathered(simulated.answers, shown, Replay(simulated.answers, WEIGHTS, simulated.candidates), 0)


@pytest.fixture(scope="module")
def fit(rows: Rows) -> Fit:
    return learned(rows, WEIGHTS, OPTIONS, 0)


def test_shown_items_come_with_their_own_columns(simulated: Simulated, rows: Rows) -> None:
    assert rows.names == ("liking", "noise", "prior")
    np.testing.assert_allclose(rows.matrix[:, 0], simulated.liking.ravel(), rtol=1e-5)
    np.testing.assert_allclose(rows.prior, simulated.prior.ravel(), rtol=1e-5)
    np.testing.assert_allclose(rows.matrix[:, 3], rows.matrix[:, 0] - 9, rtol=1e-4, atol=1e-4)


def test_planted_wishes_and_the_position_bias_are_found(simulated: Simulated, rows: Rows, fit: Fit) -> None:
    model, figures = fit
    assert figures["used"]
    assert figures["gain"]["low"] > 0
    assert figures["position_bias"] == "learned"
    np.testing.assert_allclose(figures["examination"][:4], [1, 1 / 2, 1 / 3, 1 / 4], atol=0.12)
    found = model.scores(rows.matrix, WEIGHTS).reshape(-1, 10)
    agreement = [np.corrcoef(found[row], simulated.wanted[row])[0, 1] for row in range(300)]
    assert np.mean(agreement) > 0.9


def test_a_chance_is_that_of_everybody_looking(simulated: Simulated, rows: Rows) -> None:
    """Without the bias taken out, wishes would look as weak as their clicks are rare."""
    looked = 1 / (1 + rows.places)
    growth, free = Growth(trees=40, rate=0.1), np.zeros(rows.matrix.shape[1], np.bool_)
    true = simulated.wanted.ravel()
    trees = wanted_trees(rows.matrix, rows.reached["click"], looked, growth, 0)
    naive = chance_trees(rows.matrix, rows.reached["click"], np.ones(len(true)), free, growth, 0)
    ours, theirs = (expit(each.scores(rows.matrix)) for each in (trees, naive))
    assert abs(ours.mean() - true.mean()) < 0.04
    assert theirs.mean() < 0.5 * true.mean()
    deep = rows.places > 5
    assert abs(ours[deep].mean() - true[deep].mean()) < 0.05


def test_an_order_that_is_no_better_is_not_used() -> None:
    """The prior knows all there is to know."""
    simulated = Simulated(2, n=800, told=50.0)
    shown = labelled(simulated.answers, simulated.events)
    found = gathered(simulated.answers, shown, Replay(simulated.answers, WEIGHTS, simulated.candidates), 0)
    assert not learned(found, WEIGHTS, OPTIONS, 0)[1]["used"]


def test_weights_decide_what_stands_first(rows: Rows, fit: Fit) -> None:
    model, _ = fit
    chances = model.chances(rows.matrix)
    assert set(chances) == {"click", "cart", "purchase"}
    np.testing.assert_allclose(model.scores(rows.matrix, {"purchase": 1.0}), chances["purchase"])
    np.testing.assert_allclose(
        model.scores(rows.matrix, WEIGHTS), sum(weight * chances[name] for name, weight in WEIGHTS.items())
    )


def test_shares_of_columns_add_up_to_the_score(rows: Rows, fit: Fit) -> None:
    model, _ = fit
    some = rows.matrix[:50]
    total = np.sum(list(model.contributions(some, WEIGHTS).values()), axis=0)
    rest = model.scores(some, WEIGHTS) - total
    np.testing.assert_allclose(rest, rest[0], atol=1e-4)


def test_a_model_is_read_back_as_it_was_written(rows: Rows, fit: Fit) -> None:
    model, figures = fit
    again = ObjectiveModel.of(model.arrays("home"), "home", figures)
    np.testing.assert_array_equal(again.scores(rows.matrix, WEIGHTS), model.scores(rows.matrix, WEIGHTS))


def test_the_recipe_says_what_is_missing(simulated: Simulated, make_shelf: Callable[[int], Any]) -> None:
    def made(tables: Tables) -> None:
        ObjectivesRecipe().fit(tables, OPTIONS, seed=0, progress=silent)

    tables = Tables(simulated.events, make_shelf(60), 10**9)
    with pytest.raises(NotReadyError, match="no scenario ranks by objectives"):
        made(tables)
    few = Replay(simulated.answers.head(5), WEIGHTS, simulated.candidates)
    with pytest.raises(NotReadyError, match=r"home: \d answers that somebody took something of; 200 are needed"):
        made(Tables(simulated.events, make_shelf(60), 10**9, replays=lambda: {"home": few}))
