"""The real engine, replayed on the tiny shop."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import shopmind
from shopmind.domain import EVENT_TYPES
from shopmind.evaluation import evaluate_recommend
from shopmind.evaluation.replay import replay
from shopmind.evaluation.split import split_events
from shopmind.kit.errors import InputError, NotFoundError
from shopmind.shop import Shop

BASELINES = {"random", "popularity", "p_top", "gp_top", "item_knn", "tifu_knn"}


@pytest.fixture(scope="module")
def measured(tiny_folder: Path) -> dict[str, Any]:
    with shopmind.open(tiny_folder) as shop:
        return evaluate_recommend(shop, "next-basket")


def test_baselines_stand_beside_ours_with_paired_intervals(measured: dict[str, Any]) -> None:
    assert set(measured["systems"]) == {"shopmind", *BASELINES}
    assert set(measured["differences"]) == {f"shopmind-{name}" for name in BASELINES}
    for views in measured["systems"].values():
        assert set(views) == {"full"}
        assert {
            "ndcg@10",
            "recall@10",
            "mrr@10",
            "map@10",
            "precision@10",
            "hit_rate@10",
            "coverage@10",
            "gini@10",
        } <= (set(views["full"]))
    json.dumps(measured, allow_nan=False)


def test_the_protocol_is_printed(measured: dict[str, Any]) -> None:
    protocol = measured["protocol"]
    assert (protocol["split"], protocol["fit"], protocol["repeats"]) == ("next-basket", "train", "allowed")
    assert protocol["events"] == ["purchase"]
    assert protocol["cutoff"].endswith("Z")
    assert protocol["scenario"] == "basket"
    assert measured["n"] == measured["cases"] > 10
    assert measured["options"]["tifu_knn"]["neighbours"] in (35, 100)


def test_repeat_and_explore_are_told_apart(measured: dict[str, Any]) -> None:
    parts = measured["parts"]
    assert set(parts) == {"repeat", "explore", "explore_only"}
    p_top = parts["explore"]["systems"]["p_top"]["full"]["recall@10"]["value"]
    assert p_top in (0.0, None), "what the user had cannot be new to him"


def test_shops_own_artifacts_and_records_are_left_as_they_were(shop: Shop) -> None:
    before, slates = dict(shop.artifacts.current()), shop.records.scan("slate")
    evaluate_recommend(shop, "leave-one-out", most=5)
    assert dict(shop.artifacts.current()) == before
    assert shop.records.scan("slate") == slates


def test_the_same_seed_measures_the_same(shop: Shop) -> None:
    runs = [evaluate_recommend(shop, "last-basket") for _ in range(2)]
    for name in ("systems", "differences", "parts", "options", "seeds"):
        assert runs[0][name] == runs[1][name], name


def test_fewer_cases_may_be_asked_but_every_item_is_ranked(shop: Shop) -> None:
    found = evaluate_recommend(shop, "leave-one-out", most=4)
    assert found["cases"] == 4
    assert found["protocol"]["left_out"]["cases_not_sampled"] > 0
    assert found["protocol"]["ranked"] == "every item that may be shown"


def test_several_seeds_are_averaged_and_shown(shop: Shop) -> None:
    found = evaluate_recommend(shop, "leave-one-out", seeds=2)
    assert [each["seed"] for each in found["seeds"]] == [0, 1]
    each = [seed["ndcg@10"] for seed in found["seeds"]]
    assert found["systems"]["shopmind"]["full"]["ndcg@10"]["value"] == pytest.approx(np.mean(each))


def test_a_replay_never_shows_what_the_user_had_when_told_so(shop: Shop) -> None:
    split = split_events(shop.events.table(), "next-basket", "train")
    with shop.fitted_on(split.known, split.now_ms) as fitted:
        anew = replay(fitted, "basket", split.cases, 10, without=("purchase",))
        again = replay(fitted, "basket", split.cases, 10)
    had = split.cases.history.filter(pl.col("type") == EVENT_TYPES.index("purchase"))
    shown_again = 0
    for case in range(len(split.cases)):
        own = set(had.filter(pl.col("case") == case)["item"].to_list())
        assert not own & {int(item) for item in anew.ranked[case] if item >= 0}
        shown_again += len(own & {int(item) for item in again.ranked[case] if item >= 0})
    assert shown_again > 0


def test_a_scenario_that_needs_anchors_gets_the_newest_order(shop: Shop) -> None:
    split = split_events(shop.events.table(), "next-basket", "train")
    with shop.fitted_on(split.known, split.now_ms) as fitted:
        assert (replay(fitted, "cart", split.cases, 5).ranked >= 0).any()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"protocol": "random"}, "leave-one-out"),
        ({"fit": "test"}, "refit"),
        ({"scenario": "attic"}, "basket"),
        ({"seeds": 0}, "seeds"),
    ],
)
def test_wrong_input_is_refused_with_what_is_allowed(shop: Shop, options: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        evaluate_recommend(shop, **options)


def test_a_shop_without_events_says_so(tmp_path: Path) -> None:
    with shopmind.create(tmp_path / "empty", encoder="none") as empty, pytest.raises(InputError, match="no event"):
        evaluate_recommend(empty, "leave-one-out")


def test_a_folder_that_is_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        evaluate_recommend(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"shop\.toml"):
        evaluate_recommend(tmp_path)


SEQUENCES = {"a": "0123", "b": "1230", "c": "2301", "d": "0123", "e": "1234"}


@pytest.fixture
def sequences(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    pl.DataFrame({"item_id": list("01234"), "kind": ["product"] * 5, "title": ["soap"] * 5}).write_ndjson(
        folder / "items.ndjson"
    )
    frame = pl.DataFrame({"user_id": list(SEQUENCES), "item_ids": [list(items) for items in SEQUENCES.values()]})
    frame.write_parquet(folder / "sequences.parquet")
    return folder


def test_a_data_folder_of_sequences_is_a_split_of_its_own(sequences: Path) -> None:
    found = evaluate_recommend(sequences, "leave-one-out", "refit")
    assert found["cases"] == 5
    assert found["protocol"]["fit"] == "refit"
    assert "order in the file" in found["protocol"]["times"]
    assert found["protocol"]["repeats"] == "removed"
    with pytest.raises(InputError, match="no times"):
        evaluate_recommend(sequences, "time")


def test_a_data_folder_of_instances_is_a_split_of_its_own(sequences: Path) -> None:
    rows = [("valid", "a", ["0", "1"], "2"), ("test", "b", ["1", "2"], "3"), ("test", "c", ["0", "1", "2"], "3")]
    frame = pl.DataFrame(rows, schema=["split", "user_id", "history", "item_id"], orient="row")
    (sequences / "sequences.parquet").unlink()
    frame.write_parquet(sequences / "next_item.parquet")
    assert evaluate_recommend(sequences, "leave-one-out")["cases"] == 2
