"""What a user takes next: the walks by hand, the held-out step, the blend, and the whole recipe on a planted rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from scipy import sparse

from shopmind.domain import EVENT_TYPES, History, Item
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import silent
from shopmind.training.next_item import meaning, walks
from shopmind.training.next_item.asked import NEWEST, Asked
from shopmind.training.next_item.blend import Choices, _Loss
from shopmind.training.next_item.chains import starting
from shopmind.training.next_item.evidence import FORMS, GATES, OF_ORDERS, SIGNALS, TABLES, WALKS, Signals, needed
from shopmind.training.next_item.hold_out import doings, last_steps, others_steps
from shopmind.training.next_item.recipe import NextItemRecipe, signals_in
from shopmind.training.next_item.statistics import Goods, Shape, factors, in_orders, several, statistics
from shopmind.training.next_item.walks import Sequences
from shopmind.training.recipe import Tables
from shopmind.training.sparse import matrix, parts

MakeLog = Callable[..., pl.DataFrame]
ITEMS = 30


def history(items: list[int]) -> History:
    numbers = np.array(items, np.int64)
    zeros = np.zeros(len(items), np.int64)
    kinds = np.full(len(items), EVENT_TYPES.index("purchase"), np.int8)
    return History(numbers, kinds, np.arange(len(items)) * 1_000, np.ones(len(items), np.float32), numbers, zeros)


def chains(make_log: MakeLog, people: int = 160, length: int = 6) -> pl.DataFrame:
    """After item i comes item i + 1, everyone starts somewhere."""
    rows = [
        ("purchase", float(length - step), user, 1 + (user * 7 + step) % ITEMS, user * 100 + step)
        for user in range(1, people + 1)
        for step in range(length)
    ]
    return make_log(rows)


@pytest.fixture
def chained(make_log: MakeLog, make_shelf: type) -> Tables:
    log = chains(make_log)
    return Tables(log, make_shelf(ITEMS + 1), int(log["timestamp_ms"].max()) + 1)  # type: ignore[arg-type]


def test_a_batch_holds_the_newest_events_and_their_ranks() -> None:
    asked = Asked.of([history([5, 6]), history([]), history(list(range(1, NEWEST + 3)))], [1, 2, 3])
    assert asked.lengths.tolist() == [2, 0, NEWEST]
    assert asked.ranks[:2].tolist() == [1, 0]
    assert asked.newest().tolist() == [6, -1, NEWEST + 2]
    assert asked.items[2] == 3
    assert len(asked.take(slice(1, 3))) == 2
    items, weights = starting(asked, (0.5, False), 7, 0.3).row(0)
    assert dict(zip(items.tolist(), weights.tolist(), strict=True)) == {5: 0.5, 6: 1.0}


def test_events_of_one_order_have_one_rank() -> None:
    first, second = history([4, 5, 6, 7]), history([8])
    first = replace(first, orders=np.array([1, 2, 2, 3]))
    asked = Asked.of([first, History.empty(), second], [0, 0, 0])
    assert asked.order_ranks.tolist() == [2, 1, 1, 0, 0]
    assert asked.ranks.tolist() == [3, 2, 1, 0, 0]
    assert asked.last(2).items.tolist() == [6, 7, 8]
    assert Asked.of([], []).order_ranks.tolist() == []


def test_what_stands_in_one_order_goes_together_where_orders_hold_several() -> None:
    lines = pl.DataFrame({"order": [1, 1, 2, 2, 3, None], "item": [1, 2, 1, 2, 3, 4]})
    assert several(lines)
    arrays = in_orders(lines, 5, Shape(shrink=0.0), 0)
    assert arrays["together_columns"].tolist() == [2, 1]
    assert arrays["together_values"] == pytest.approx([1.0, 1.0])
    assert not several(lines.unique("order"))


def test_a_step_of_g_counts_one_gth_and_an_item_does_not_follow_itself() -> None:
    sequences = Sequences(np.array([0, 0, 0, 1, 1, 1]), np.array([1, 2, 3, 1, 1, 2]), 4)
    forward = walks.followed(sequences, 3).toarray()
    assert forward[1, 2] == pytest.approx(1 + 0.5 + 1)
    assert forward[1, 3] == pytest.approx(0.5)
    assert forward[2, 3] == pytest.approx(1.0)
    assert forward[1, 1] == 0
    assert forward[2, 1] == 0
    assert walks.followed(sequences, 2).toarray()[1, 3] == 0


def test_the_very_next_other_item_is_a_share_of_those_who_had_the_first() -> None:
    sequences = Sequences(np.array([0, 0, 0, 1, 1]), np.array([1, 1, 2, 1, 3]), 4)
    next_of = walks.following(sequences, 2.0).toarray()
    assert next_of[1].tolist() == pytest.approx([0, 0, 1 / 4, 1 / 4])
    assert not next_of[2].any()


def test_tempering_divides_by_row_and_column_sums() -> None:
    counts = sparse.csr_array(np.array([[0, 4.0], [1.0, 1.0]]))
    half = walks.tempered(counts, 0.5).toarray()
    assert half[0, 1] == pytest.approx(4 / np.sqrt(4 * 5))
    assert half[1, 0] == pytest.approx(1 / np.sqrt(2 * 1))
    assert walks.tempered(counts, 0.0).toarray()[1].tolist() == pytest.approx([0.5, 0.5])


def signals_of(matrices: dict[str, NDArray[np.floating]], size: int) -> Signals:
    """Signals over these matrices, and nothing in all others."""
    empty = np.zeros((size, size), np.float32)
    names = {name for walk in WALKS.values() for chain in walk.chains for name in chain}
    arrays: dict[str, NDArray[Any]] = {name: np.zeros(size, np.float32) for name in TABLES}
    arrays |= {"left": np.zeros((size, 1)), "right": np.zeros((size, 1)), "centre": np.zeros(1, np.float32)}
    for name in names:
        arrays |= parts(sparse.csr_array(matrices.get(name, empty).astype(np.float32)), name)
    return Signals(arrays, None, chosen=SIGNALS)


def test_two_steps_go_along_the_rules_twice_and_an_event_counts_half_of_the_next_newer_one() -> None:
    chance = np.random.default_rng(2)
    rules = chance.random((12, 12)) * (chance.random((12, 12)) < 0.4)
    found = signals_of({"rules": rules}, 12).of(Asked.of([history([3, 5])], [0])).found["two_steps"]
    dense = np.bincount(found.columns, found.values, minlength=12)
    assert dense == pytest.approx((rules @ rules)[5] + 0.5 * (rules @ rules)[3], rel=1e-5)


def test_what_reads_alike_lends_its_rules_to_an_item_that_nobody_had() -> None:
    rules = np.array([[0, 0, 0, 0], [0, 0, 0, 1.0], [0, 0, 0, 0], [0, 0, 0, 0]], np.float32)
    vectors = np.array([[np.nan, np.nan], [1, 0], [0.98, 0.2], [0, 1]], np.float32)
    alike = meaning.shares(meaning.alike(meaning.centred(vectors, np.zeros(2, np.float32)), 1, 0.5, np.zeros(4)))
    assert alike.toarray()[2].tolist() == [0, 1, 0, 0]
    assert alike.toarray()[0].tolist() == [0, 0, 0, 0]
    signals = signals_of({"rules": rules, "alike": alike.toarray()}, 4)
    columns, values = signals.of(Asked.of([history([2])], [0])).found["after_alike"].row(0)
    assert dict(zip(columns.tolist(), values.tolist(), strict=True))[3] == pytest.approx(1.0)


@pytest.mark.parametrize("name", SIGNALS)
def test_each_signal_speaks_from_what_is_made_for_it_alone(name: str) -> None:
    sequences = Sequences(np.repeat(np.arange(6), 4), np.array([1, 2, 3, 4] * 6), 6)
    lines = pl.DataFrame({"order": np.repeat(np.arange(12), 2), "item": [1, 2, 3, 4] * 6})
    some = sparse.csr_array(np.eye(6, k=1, dtype=np.float32) + np.eye(6, k=-1, dtype=np.float32))
    shape = Shape(factors=2, shrink=0.0)
    arrays = statistics(sequences, Goods(some, some, some), shape, 0, needed([name]))
    if "together" in needed([name]):
        arrays |= in_orders(lines, 6, shape, 0)
    arrays |= {table: np.zeros(6, np.float32) for table in (*TABLES, "centre") if table not in arrays}
    walked = Signals(arrays, None, chosen=[name]).of(Asked.of([history([1, 2])], [0]))
    columns = walked.columns(0, np.arange(1, 6))
    assert {each for each in columns if each.removesuffix("_log") in SIGNALS} == {f"{name}{form}" for form in FORMS}
    assert columns[name].any()


def test_an_artifact_of_an_earlier_version_asks_to_be_trained_again() -> None:
    with pytest.raises(NotReadyError, match="train it again"):
        matrix({}, "rules", 3)


def test_traits_are_shared_values_and_of_a_list_every_one() -> None:
    class Goods:
        def scan(self) -> list[tuple[int, Item]]:
            return [
                (1, Item("a", brand="Acme", attributes={"tags": "red; big", "code": "only-a"})),
                (2, Item("b", brand="acme", attributes={"tags": "red"})),
                *((number, Item(f"x{number}", attributes={"tags": f"big; t{number % 4}"})) for number in range(3, 12)),
            ]

    found = meaning.traits(Goods(), 12).toarray()  # type: ignore[arg-type]
    assert found[1] @ found[2] > 0.5
    assert found[1] @ found[3] == 0, "what most items have tells nothing"
    assert np.linalg.norm(found[1]) == pytest.approx(1.0)


def test_factors_repeat_a_matrix_of_low_rank() -> None:
    chance = np.random.default_rng(3)
    half = chance.random((20, 2))
    forward = sparse.csr_array(half @ half.T)
    made = factors(forward, 4, 0)
    both = (forward + forward.T).toarray()
    sums = both.sum(axis=1) + 5
    expected = (both / np.sqrt(sums)[:, None] / np.sqrt(sums)) / np.sqrt(sums)[:, None] * sums**-0.1
    found = made["left"].astype(np.float64) @ made["right"].T
    assert found / found.max() == pytest.approx(expected / expected.max(), abs=3e-3)


def test_the_last_step_is_kept_back_with_everything_after_it(make_log: MakeLog, make_shelf: type) -> None:
    log = make_log(
        [
            ("view", 9, 1, 1, 1),
            ("purchase", 8, 1, 2, 2),
            ("purchase", 5, 1, 3, 3),
            ("purchase", 5, 1, 4, 3),
            ("view", 4, 1, 5, 4),
            ("purchase", 7, 2, 1, 5),
            ("purchase", 6, 2, 1, 6),
            ("purchase", 3, 3, 1, 7),
        ]
    )
    steps = last_steps(Tables(log, make_shelf(6), 0))
    assert len(steps) == 1, "user 2 took nothing new, user 3 has nothing before"
    assert steps.asked.items.tolist() == [1, 2]
    assert steps.target_items.tolist() == [3, 4]
    assert steps.had_items.tolist() == [2]
    known = steps.known.filter(pl.col("user") == 1)
    assert known["item"].sort().to_list() == [1, 2]


def test_held_events_are_the_step_and_the_statistics_keep_to_the_known(make_log: MakeLog, make_shelf: type) -> None:
    log = make_log([("purchase", 9, 1, 1, 1), ("purchase", 8, 1, 2, 2), ("purchase", 5, 1, 3, 3)])
    known, held = log.filter(pl.col("item") < 3), log.filter(pl.col("item") == 3)
    steps = last_steps(Tables(known, make_shelf(4), 0, held=held))
    assert steps.known["item"].to_list() == [1, 2]
    assert steps.target_items.tolist() == [3]
    assert steps.asked.items.tolist() == [1, 2]


def test_each_step_is_foreseen_from_what_others_did(make_log: MakeLog, make_shelf: type) -> None:
    log = make_log(
        [("purchase", float(9 - step), user, user * 3 + step, step) for user in (1, 2, 3) for step in range(4)]
    )
    tables = Tables(log, make_shelf(20), 0)
    parts = list(others_steps(tables, 3, 2, most=100))
    assert len(parts) == 3
    for part in parts:
        assert len(part) == 2, "the newest two of three steps that have something before them"
        assert len(part.known) == 8
        asked = set(part.asked.items.tolist()) | set(part.target_items.tolist())
        user = next(iter(set(log.filter(pl.col("item").is_in(list(asked)))["user"]) - set(part.known["user"])))
        assert part.asked.items.tolist() == [user * 3, user * 3 + 1, user * 3, user * 3 + 1, user * 3 + 2]
        assert part.target_items.tolist() == [user * 3 + 2, user * 3 + 3]


def test_the_gradient_of_the_blend_is_that_of_its_loss() -> None:
    chance = np.random.default_rng(0)
    matrix = chance.standard_normal((9, 2)).astype(np.float32)
    gates = np.column_stack([np.ones(9), chance.standard_normal(9)]).astype(np.float32)
    taken = np.array([1, 0, 0, 0, 0.5, 0.5, 0, 0, 1.0])
    loss = _Loss(matrix, gates, taken, np.zeros(9, np.float32), np.array([0, 4, 7]), 0.01)
    at, step = chance.standard_normal(4), 1e-3
    slope = [(loss(at + step * unit)[0] - loss(at - step * unit)[0]) / (2 * step) for unit in np.eye(4)]
    assert loss(at)[1] == pytest.approx(slope, abs=3e-3)


def test_a_gate_turns_evidence_round_for_whom_it_misleads() -> None:
    chance = np.random.default_rng(1)
    choices = Choices(("x",), ("kind",))
    for row in range(400):
        x = chance.standard_normal(5).astype(np.float32)
        sign = 1.0 if row % 2 else -1.0
        choices.add({"x": x, "kind": np.full(5, sign, np.float32)}, np.arange(5) == np.argmax(sign * x))
    blend = choices.blend(1e-4)
    ranks = choices.ranks(blend, range(400))
    assert (ranks == 0).mean() > 0.95
    values = {"x": np.array([0.0, 1.0], np.float32), "kind": np.ones(2, np.float32)}
    assert np.diff(blend.scores(values))[0] > 0
    assert np.diff(blend.scores({**values, "kind": -np.ones(2, np.float32)}))[0] < 0
    assert blend.shares(values)["x"].sum() == pytest.approx(blend.scores(values).sum())


def test_the_ridge_draws_towards_what_was_learned_before() -> None:
    chance = np.random.default_rng(5)

    def lists(columns: tuple[str, ...], best: str) -> Choices:
        found = Choices(columns, ("length",))
        for _ in range(200):
            values = {name: chance.random(6).astype(np.float32) for name in (*columns, "length")}
            found.add(values, values[best] == values[best].max())
        return found

    prior = lists(("x", "y"), "x").blend(1e-3)
    other = lists(("x", "y", "new"), "new")
    kept = other.blend(1e6, prior=prior)
    assert kept.weights[:, :2] == pytest.approx(prior.weights, abs=1e-3)
    assert kept.weights[:, 2] == pytest.approx([0, 0], abs=1e-3)
    assert kept.scale[[0, 1, 3]].tolist() == prior.scale.tolist()
    learned = other.blend(1e-3, prior=prior)
    assert learned.weights[0, 2] > learned.weights[0, 0]


def test_what_did_not_vary_while_it_was_learned_says_nothing_later() -> None:
    chance = np.random.default_rng(4)
    choices = Choices(("x", "same"), ("length",))
    constant = np.full(5, np.log(6), np.float32)
    for _ in range(200):
        x = chance.standard_normal(5).astype(np.float32)
        choices.add({"x": x, "same": constant, "length": constant}, np.arange(5) == np.argmax(x))
    blend = choices.blend(1e-4)
    x = np.array([0.0, 1.0], np.float32)
    as_then = blend.scores({"x": x, "same": constant[:2], "length": constant[:2]})
    later = blend.scores({"x": x, "same": np.array([9.0, -9.0], np.float32), "length": np.full(2, 9.0, np.float32)})
    assert later == pytest.approx(as_then)
    assert later[1] > later[0]


def test_the_recipe_learns_a_planted_order(chained: Tables) -> None:
    options = NextItemRecipe.Options(factors=8, at_least=20, least=2)
    fitted = NextItemRecipe().fit(chained, options, seed=0, progress=silent)
    assert fitted.figures["recall@10"] > 0.9
    assert fitted.figures["ndcg@10"] >= 0.995 * fitted.figures["all_signals_ndcg@10"]
    assert fitted.figures["gates"] == GATES
    chosen = signals_in(fitted.figures["columns"])
    assert not set(chosen) & set(OF_ORDERS), "every event here is an order of its own"
    assert 2 <= len(chosen) < len(SIGNALS) - len(OF_ORDERS), "one signal says all there is to say"
    assert {name.removesuffix("_starts") for name in fitted.arrays if name.endswith("_starts")} == needed(chosen) - {
        "factors"
    }
    signals = Signals(fitted.arrays, None, chosen=chosen)
    walked = signals.of(Asked.of([history([3, 4, 5])], [0]))
    allowed = np.ones(ITEMS + 1, np.bool_)
    allowed[[0, 3, 4, 5]] = False
    items, agreement = walked.offer(0, allowed, None, 10, 20)
    assert items[0] == 6
    assert (np.diff(agreement) <= 0).all()
    assert not set(items.tolist()) & {0, 3, 4, 5}
    columns = walked.columns(0, np.array([6, 20, ITEMS + 50]))
    assert columns[chosen[0]][2] == 0.0, "of an item newer than the artifact a walk knows nothing"
    assert set(columns) >= {f"{name}{form}" for name in chosen for form in FORMS}
    assert all(len(column) == 3 and np.isfinite(column).all() for column in columns.values())


def test_a_batch_says_the_same_as_one_request(chained: Tables) -> None:
    sequences = Sequences.of(doings(chained.events), ITEMS + 1, 50)
    vectors = np.random.default_rng(0).standard_normal((ITEMS + 1, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    nothing = sparse.csr_array(np.zeros((ITEMS + 1, 1), np.float32))
    centre = vectors.mean(axis=0)
    near = meaning.alike(meaning.centred(vectors, centre), 3, 0.0, np.zeros(ITEMS + 1))
    goods = Goods(nothing, meaning.shares(near), near)
    arrays = statistics(sequences, goods, Shape(factors=4), 0, needed(SIGNALS)) | {"centre": centre}
    arrays |= {name: np.zeros(ITEMS + 1, np.float32) for name in TABLES if name != "popular"}
    signals = Signals(arrays, lambda items: vectors[items], chosen=set(SIGNALS) - set(OF_ORDERS))
    histories = [history([1, 2]), history([]), history([9, 9, 30])]
    together = signals.of(Asked.of(histories, [0, 0, 0]))
    candidates = np.array([3, 10, 28])
    for row, each in enumerate(histories):
        alone = signals.of(Asked.of([each], [0])).columns(0, candidates)
        for name, column in together.columns(row, candidates).items():
            assert column == pytest.approx(alone[name], abs=1e-6), name


def test_with_held_events_the_statistics_do_not_see_them(chained: Tables) -> None:
    options = NextItemRecipe.Options(factors=8, at_least=20)
    late = chained.events.group_by("user").agg(pl.col("number").max())["number"]
    known = chained.events.filter(~pl.col("number").is_in(late.implode()))
    held = chained.events.filter(pl.col("number").is_in(late.implode()))
    apart = NextItemRecipe().fit(replace(chained, events=known, held=held), options, seed=0, progress=silent)
    joined = NextItemRecipe().fit(chained, options, seed=0, progress=silent)
    assert apart.figures["recall@10"] == joined.figures["recall@10"], "the same step teaches the same weights"
    assert np.expm1(joined.arrays["popular"]).sum() > np.expm1(apart.arrays["popular"]).sum()


def test_a_young_shop_is_told_what_is_missing(three_orders: Tables) -> None:
    with pytest.raises(NotReadyError, match=r"next_item: .* are needed"):
        NextItemRecipe().fit(three_orders, NextItemRecipe.Options(), seed=0, progress=silent)
