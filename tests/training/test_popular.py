from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shopmind.kit.clock import DAY_MS
from shopmind.kit.progress import silent
from shopmind.training.popularity import PopularityRecipe
from shopmind.training.recipe import Tables
from shopmind.training.trending import TrendingRecipe, Visits, lately, surprise, usually


def popularity(tables: Tables, **options: object) -> np.ndarray:
    fitted = PopularityRecipe().fit(tables, PopularityRecipe.Options(**options), seed=0, progress=silent)
    return fitted.arrays["scores"]


def trending(tables: Tables) -> dict[str, np.ndarray]:
    return dict(TrendingRecipe().fit(tables, TrendingRecipe.Options(), seed=0, progress=silent).arrays)


def test_an_event_counts_half_at_its_half_life(make_log, make_shelf) -> None:
    rows = [("purchase", 0.0, 1, 1, 1), ("purchase", 14.0, 1, 1, 2), ("view", 0.0, 1, 2, 3), ("dislike", 0.0, 1, 3, 4)]
    tables = Tables(make_log(rows), make_shelf(4), 400 * DAY_MS)
    np.testing.assert_allclose(popularity(tables), [0, 1.5, 0.1, 0], rtol=1e-6)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["view", "purchase", "return", "dislike", "impression"]),
            st.floats(-5, 300),
            st.one_of(st.none(), st.integers(1, 4)),
            st.one_of(st.none(), st.integers(1, 5)),
            st.integers(1, 9),
        ),
        max_size=30,
    )
)
def test_nothing_is_ever_less_than_not_popular(make_log, make_shelf, rows) -> None:
    tables = Tables(make_log(rows), make_shelf(6), 400 * DAY_MS)
    assert (popularity(tables) >= 0).all()
    found = trending(tables)
    assert (found["lately"] >= 0).all()
    assert (found["usually"] >= found["lately"] - 1e-6).all()


def test_a_person_counts_once_with_the_event_that_counts_most() -> None:
    visits = Visits(
        np.array([7, 7, 7, 7, 8]),
        np.ones(5, np.int64),
        np.array([0.1, 1.0, 1.0, 1.0, 0.4]),
        np.array([0, 3, 6, 9, 0]) * DAY_MS,
    )
    np.testing.assert_allclose(lately(visits, 3.0, 3), [0, 0.5 + 0.4, 0])
    # usually, person 7 counts once for days 0 to 6 and once for the week before
    np.testing.assert_allclose(usually(visits, 3.0, 3), [0, 0.5 + 0.125 + 0.4, 0])


def test_surprise_is_worked_by_hand() -> None:
    # half of all that is usual is lately: of item 1 four are expected and nine are there
    now, usual = np.array([0.0, 9, 1]), np.array([0.0, 8, 12])
    np.testing.assert_allclose(surprise(now, usual), [-1, (9 - 4 - 1) / np.sqrt(5), (1 - 6 - 1) / np.sqrt(7)])
    assert (surprise(np.zeros(3), np.zeros(3)) < 0).all()


@pytest.mark.parametrize("who", ["one user", "one session", "nobody"])
def test_one_visitor_makes_no_trend_however_often_he_comes(make_log, make_shelf, who: str) -> None:
    flood = [("purchase", 0.01, 9 if who == "one user" else None, 2, n) for n in range(500)]
    rows = [("purchase", float(age), user, 1, age) for age in range(1, 60) for user in (1, 2)] + flood
    sessions = [None] * 118 + ["bot" if who == "one session" else None] * 500
    found = trending(Tables(make_log(rows, sessions), make_shelf(3), 400 * DAY_MS))
    assert surprise(found["lately"].astype(float), found["usually"].astype(float))[2] <= 0


def test_three_new_customers_make_a_trend(make_log, make_shelf) -> None:
    usual = [("purchase", float(age), user, 1, 100 * user + age) for age in range(1, 60) for user in range(1, 9)]
    rows = [*usual, *(("purchase", 0.1, user, 2, user) for user in (21, 22, 23))]
    found = trending(Tables(make_log(rows), make_shelf(3), 400 * DAY_MS))
    trend = surprise(found["lately"].astype(float), found["usually"].astype(float))
    assert trend[2] > 0
    assert trend[2] > trend[1]


def test_an_empty_shop_has_nothing_popular_and_no_trend(empty_shop: Tables) -> None:
    assert popularity(empty_shop).tolist() == [0] * 5
    assert trending(empty_shop)["lately"].tolist() == [0] * 5
