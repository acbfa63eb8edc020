"""An order learned from judgments or clicks: right where there is something to learn, else the prior's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES, Candidates
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import silent
from shopmind.stores.ports import EVENT_TABLE, Numbers
from shopmind.training import search_ranking
from shopmind.training.clicked_searches import SHOWN, wanted
from shopmind.training.judged_lists import Lists, from_clicks, from_judgments
from shopmind.training.rank_model import PRIOR, RankModel, columns_read, inputs
from shopmind.training.recipe import Tables
from shopmind.training.search_ranking import SearchRankingRecipe, quality

QUERIES, ITEMS = 80, 30
OPTIONS = SearchRankingRecipe.Options(trees=40, folds=2)


class Shelf:
    """A catalogue of numbers alone."""

    size = ITEMS + 1
    change = 1
    shown = np.arange(ITEMS + 1) > 0


def world(seed: int = 0, noise: float = 0.05) -> tuple[Callable[[str, Numbers], Candidates], dict[str, NDArray[Any]]]:
    """Queries whose truth is a column `good`; the prior sees only `bad`, which is little more than chance."""
    chance = np.random.default_rng(seed)
    good = {f"q{query}": chance.random(ITEMS).astype(np.float32) for query in range(QUERIES)}
    bad = {text: (0.2 * truth + chance.random(ITEMS)).astype(np.float32) for text, truth in good.items()}

    def evidence(text: str, items: Numbers) -> Candidates:
        seen = good[text] + noise * chance.standard_normal(ITEMS).astype(np.float32)
        columns = {"good": seen.astype(np.float32), "bad": bad[text], "found": np.ones(ITEMS, np.float32)}
        return Candidates(np.arange(1, ITEMS + 1), columns, bad[text])

    return evidence, good


def judgments(good: dict[str, NDArray[Any]], of: int = 12) -> pl.DataFrame:
    rows = [
        {"query": text, "item": item + 1, "grade": float(np.floor(truth[item] * 4))}
        for text, truth in good.items()
        for item in range(of)
    ]
    return pl.DataFrame(rows, schema={"query": pl.String, "item": pl.Int64, "grade": pl.Float64})


def tables(evidence: Any, events: pl.DataFrame | None = None, **more: Any) -> Tables:
    log = pl.DataFrame(schema=EVENT_TABLE) if events is None else events
    return Tables(log, Shelf(), 0, evidence=evidence, **more)  # type: ignore[arg-type]


def fitted(table: Tables, options: Any = OPTIONS) -> Any:
    return SearchRankingRecipe().fit(table, options, seed=0, progress=silent)


def test_an_order_better_than_the_prior_is_learned_and_kept() -> None:
    evidence, good = world()
    made = fitted(tables(evidence, judgments=judgments(good)))
    assert made.figures["chosen"] != "prior"
    assert made.figures["gain"]["low"] > 0
    assert made.figures["held_out"][made.figures["best"]] > made.figures["held_out"]["prior"]
    model = RankModel.of(made.arrays, made.figures)
    seen = evidence("q0", np.empty(0, np.int64))
    order = model.order(inputs({**seen.columns, PRIOR: seen.scores}, model.names, ITEMS))
    assert np.corrcoef(order, good["q0"])[0, 1] > 0.8


def test_an_order_that_is_no_better_is_saved_but_the_prior_ranks() -> None:
    evidence, good = world()
    chosen = []
    for seed in range(4):  # an interval of 80 % is clear of 0 by luck now and then
        chance = np.random.default_rng(1_000 + seed)
        noise = {text: chance.random(ITEMS).astype(np.float32) for text in good}
        made = fitted(tables(evidence, judgments=judgments(noise)))
        assert set(made.figures["gain"]) == {"value", "low", "high"}
        chosen.append(made.figures["chosen"])
    assert chosen.count("prior") >= 3


def test_an_order_is_mixed_with_the_prior_where_only_the_mixture_is_surely_better() -> None:
    prior = np.linspace(0, 1, 60)
    unsure = prior + np.where(np.arange(60) % 2, 0.5, -0.45)
    sure = prior + np.where(np.arange(60) % 2, 0.03, 0.01)
    held: dict[Any, Any] = {"prior": prior, "both": unsure, "cautious": sure}
    assert search_ranking._admitted(held, "both", 0.8, 0)[0] == "cautious"
    assert search_ranking._admitted({**held, "both": sure}, "both", 0.8, 0)[0] == "both"
    assert search_ranking._admitted({**held, "cautious": unsure}, "both", 0.8, 0)[0] == "prior"


def test_the_cautious_order_adds_half_the_trees_and_half_the_prior_and_says_so() -> None:
    names = ("good", PRIOR)
    model = RankModel(names, "cautious", np.array([2.0, 0.0]), (3.0, 0.0), None, None, np.zeros(5), prior_scale=4.0)
    again = RankModel.of(model.arrays(), {"columns": names, "chosen": "cautious"})
    matrix = inputs({"good": np.array([0.5], np.float32), PRIOR: np.array([0.25], np.float32)}, names, 1)
    assert again.order(matrix) == pytest.approx([3 * 2 * 0.5 + 0.5 * 4 * 0.25])
    shares = again.contributions(matrix)
    assert shares["good"] == pytest.approx([3.0])
    assert shares[PRIOR] == pytest.approx([0.5])


def test_precedents_teach_the_grade_where_columns_say_nothing() -> None:
    chance = np.random.default_rng(3)
    ways = np.linalg.qr(chance.standard_normal((8, 8)))[0].astype(np.float32)
    vectors = ways[np.arange(ITEMS + 1) % 4]
    texts = [f"q{query}" for query in range(QUERIES)]
    of_text = {text: ways[4 + place % 4] for place, text in enumerate(texts)}
    rows = [
        {"query": text, "item": item, "grade": float(place % 4 == item % 4)}
        for place, text in enumerate(texts)
        for item in range(1, 13)
    ]

    def blind(text: str, items: Numbers) -> Candidates:
        noise = chance.random(ITEMS).astype(np.float32)
        return Candidates(np.arange(1, ITEMS + 1), {"noise": noise, "found": np.ones(ITEMS, np.float32)}, noise)

    told = {"meaning": of_text.__getitem__, "vectors": vectors.__getitem__, "encoder_version": "made"}
    options = replace(OPTIONS, precedents=40)
    with_them = fitted(tables(blind, judgments=pl.DataFrame(rows), **told), options)
    assert {"precedent", "familiar_pair", "familiar_query"} <= set(with_them.figures["columns"])
    assert with_them.figures["spearman"]["grade"] > 0.7
    assert with_them.figures["encoder"] == "made"
    few = fitted(tables(blind, judgments=pl.DataFrame(rows), **told), replace(options, precedents=QUERIES + 1))
    assert "precedent" not in few.figures["columns"]
    assert few.figures["spearman"]["grade"] < 0.3


def test_too_few_queries_teach_nothing_and_the_message_says_how_many() -> None:
    evidence, good = world()
    few = judgments(good).filter(pl.col("query").is_in(["q1", "q2"]))
    with pytest.raises(NotReadyError, match="2 queries with judgments or clicks; 30 are needed"):
        fitted(tables(evidence, judgments=few))
    with pytest.raises(NotReadyError, match="0 queries"):
        fitted(tables(evidence))


def test_hidden_queries_are_not_learned_from() -> None:
    evidence, good = world()
    hidden = frozenset(f"q{query}" for query in range(20))
    table = tables(evidence, judgments=judgments(good), hidden=hidden)
    lists = SearchRankingRecipe().lists(table, OPTIONS, seed=0, progress=silent)
    assert not hidden & set(lists.queries)
    assert len(lists.queries) == QUERIES - 20


def test_lists_stay_whole_until_the_candidates_are_used_up() -> None:
    evidence, good = world()
    options = replace(OPTIONS, unjudged=40 * (ITEMS - 12))
    lists = SearchRankingRecipe().lists(tables(evidence, judgments=judgments(good)), options, seed=0, progress=silent)
    assert np.count_nonzero(lists.whole) == 40
    assert set(lists.lengths[lists.whole]) == {ITEMS}
    assert set(lists.lengths[~lists.whole]) == {12}
    assert np.isnan(quality(lists, lists.matrix[:, 0])[~lists.whole]).all()
    made = SearchRankingRecipe().learn(lists, options, seed=0, progress=silent)
    assert made.figures["chosen"] != "prior"


def test_the_same_seed_gives_the_same_model() -> None:
    evidence, good = world(noise=0.0)
    one, other = (fitted(tables(evidence, judgments=judgments(good))) for _ in range(2))
    assert all(np.array_equal(one.arrays[name], other.arrays[name]) for name in one.arrays)
    assert dict(one.figures) == dict(other.figures)


def test_without_lightgbm_a_linear_order_is_learned_and_the_card_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from shopmind.training import lambdamart

    def refuse() -> Any:
        raise NotReadyError("LightGBM cannot be loaded here (libgomp.so.1)")

    monkeypatch.setattr(lambdamart, "_library", refuse)
    evidence, good = world()
    made = fitted(tables(evidence, judgments=judgments(good)))
    assert made.figures["chosen"] in ("linear", "grade")
    assert "libgomp" in made.figures["trees"]
    model = RankModel.of(made.arrays, made.figures)
    assert model.trees is None
    grades = model.grades(inputs(dict(evidence("q1", np.empty(0, np.int64)).columns), model.names, ITEMS))
    assert np.corrcoef(grades, good["q1"])[0, 1] > 0.7


def test_grades_are_spread_over_0_to_1_and_equal_texts_are_one_query() -> None:
    frame = pl.DataFrame({"query": ["a", "a", "a"], "item": [1, 2, 2], "grade": [1.0, 3.0, 2.0]})
    known = from_judgments(frame)
    assert known["a"].items.tolist() == [1, 2]
    assert known["a"].gains.tolist() == [0.0, 0.75]


def test_quality_worked_by_hand() -> None:
    lists = Lists(
        ("q",), ("x",), np.zeros((3, 2), np.float32), np.zeros(3, np.int64), np.array([1.0, 0, 0]),
        np.array([1.0, 1, 0]), np.array([True, True, True]), np.array([True]),
    )  # fmt: skip
    # The third, which nobody judged, stands first: found 1 / log2(3), judged alone 1.
    assert quality(lists, np.array([2.0, 1.0, 3.0]))[0] == pytest.approx((1 / np.log2(3) + 1) / 2)


def test_inputs_hold_each_column_as_it_is_and_less_its_best() -> None:
    columns = {"a": np.array([0.2, np.nan, 0.5], np.float32)}
    np.testing.assert_allclose(inputs(columns, ("a", "b"), 3), [[0.2, 0, -0.3, 0], [0, 0, -0.5, 0], [0.5, 0, 0, 0]])
    assert inputs({}, ("a",), 0).shape == (0, 2)
    assert columns_read(None) == frozenset()


# Clicks


def clicked_log(good: dict[str, NDArray[Any]], evidence: Any, seed: int, answers: int = 120) -> pl.DataFrame:
    """People look at place k with 1 / (k + 1) and click what is good; the shop orders by `bad`, with a little noise."""
    chance = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for text, truth in good.items():
        habit = evidence(text, None).column("bad")
        for answer in range(answers):
            order = np.argsort(-(habit + chance.normal(0, 0.15, ITEMS)))[:10]
            request = f"{text}-{answer}"
            for place, item in enumerate(order):
                seen = {"item": int(item) + 1, "request_id": request, "timestamp_ms": answer}
                rows.append({**seen, "type": "impression", "query": f" {text.upper()} ", "position": place})
                if chance.random() < 0.6 * truth[item] ** 2 / (place + 1):
                    rows.append({**seen, "type": "click"})
    codes = [EVENT_TYPES.index(row.pop("type")) for row in rows]
    frame = pl.DataFrame(rows, schema={name: EVENT_TABLE[name] for name in rows[0] | {"query": 0, "position": 0}})
    frame = frame.with_columns(
        type=pl.Series(codes, dtype=pl.Int8), number=pl.int_range(1, len(rows) + 1, dtype=pl.Int64)
    )
    missing = [pl.lit(None, kind).alias(name) for name, kind in EVENT_TABLE.items() if name not in frame.columns]
    return frame.with_columns(missing).select(list(EVENT_TABLE))


@pytest.fixture(scope="module")
def clicked() -> tuple[Callable[[str, Numbers], Candidates], dict[str, NDArray[Any]], pl.DataFrame]:
    evidence, good = world(3, noise=0.3)
    some = {text: good[text] for text in list(good)[:60]}
    return lambda text, items: evidence(text, items), some, clicked_log(some, evidence, 7)


def test_what_clicks_say_is_nearer_the_truth_when_position_is_taken_out(clicked: Any) -> None:
    _, good, events = clicked
    found = wanted(events, None)
    assert found is not None
    assert found.bias.learned
    np.testing.assert_allclose(found.bias.share[:4], 1 / np.arange(1, 5), atol=0.1)
    truth = np.array([good[text][item - 1] for text, item in zip(found.queries, found.items, strict=True)])
    plain = wanted_by_rate(events, found)
    often = found.looks > 5
    assert np.corrcoef(found.gains[often], truth[often])[0, 1] > np.corrcoef(plain[often], truth[often])[0, 1] + 0.05


def wanted_by_rate(events: pl.DataFrame, found: Any) -> NDArray[np.float64]:
    """Clicks over impressions, position not looked at."""
    seen = events.filter(pl.col("type") == EVENT_TYPES.index("impression"))
    hit = events.filter(pl.col("type") == EVENT_TYPES.index("click")).select("request_id", "item", hit=pl.lit(1.0))
    rates = seen.join(hit, on=["request_id", "item"], how="left").with_columns(
        query=pl.col("query").str.strip_chars().str.to_lowercase()
    )
    rates = rates.group_by("query", "item").agg(rate=pl.col("hit").fill_null(0.0).mean())
    asked = pl.DataFrame({"query": found.queries, "item": found.items})
    return asked.join(rates, on=["query", "item"], how="left", maintain_order="left")["rate"].to_numpy()


def test_an_order_is_learned_from_clicks_alone(clicked: Any) -> None:
    evidence, good, events = clicked
    made = fitted(tables(evidence, events))
    assert made.figures["clicked_queries"] == len(good)
    assert made.figures["position_bias"] == "learned"
    assert made.figures["chosen"] != "prior"


def test_correcting_for_position_gives_a_better_order_than_not_correcting(clicked: Any) -> None:
    evidence, good, events = clicked
    known, _ = from_clicks(tables(evidence, events), 1_000)
    found = wanted(events, None)
    rate = wanted_by_rate(events, found)
    uncorrected = pl.DataFrame({"query": found.queries, "item": found.items, "grade": rate})  # type: ignore[union-attr]
    assert set(known) == set(good)

    def agreement(table: Tables) -> float:
        model = RankModel.of((made := fitted(table)).arrays, {**made.figures, "chosen": "linear"})
        order = [model.order(inputs(dict(evidence(t, found.items).columns), model.names, ITEMS)) for t in good]  # type: ignore[union-attr]
        return float(np.mean([np.corrcoef(o, good[t])[0, 1] for o, t in zip(order, good, strict=True)]))

    assert agreement(tables(evidence, events)) > agreement(tables(evidence, judgments=uncorrected))


def test_answers_kept_as_records_stand_in_for_impressions(clicked: Any) -> None:
    _, _, events = clicked
    impression = EVENT_TYPES.index("impression")
    kept = events.filter(pl.col("type") == impression).select(pl.col(name).cast(kind) for name, kind in SHOWN.items())
    found = wanted(events.filter(pl.col("type") != impression), kept)
    whole = wanted(events, None)
    assert found is not None
    assert whole is not None
    np.testing.assert_allclose(np.sort(found.gains), np.sort(whole.gains))
    assert wanted(events.filter(pl.col("type") != impression), None) is None


def test_popularity_is_left_out_where_clicks_teach() -> None:
    evidence, good = world(4)
    events = clicked_log({text: good[text] for text in list(good)[:40]}, evidence, 1, answers=30)

    def popular(text: str, items: Numbers) -> Candidates:
        seen = evidence(text, items)
        return replace(seen, columns={**seen.columns, "popularity": np.ones(ITEMS, np.float32)})

    lists = SearchRankingRecipe().lists(tables(popular, events), OPTIONS, seed=0, progress=silent)
    assert "popularity" not in lists.names
    lists = SearchRankingRecipe().lists(tables(popular, judgments=judgments(good)), OPTIONS, seed=0, progress=silent)
    assert "popularity" in lists.names
