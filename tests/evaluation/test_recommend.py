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
from shopmind.kit.errors import InputError, NotFoundError, StorageError
from shopmind.shop import Shop

from .conftest import write_sequences

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
    over = found["spread"]["shopmind"]["ndcg@10"]
    assert over["values"] == each
    assert over["deviation"] == pytest.approx(abs(each[0] - each[1]) / 2**0.5)
    assert set(found["spread"]) == set(found["systems"])


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
        ({"repeats": "never"}, "removed"),
        ({"most": 0}, "most"),
        ({"workers": 0}, "workers"),
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
    return write_sequences(tmp_path / "data", {user: list(items) for user, items in SEQUENCES.items()}, "01234")


def test_a_data_folder_of_sequences_is_a_split_of_its_own(sequences: Path) -> None:
    found = evaluate_recommend(sequences, "leave-one-out", "refit")
    assert found["cases"] == 5
    assert found["protocol"]["fit"] == "refit"
    assert "order in the file" in found["protocol"]["times"]
    assert found["protocol"]["repeats"] == "removed"
    with pytest.raises(InputError, match="no times"):
        evaluate_recommend(sequences, "time")
    with pytest.raises(InputError, match="train or refit"):
        evaluate_recommend(sequences, "leave-one-out", "valid")


def test_where_nobody_repeats_himself_baselines_that_live_on_repeats_are_left_out(sequences: Path) -> None:
    found = evaluate_recommend(sequences, "leave-one-out")
    assert set(found["systems"]) == {"shopmind", "random", "popularity", "item_knn"}
    assert set(found["options"]["item_knn"]) == {"half_life", "neighbours", "shrink"}


def test_files_of_sequences_never_ask_for_what_the_user_had_unless_told_to(tmp_path: Path) -> None:
    again = {f"u{user}": list("0101012") for user in range(4)}
    folder = write_sequences(tmp_path / "data", again, "01234")
    found = evaluate_recommend(folder, "leave-one-out")
    assert (found["protocol"]["repeats"], found["protocol"]["scenario"]) == ("removed", "next_item")
    told = evaluate_recommend(folder, "leave-one-out", repeats="allowed")
    assert (told["protocol"]["repeats"], "tifu_knn" in told["systems"]) == ("allowed", True)


def write_instances(folder: Path, rows: list[tuple[str, str, str, str]]) -> Path:
    """A next_item file of (split, user, history as one letter an item, item) in place of the sequences."""
    lists = [(split, user, list(history), item) for split, user, history, item in rows]
    frame = pl.DataFrame(lists, schema=["split", "user_id", "history", "item_id"], orient="row")
    (folder / "sequences.parquet").unlink(missing_ok=True)
    frame.write_parquet(folder / "next_item.parquet")
    return folder


INSTANCES = [("valid", "a", "01", "2"), ("valid", "d", "12", "0"), ("test", "b", "12", "3"), ("test", "c", "012", "3")]


def test_a_data_folder_of_instances_is_a_split_of_its_own(sequences: Path) -> None:
    found = evaluate_recommend(write_instances(sequences, INSTANCES), "leave-one-out")
    assert found["cases"] == 2


def test_instances_without_a_train_part_are_fitted_on_their_valid_part(sequences: Path) -> None:
    found = evaluate_recommend(write_instances(sequences, INSTANCES), "leave-one-out", "valid")
    assert (found["cases"], found["users_known"]) == (2, 2)
    assert found["protocol"]["fit"] == "valid"
    assert "validation part" in found["protocol"]["fit_means"]
    assert any("settings chosen by the targets of 1 users" in note for note in found["protocol"]["notes"])


def test_items_the_fit_never_saw_are_ranked_among_all_and_among_themselves(sequences: Path) -> None:
    found = evaluate_recommend(write_instances(sequences, INSTANCES), "leave-one-out", "valid")
    cold = found["parts"]["cold"]
    assert cold["cases"] == 2, "item 3 is in no valid row"
    assert found["cold"] == {"items": 2, "chance": {"recall@10": 1.0, "ndcg@10": pytest.approx(0.8155, abs=1e-4)}}
    for views in cold["systems"].values():
        assert views["cold"]["recall@10"]["value"] == 1.0, "only two items compete, and ten are shown"
    assert set(cold["differences"]["shopmind-random"]) == {"full", "cold"}


def test_segments_divide_the_cases(sequences: Path, measured: dict[str, Any]) -> None:
    found = evaluate_recommend(sequences, "leave-one-out")
    assert set(found["segments"]) == {"history_length", "known_by"}, "a file without times has no ages"
    assert {name: bin_["cases"] for name, bin_ in found["segments"]["history_length"].items() if bin_["cases"]} == {
        "3–5": 5
    }
    for bins in found["segments"].values():
        assert sum(bin_["cases"] for bin_ in bins.values()) == 5
        weighted = sum(
            bin_["cases"] * bin_["systems"]["shopmind"]["recall@10"] for bin_ in bins.values() if bin_["cases"]
        )
        assert weighted / 5 == pytest.approx(found["systems"]["shopmind"]["full"]["recall@10"]["value"])
    assert "item_age_days" in measured["segments"]


def test_reach_is_told_of_every_system(measured: dict[str, Any]) -> None:
    for views in measured["systems"].values():
        assert {"coverage@10", "gini@10", "long_tail@10", "tail_recall@10", "novelty@10"} <= set(views["full"])
    assert "tail_recall@10" in measured["differences"]["shopmind-popularity"]["full"]


def test_the_seconds_of_each_step_add_up(measured: dict[str, Any]) -> None:
    spent = dict(measured["seconds"])
    total = spent.pop("total")
    assert {"open", "tune baselines", "fit", "ask", "baselines", "figures"} <= set(spent)
    assert sum(spent.values()) == pytest.approx(total, abs=0.1)


@pytest.mark.slow
def test_two_processes_answer_as_one(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shopmind.evaluation.replay.MANY", 1)
    split = split_events(shop.events.table(), "next-basket", "train")
    with shop.fitted_on(split.known, split.now_ms, scenarios=["home"]) as fitted:
        alone, both = (replay(fitted, "home", split.cases, 10, workers=workers) for workers in (1, 2))
        few = np.unique(alone.ranked[:, 0])
        only = [replay(fitted, "home", split.cases, 10, only=few, workers=workers).ranked for workers in (1, 2)]
    np.testing.assert_array_equal(alone.ranked, both.ranked)
    assert both.degraded == alone.degraded
    np.testing.assert_array_equal(*only)
    assert set(np.unique(only[0])) - {-1} <= set(few.tolist())


@pytest.mark.slow
def test_a_worker_that_fails_says_why(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shopmind.evaluation.replay.MANY", 1)
    split = split_events(shop.events.table(), "next-basket", "train")
    with shop.fitted_on(split.known, split.now_ms, scenarios=["home"]) as fitted:
        shop.path.joinpath("shop.toml").write_text("colour = 1\n", encoding="utf-8")
        with pytest.raises(StorageError, match="colour"):
            replay(fitted, "home", split.cases, 10, workers=2)
