"""Bridges between domains: the two regressions worked by hand, and what they need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import silent
from shopmind.training.bridges import BridgesRecipe, domains
from shopmind.training.recipe import Tables
from shopmind.training.sparse import row

Make = Callable[..., Any]
TASTES = 2


@pytest.fixture
def two_domains(make_log: Make, make_shelf: Any, make_texts: Make) -> Tables:
    """Stories 1 to 4 and goods 5 to 8; who reads of the first two buys the first two, of the others the others."""
    rows = []
    for person in range(1, 41):
        side = person % TASTES
        rows += [("view", 10.0, person, story, person) for story in (1 + 2 * side, 2 + 2 * side)]
        if person <= 30:
            rows.append(("purchase", 5.0, person, 5 + 2 * side + person // 2 % 2, person))
    kinds = make_texts([None, *["content"] * 4, *["product"] * 4])
    return Tables(make_log(rows), make_shelf(9, {"kind": kinds}), 400 * 86_400_000)


def test_rows_are_those_of_the_regression_of_one_domain_on_the_other(two_domains: Tables) -> None:
    options = BridgesRecipe.Options(ridge=1.0, half_life_days=1e9)
    arrays = BridgesRecipe().fit(two_domains, options, seed=0, progress=silent).arrays
    chosen = np.zeros((40, 9))
    for person, item, kind in two_domains.events.select("user", "item", "type").iter_rows():
        chosen[person - 1, item] = np.sqrt(1.0 if kind == two_domains.events["type"].max() or item > 4 else 0.1)
    x, y = chosen[:, 1:5], chosen[:, 5:]
    gram = x.T @ x
    wanted = np.linalg.solve(gram + np.diag(gram).mean() * np.eye(4), x.T @ y)
    for story in (1, 2, 3, 4):
        columns, values = row(arrays, "similar", story)
        dense = np.zeros(9)
        dense[columns] = values
        np.testing.assert_allclose(dense[5:], np.maximum(wanted[story - 1], 0), atol=1e-5)
        assert not dense[:5].any()


def test_taste_crosses_both_ways(two_domains: Tables) -> None:
    arrays = BridgesRecipe().fit(two_domains, BridgesRecipe.Options(), seed=0, progress=silent).arrays
    assert set(row(arrays, "similar", 1)[0].tolist()) == {5, 6}
    assert set(row(arrays, "similar", 7)[0].tolist()) == {3, 4}


def test_vectors_are_carried_by_a_mapping_that_knows_what_goes_with_what(two_domains: Tables) -> None:
    vectors = np.full((9, 3), np.nan, np.float32)
    vectors[[1, 2]], vectors[[3, 4]] = (1, 0, 0), (0, 1, 0)
    vectors[[5, 6]], vectors[[7, 8]] = (0, 1, 0), (0, 0, 1)
    tables = replace(two_domains, vectors=lambda numbers: vectors[numbers])
    fitted = BridgesRecipe().fit(tables, BridgesRecipe.Options(text_ridge=0.1), seed=0, progress=silent)
    names = fitted.arrays["domains"].tolist()
    pairs = [(names[here], names[there]) for here, there in fitted.arrays["pairs"].tolist()]
    place = pairs.index(("content", "product"))
    carried = (vectors[1] - fitted.arrays["centres"][place, 0]) @ fitted.arrays["maps"][place]
    assert carried @ vectors[5] > 0 > carried @ vectors[7]


def test_an_item_that_is_not_shown_is_of_no_domain(two_domains: Tables) -> None:
    codes, names = domains(two_domains.columns, "kind")
    assert names == ("content", "product")
    assert codes.tolist() == [-1, 0, 0, 0, 0, 1, 1, 1, 1]


def test_it_says_what_is_missing(two_domains: Tables, shop_of_regulars: Tables) -> None:
    few = replace(two_domains, events=two_domains.events.filter(pl.col("user") <= 10))
    with pytest.raises(NotReadyError, match="no two of 2 different kind share 20 people who chose"):
        BridgesRecipe().fit(few, BridgesRecipe.Options(), seed=0, progress=silent)
    with pytest.raises(NotReadyError, match="the items have 0 different kind; two are needed"):
        BridgesRecipe().fit(shop_of_regulars, BridgesRecipe.Options(), seed=0, progress=silent)
