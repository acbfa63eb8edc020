"""What an encoder learns from, worked out on small logs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from shopmind.domain import EVENT_TYPES, EventType
from shopmind.kit.clock import MINUTE_MS
from shopmind.kit.progress import silent
from shopmind.shop import Shop
from shopmind.stores.ports import EVENT_TABLE
from shopmind.training.encoder import pairs
from shopmind.training.encoder.mining import mine
from shopmind.training.encoder.pairs import Graded, Pair, clicks, gather, graded, split, words_to_read
from shopmind.training.recipe import Tables


def log(*rows: tuple[EventType, int, dict[str, object]]) -> pl.DataFrame:
    """Events as (type, minute, what else)."""
    found = []
    for number, (kind, minute, more) in enumerate(rows, 1):
        row = dict.fromkeys(EVENT_TABLE)
        row |= {"number": number, "type": EVENT_TYPES.index(kind), "timestamp_ms": minute * MINUTE_MS, **more}
        found.append(row)
    return pl.DataFrame(found, schema=EVENT_TABLE)


@pytest.fixture
def tables(shop: Shop) -> Tables:
    return Tables(shop.events.table().head(0), shop.catalogue.columns(), 0, catalogue=shop.catalogue)


def of(tables: Tables, events: pl.DataFrame, **others: object) -> list[tuple[str, int, float]]:
    return clicks(replace(tables, events=events, **others)).rows()


def test_an_action_belongs_to_the_query_it_names_or_to_its_request_or_to_the_last_search(tables: Tables) -> None:
    events = log(
        ("search", 0, {"query": "Green  Tea", "session": "a", "request_id": "r1"}),
        ("search", 1, {"query": "mug", "session": "a"}),
        ("click", 2, {"item": 1, "session": "a", "query": "teapot"}),
        ("click", 3, {"item": 2, "session": "a", "request_id": "r1"}),
        ("purchase", 4, {"item": 3, "session": "a"}),
        ("click", 40, {"item": 4, "session": "a"}),
        ("click", 4, {"item": 5, "session": "b"}),
        ("search", 5, {"query": "lamp", "user": 7}),
        ("view", 6, {"item": 6, "user": 7}),
    )
    assert of(tables, events) == [("green tea", 2, 1.0), ("lamp", 6, 0.5), ("mug", 3, 3.0), ("teapot", 1, 1.0)]


def test_hidden_queries_are_neither_pairs_nor_judgments_nor_words(tables: Tables, shop: Shop) -> None:
    events = log(
        ("search", 0, {"query": "Green Tea", "session": "a"}),
        ("click", 1, {"item": 1, "session": "a"}),
        ("search", 2, {"query": "mug", "session": "a"}),
        ("click", 3, {"item": 2, "session": "a"}),
    )
    judged = pl.DataFrame({"query": ["green tea", "mug", "mug"], "item": [1, 1, 2], "grade": [3.0, 3.0, 1.0]})
    shut = replace(tables, events=events, judgments=judged, hidden=frozenset({"GREEN tea "}))
    assert [row[0] for row in clicks(shut).rows()] == ["mug"]
    assert {row.query for row in graded(shut, pairs.passages(shut))} == {"mug"}
    assert "green tea" not in words_to_read(shut)
    assert "mug" in words_to_read(shut)
    everything = gather(shut, ("clicked", "judged", "described", "alike", "together"), good=0.5, seed=0)
    assert {pair.group for pair in everything if pair.role == "query"} == {"mug"}


def test_grades_are_brought_to_0_and_1_and_one_grade_alone_says_nothing(tables: Tables) -> None:
    judged = pl.DataFrame({"query": ["a", "b", "c"], "item": [1, 2, 3], "grade": [1.0, 2.0, 3.0]})
    rows = graded(replace(tables, judgments=judged), pairs.passages(tables))
    assert [row.grade for row in rows] == [0.0, 0.5, 1.0]
    even = judged.with_columns(grade=pl.lit(2.0))
    assert graded(replace(tables, judgments=even), pairs.passages(tables)) == []


def test_items_chosen_after_one_query_are_alike_and_items_of_several_orders_go_together(tables: Tables) -> None:
    events = log(
        ("click", 0, {"item": 1, "query": "tea"}),
        ("click", 1, {"item": 2, "query": "tea"}),
        ("purchase", 2, {"item": 3, "order": 1}),
        ("purchase", 2, {"item": 4, "order": 1}),
        ("purchase", 3, {"item": 3, "order": 2}),
        ("purchase", 3, {"item": 4, "order": 2}),
        ("purchase", 3, {"item": 5, "order": 2}),
    )
    found = gather(replace(tables, events=events), ("alike", "together"), good=0.5, seed=0)
    assert [(pair.kind, pair.item) for pair in found] == [("alike", 2), ("together", 4)]


def test_a_group_is_held_out_as_a_whole(tables: Tables) -> None:
    every = [Pair("clicked", f"q{i}", f"p{i}{j}", "query", 10 * i + j, f"q{i}") for i in range(50) for j in range(3)]
    learn, held = split(every, 0.2, 1_000, seed=0)
    assert len(held) == 30
    assert {pair.group for pair in learn} & {pair.group for pair in held} == set()
    assert len(split(every, 0.2, 4, seed=0)[1]) == 12
    assert split(every, 0.2, 1_000, seed=0)[1] == held


def test_hard_negatives_are_poor_judgments_first_then_later_hits_that_nobody_wanted() -> None:
    wanted = [Pair("judged", "Tea", "…", "query", 1, "tea")]
    judged = [Graded("tea", 1, "", 1.0), Graded("tea", 2, "", 0.0), Graded("tea", 3, "", 0.6), Graded("mug", 9, "", 0)]
    found = mine(
        wanted,
        judged,
        lambda text, k: np.array([7, 1, 3, 2, 5, 6])[:k],
        skip=1,
        depth=5,
        poor=0.2,
        progress=silent,
    )
    assert found == {"tea": [2, 5]}
    assert mine(wanted, [], None, skip=1, depth=5, poor=0.2, progress=silent) == {}
