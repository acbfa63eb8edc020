"""What stands in for an item and what goes with it: the formulas by hand, and a planted shop of phones and cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy import sparse

from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import silent
from shopmind.training.likeness import Likeness, groups_of
from shopmind.training.recipe import Fitted, Tables
from shopmind.training.relations import RelationsRecipe, added, beyond_chance, surplus
from shopmind.training.sparse import row

MakeLog = Callable[..., pl.DataFrame]
PHONES, CASES = (1, 2), (3, 4)


def fit(tables: Tables, **options: object) -> Fitted:
    return RelationsRecipe().fit(tables, RelationsRecipe.Options(**options), seed=0, progress=silent)  # type: ignore[arg-type]


def test_meetings_are_held_against_chance_as_worked_by_hand() -> None:
    shared, chance, own = np.array([9.0, 0.0, 1.0]), np.array([1.0, 5.0, 1.0]), np.array([12.0, 10.0, 2.0])
    # (9 + 5) / (1 + 5), (0 + 5) / (5 + 5), (1 + 5) / (1 + 5)
    np.testing.assert_allclose(surplus(shared, chance, 5.0), [14 / 6, 0.5, 1.0])
    np.testing.assert_allclose(beyond_chance(shared, chance, 5.0), [1 - 6 / 14, 0.0, 0.0])
    # (9 - 1) / 12 * 9 / (9 + 3)
    np.testing.assert_allclose(added(shared, chance, own, 3.0), [8 / 12 * 9 / 12, 0.0, 0.0])


def test_likeness_is_the_mean_of_text_and_traits() -> None:
    texts = np.array([[0, 0], [1, 0], [0.6, 0.8], [-1, 0]], np.float32)
    traits = sparse.csr_array(np.array([[0, 0], [1, 0], [1, 0], [0, 1]], np.float32))
    likeness = Likeness(texts, traits)
    one = np.array([1, 1])
    np.testing.assert_allclose(likeness.of(one, np.array([2, 3])), [(0.6 + 1) / 2, 0.0], rtol=1e-6)
    groups = np.array([-1, 0, 0, 0])
    nearest = likeness.nearest(groups, np.ones(4), 2, 10)
    np.testing.assert_allclose(nearest.toarray()[1], [0, 0, 0.8, 0], rtol=1e-6)
    only_texts = Likeness(texts, sparse.csr_array((4, 1), dtype=np.float32))
    np.testing.assert_allclose(only_texts.of(one, np.array([2, 3])), [0.6, 0.0], rtol=1e-6)


@pytest.fixture
def shop_of_phones(make_log: MakeLog, make_shelf: type, make_texts: Callable[..., object]) -> Tables:
    """Everybody looks at both phones and both cases in one visit each and buys one of either together; items 5 and 6
    are bought now and then alone."""
    rows, sessions = [], []
    for user in range(1, 41):
        phone, case = PHONES[user % 2], CASES[user // 2 % 2]
        age = 100.0 - user
        rows += [("view", age + 0.5, user, item, None) for item in PHONES]
        rows += [("view", age + 0.2, user, item, None) for item in CASES]
        rows += [("purchase", age, user, phone, user), ("purchase", age, user, case, user)]
        rows.append(("purchase", age - 30, user, 5 + user % 2, 1_000 + user))
        sessions += [f"s{user}"] * 7
    columns = {"categories": make_texts([None, "Phones", "Phones", "Cases", "Cases", "Tea", "Tea"])}
    return Tables(make_log(rows, sessions), make_shelf(7, columns), 10**12)


def test_phones_stand_in_for_phones_and_cases_go_with_them(shop_of_phones: Tables) -> None:
    fitted = fit(shop_of_phones)
    assert row(fitted.arrays, "substitutes", 1)[0].tolist() == [2]
    assert row(fitted.arrays, "substitutes", 3)[0].tolist() == [4]
    assert sorted(row(fitted.arrays, "complements", 1)[0].tolist()) == [3, 4]
    assert not len(row(fitted.arrays, "complements", 5)[0])
    # 80 orders; 20 hold either phone, 20 either case, 10 of these both: chance is 20 * 20 / 80 = 5
    np.testing.assert_allclose(row(fitted.arrays, "complements", 1)[1], [(10 - 5) / 20 * 10 / 15] * 2, rtol=1e-6)
    # of 80 visits 40 hold both phones, chance is 40 * 40 / 80 = 20; the two are in no order together, chance is 5
    np.testing.assert_allclose(row(fitted.arrays, "substitutes", 1)[1], [(1 - 25 / 45) / 2 / 0.5], rtol=1e-6)
    assert fitted.figures == {"orders": 80, "visits": 80, "substitutes": 4, "complements": 8}


def test_a_visit_ends_with_a_pause(shop_of_phones: Tables) -> None:
    all_day = fit(shop_of_phones, visit_minutes=24 * 60.0)
    assert all_day.figures["visits"] == 40
    assert all_day.figures["substitutes"] == 0  # everybody saw everything: no more than chance


def test_without_views_what_reads_alike_stands_in_unless_it_is_bought_together(
    make_log: MakeLog, make_shelf: type, make_texts: Callable[..., object]
) -> None:
    """Tea 1 and 2 read alike and are never in one order; teas 1 and 3 read as much alike and always are."""
    rows = [("purchase", 1.0, user, item, user) for user in range(1, 11) for item in (1, 3)]
    rows += [("purchase", 1.0, user, 2, user) for user in range(11, 31)]
    vectors = np.array([[0, 0], [1, 0.1], [1, 0.1], [1, 0.1], [-1, 0]], np.float32)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    columns = {"categories": make_texts([None, "Tea", "Tea", "Tea", "Pots"])}
    tables = Tables(make_log(rows), make_shelf(5, columns), 10**12, vectors=lambda numbers: vectors[numbers])
    found, values = row(fit(tables).arrays, "substitutes", 1)
    order = found[np.argsort(-values)]
    assert order.tolist() == [2, 3]
    assert values.max() > 2 * values.min()
    less_alike = row(fit(tables, unlike=0.9).arrays, "complements", 1)[1]
    np.testing.assert_allclose(less_alike, row(fit(tables, unlike=0.0).arrays, "complements", 1)[1] * 0.1, rtol=1e-3)


def test_items_are_grouped_by_their_whole_category_and_what_is_hidden_by_none(
    make_shelf: type, make_texts: Callable[..., object]
) -> None:
    groups = groups_of(make_shelf(5, {"categories": make_texts([None, "A > B", "A", "A > B", None])}))
    assert groups[0] == -1
    assert groups[1] == groups[3] != groups[2]
    assert groups[4] not in (-1, groups[1], groups[2])


def test_a_shop_without_anything_to_compare_says_so(empty_shop: Tables) -> None:
    with pytest.raises(NotReadyError, match="no two items"):
        fit(empty_shop)


def test_an_order_that_holds_everything_counts_for_its_largest_part(shop_of_phones: Tables) -> None:
    whole = shop_of_phones.events.with_columns(order=pl.lit(1, pl.Int64))
    assert fit(replace(shop_of_phones, events=whole), largest=3).figures["orders"] == 1
