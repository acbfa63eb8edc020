from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from shopmind.domain import EVENT_TYPES
from shopmind.evaluation.attribution import attribute
from shopmind.kit.clock import DAY_MS, HOUR_MS
from shopmind.kit.errors import InputError
from shopmind.kit.options import build
from shopmind.kit.progress import silent
from shopmind.kit.seeds import generator, hash64
from shopmind.stores.ports import EVENT_TABLE
from shopmind.training.arms import EXPLORED, ArmsRecipe
from shopmind.training.credit import CLOCKS_MS, first_of, hashes, places, rewarded
from shopmind.training.recipe import Fitted, Tables

NOW_MS = 1_000 * DAY_MS


class Shelf:
    size = 50
    change = 0
    shown = np.ones(50, np.bool_)


def log(*rows: tuple[str, str | None, int | None, int, int | None]) -> pl.DataFrame:
    """Rows of (type, request, item, time, position), all of the scenario home."""
    table = [
        {
            "number": number,
            "type": EVENT_TYPES.index(kind),  # type: ignore[arg-type]
            "timestamp_ms": at,
            "item": item,
            "request_id": request,
            "scenario": "home" if kind == "impression" else None,
            "position": position,
        }
        for number, (kind, request, item, at, position) in enumerate(rows, start=1)
    ]
    return pl.DataFrame([{name: row.get(name) for name in EVENT_TABLE} for row in table], schema=EVENT_TABLE)


def fit(events: pl.DataFrame, explored: pl.DataFrame | None = None, **options: object) -> Fitted:
    tables = Tables(events, Shelf(), NOW_MS, explored=None if explored is None else lambda: explored)  # type: ignore[arg-type]
    return ArmsRecipe().fit(tables, ArmsRecipe.Options(**options), seed=0, progress=silent)  # type: ignore[arg-type]


def counts(fitted: Fitted) -> dict[tuple[int, int], tuple[float, float]]:
    """(item, place) → (shown, rewarded)."""
    arrays = [fitted.arrays[name].tolist() for name in ("items", "places", "shown", "rewarded")]
    return {(item, place): (shown, won) for item, place, shown, won in zip(*arrays, strict=True)}


def test_counts_by_hand() -> None:
    half = NOW_MS - 30 * DAY_MS
    found = counts(
        fit(
            log(
                ("impression", "a", 1, NOW_MS, 4),
                ("impression", "a", 2, NOW_MS, 9),
                ("click", "a", 1, NOW_MS + HOUR_MS, None),
                ("click", "a", 1, NOW_MS + 2 * HOUR_MS, None),  # again: once is enough
                ("impression", "b", 1, half, 4),  # a half-life ago: counts half
                ("purchase", "b", 1, half + 1, None),  # no reward as it comes
                ("impression", "c", 2, half, 9),
                ("click", "c", 2, half + 2 * DAY_MS, None),  # after the window
                ("impression", "d", 2, half, 9),
                ("click", "d", 2, half + DAY_MS, None),  # on its edge
                ("impression", "d", 2, half + 5, 9),  # shown twice in one answer: once
                ("impression", None, 3, NOW_MS, 1),
                ("click", "a", 3, NOW_MS, None),  # was not shown there
                ("click", "x", 1, NOW_MS, None),  # nobody knows this request
            )
        )
    )
    assert found == {(1, 4): (1.5, 1.0), (2, 9): (2.0, 0.5)}


def test_other_events_may_be_the_reward() -> None:
    events = log(("impression", "b", 1, NOW_MS, 4), ("purchase", "b", 1, NOW_MS, None))
    assert counts(fit(events, rewards=("add_to_cart", "purchase"))) == {(1, 4): (1.0, 1.0)}


def test_an_empty_log_makes_an_empty_artifact() -> None:
    fitted = fit(log())
    assert counts(fitted) == {}
    assert fitted.figures == {"impressions": 0, "rewarded": 0, "linear": []}


def test_the_credit_is_that_of_attribution() -> None:
    rng = generator(4, "log")
    rows: list[tuple[str, str | None, int | None, int, int | None]] = []
    for _ in range(3_000):
        kind = ("impression", "click", "view")[rng.integers(3)]
        at = NOW_MS - int(rng.integers(0, 6 * DAY_MS))
        rows.append((kind, f"r{rng.integers(150)}", int(rng.integers(1, 9)), at, int(rng.integers(0, 12))))
    events = log(*rows)
    credited = attribute(events, window_days=1.0, outcomes=("click",)).filter(pl.col("how") == "request")
    expected = set(credited.select("request_id", "item").unique().iter_rows())
    assert len(expected) > 100
    shown = events.filter(pl.col("type") == 0)
    keys = places(hashes(shown["request_id"]), shown["item"].to_numpy())
    first = first_of(keys, shown["timestamp_ms"].to_numpy())
    clicks = events.filter(pl.col("type") == EVENT_TYPES.index("click"))
    won = rewarded(
        keys[first],
        shown["timestamp_ms"].to_numpy()[first],
        places(hashes(clicks["request_id"]), clicks["item"].to_numpy()),
        clicks["timestamp_ms"].to_numpy(),
        DAY_MS,
    )
    found = {shown.row(int(row), named=True)["request_id"] + "/" + str(shown["item"][int(row)]) for row in first[won]}
    assert found == {f"{request}/{item}" for request, item in expected}


def test_a_clock_may_run_behind_and_late_is_late() -> None:
    keys, event = np.array([7], np.uint64), np.array([7], np.uint64)
    for late, counts_for in ((-CLOCKS_MS, True), (-CLOCKS_MS - 1, False), (10, True), (11, False)):
        assert rewarded(keys, np.array([0]), event, np.array([late]), 10)[0] == counts_for


def test_hashes_are_those_of_the_seeds_and_nothing_is_none() -> None:
    found = hashes(pl.Series(["a", None, "b", "a"], dtype=pl.String))
    assert found.tolist() == [hash64("a"), 0, hash64("b"), hash64("a")]


def test_what_linucb_needs_by_hand_of_the_columns_it_chose_by_last() -> None:
    events = log(
        ("impression", "a", 1, NOW_MS, 4),
        ("click", "a", 1, NOW_MS, None),
        ("impression", "b", 2, NOW_MS - 30 * DAY_MS, 4),
        ("impression", "c", 3, NOW_MS, 4),
    )
    rows = [
        ("home", "c", 3, ["constant", "old"], [1.0, 9.0]),  # chosen by other columns
        ("home", "a", 1, ["constant", "score"], [1.0, 0.5]),
        ("home", "b", 2, ["constant", "score"], [1.0, 1.0]),
        ("home", "unseen", 2, ["constant", "score"], [1.0, 1.0]),
    ]
    fitted = fit(events, pl.DataFrame(rows, schema=EXPLORED, orient="row"))
    assert fitted.figures["linear"] == [{"scenario": "home", "names": ["constant", "score"], "slots": 2}]
    np.testing.assert_allclose(fitted.arrays["gathered_0"], [[1.5, 1.0], [1.0, 0.75]])
    np.testing.assert_allclose(fitted.arrays["gained_0"], [1.0, 0.5])
    np.testing.assert_allclose(fitted.arrays["open_features_0"], [[1.0, 0.5]])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"rewards": []}, "rewards"),
        ({"rewards": ["impression"]}, "impression"),
        ({"rewards": ["wish"]}, "wish"),
        ({"window_days": 0.0}, "window_days"),
        ({"half_life_days": float("nan")}, "half_life_days"),
    ],
)
def test_options_that_mean_nothing_are_refused(options: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        build(ArmsRecipe.Options, options, where="shop.toml: training.arms")
