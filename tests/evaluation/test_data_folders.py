"""Real data folders, from the door to the figures; slow."""

from __future__ import annotations

from pathlib import Path

import pytest

from shopmind.evaluation import evaluate_recommend, evaluate_search
from shopmind.evaluation.folder import read_table
from shopmind.evaluation.sequences import split_instances, split_sequences

pytestmark = [pytest.mark.slow, pytest.mark.data]


def test_sequences_of_a_data_folder_are_predicted_better_than_by_popularity(data_folder: Path) -> None:
    found = evaluate_recommend(data_folder / "amazon_beauty", "leave-one-out", "train", most=300)
    assert found["cases"] == 300
    assert found["protocol"]["repeats"] == "removed"
    figures = {name: views["full"]["ndcg@10"]["value"] for name, views in found["systems"].items()}
    assert figures["shopmind"] > figures["popularity"] > figures["random"]


def test_instances_of_a_data_folder_are_fitted_on_their_valid_part(data_folder: Path) -> None:
    found = evaluate_recommend(data_folder / "amazon_office", "leave-one-out", "valid", most=600)
    assert (found["cases"], found["users_known"]) == (600, 1_795)
    assert found["protocol"]["repeats"] == "removed"
    assert found["cold"]["items"] == 595
    assert found["cold"]["chance"]["recall@10"] == pytest.approx(10 / 595)
    assert set(found["parts"]["cold"]["systems"]["shopmind"]) == {"full", "cold"}
    assert found["segments"]["history_length"]["1–2"]["cases"] > 0
    figures = {name: views["full"]["ndcg@10"]["value"] for name, views in found["systems"].items()}
    assert figures["shopmind"] > figures["popularity"] > figures["random"]


def test_search_of_a_data_folder_stands_beside_bm25(data_folder: Path) -> None:
    found = evaluate_search(data_folder / "electronics")
    assert found["cases"] == 79
    assert found["protocol"]["left_out"]["queries_without_positive_grade"] == 10
    bm25 = found["systems"]["bm25"]
    assert bm25["full"]["ndcg@10"]["value"] == pytest.approx(0.7385, abs=0.005)
    assert bm25["judged"]["ndcg@10"]["value"] == pytest.approx(0.8060, abs=0.005)


def test_every_sequence_is_a_case_and_no_test_item_is_known(data_folder: Path) -> None:
    import numpy as np

    frame = read_table(data_folder / "amazon_beauty", "sequences")
    assert frame is not None
    split = split_sequences(frame, lambda ids: np.array([int(each) for each in ids]), "train", end_ms=10**12)
    assert len(split.cases) == 22_363
    assert len(split.known) == 198_502 - 2 * 22_363
    instances = read_table(data_folder / "amazon_office", "next_item")
    assert instances is not None
    found = split_instances(instances, lambda ids: np.array([1 + int(each) for each in ids]), "train", end_ms=10**12)
    assert len(found.cases) == 4_866


def test_no_target_of_the_test_is_known_when_only_the_valid_part_is_fitted(data_folder: Path) -> None:
    import numpy as np

    instances = read_table(data_folder / "amazon_office", "next_item")
    assert instances is not None
    split = split_instances(instances, lambda ids: np.array([1 + int(each) for each in ids]), "valid", end_ms=10**12)
    assert split.held is not None
    assert split.held["user"].n_unique() == round(1_795 / 10)
    assert len(split.cases) == 4_866
    users = set(split.known["user"].to_list())
    assert len(users & set(split.cases.users.tolist())) == 588, "of 2,024 users of the test"
    targets = instances.filter(split="valid").height
    first = instances.filter(split="valid").with_columns(n=instances.filter(split="valid")["history"].list.len())
    first = first.sort("n", maintain_order=True).unique("user_id", maintain_order=True)
    assert len(split.known) + len(split.held) == targets + int(first["n"].sum())
