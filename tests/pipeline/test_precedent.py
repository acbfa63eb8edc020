"""Judged pairs in a search: they speak for what is like them, and are not looked at where nobody reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shopmind.domain import Query
from shopmind.shop import Shop
from shopmind.testing.tiny_shop import make_tiny_shop
from shopmind.training.precedents import COLUMNS, axes_of, reduced, remember
from shopmind.training.rank_model import PRIOR, RankModel

TEXT = "green tea"


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A tiny shop with an encoder that needs no weights."""
    with make_tiny_shop(tmp_path / "shop", encoder="hash") as opened:
        yield opened


def teach(shop: Shop, good: str, *, reads: bool = True, encoder: str | None = None) -> None:
    """One query whose judges wanted this item and no other; the order reads nothing but the precedent."""
    tools = shop.tools
    assert tools.encoder is not None
    numbers = np.flatnonzero(shop.catalogue.columns().shown)
    vectors = tools.vector_index.vectors(numbers)
    axes = axes_of(vectors)
    query = reduced(tools.encoder.encode([TEXT], role="query"), axes)
    gains = (numbers == shop.catalogue.numbers([good])[0]).astype(np.float64)
    count = len(numbers)
    known = remember((TEXT,), query, np.zeros(count, np.int64), reduced(vectors, axes), gains, np.ones(count), axes)
    names = ("precedent", PRIOR) if reads else ("price", PRIOR)
    weights = np.array([1.0, 0.0])
    model = RankModel(names, "linear", weights, (1.0, 1.0), None, None, np.full(5, 0.1))
    figures: dict[str, Any] = {
        "chosen": "linear",
        "columns": list(names),
        "encoder": tools.encoder.version if encoder is None else encoder,
    }
    card = {"events": 0, "event_number": 0, "tail": False, "figures": figures}
    shop.artifacts.save("search_ranking", {**model.arrays(), **known.arrays()}, card)
    shop.artifacts.promote("search_ranking", shop.artifacts.versions("search_ranking")[-1])
    shop._answering.refresh()


def ids(shop: Shop) -> list[str]:
    return [hit.item.item_id for hit in shop.answer(Query("search", text=TEXT, n=20)).hits]


def columns(shop: Shop) -> set[str]:
    return set(shop.evidence(TEXT, np.empty(0, np.int64)).columns)


def test_what_judges_wanted_of_a_like_query_stands_first(shop: Shop) -> None:
    last = ids(shop)[-1]
    teach(shop, last)
    assert ids(shop)[0] == last
    assert set(COLUMNS) <= columns(shop)


def test_an_order_that_does_not_read_them_costs_no_look(shop: Shop) -> None:
    teach(shop, ids(shop)[-1], reads=False)
    assert not set(COLUMNS) & columns(shop)


def test_pairs_of_another_encoder_say_nothing(shop: Shop) -> None:
    teach(shop, ids(shop)[-1], encoder="another")
    assert not set(COLUMNS) & columns(shop)
