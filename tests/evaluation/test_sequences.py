"""Files that are a split of their own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from shopmind.evaluation.sequences import split_instances, split_sequences
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import InputError
from shopmind.stores.ports import EVENT_TABLE

END = 100 * DAY_MS


def numbers(ids: Sequence[str]) -> np.ndarray:
    """Ids "1" … "9" are known under ten times their number."""
    return np.array([10 * int(each) if each.isdigit() and 0 < int(each) < 10 else -1 for each in ids], np.int64)


SEQUENCES = pl.DataFrame({"user_id": ["a", "b"], "item_ids": [["1", "2", "3", "4"], ["2", "zz", "1", "9", "5"]]})


def test_the_last_item_of_a_sequence_is_the_test_and_the_one_before_the_validation() -> None:
    train = split_sequences(SEQUENCES, numbers, "train", end_ms=END)
    assert train.cases.target_items.tolist() == [40, 50]
    assert [h.items.tolist() for h in train.cases.histories()] == [[10, 20, 30], [20, 10, 90]]
    assert train.known["item"].to_list() == [10, 20, 20, 10]
    assert dict(train.known.schema) == EVENT_TABLE
    valid = split_sequences(SEQUENCES, numbers, "valid", end_ms=END)
    assert valid.cases.target_items.tolist() == [30, 90]
    refit = split_sequences(SEQUENCES, numbers, "refit", end_ms=END)
    assert refit.known["item"].to_list() == [10, 20, 30, 20, 10, 90]


def test_unknown_items_are_dropped_and_counted() -> None:
    assert split_sequences(SEQUENCES, numbers, "train", end_ms=END).left_out["events_of_unknown_items"] == 1


def test_times_are_made_from_the_order_and_all_users_end_together() -> None:
    split = split_sequences(SEQUENCES, numbers, "train", end_ms=END)
    assert split.cases.now_ms.tolist() == [END, END]
    assert split.cases.histories()[0].times_ms.tolist() == [END - 3 * DAY_MS, END - 2 * DAY_MS, END - DAY_MS]


INSTANCES = pl.DataFrame(
    {
        "split": ["valid", "valid", "valid", "test", "test"],
        "user_id": ["a", "a", "b", "c", "c"],
        "history": [["1"], ["1", "2"], ["3"], ["4", "5"], ["4", "5", "6"]],
        "item_id": ["2", "3", "9", "6", "7"],
    }
)


def test_each_instance_is_a_case_and_no_target_of_the_test_is_fitted_on() -> None:
    split = split_instances(INSTANCES, numbers, "train", end_ms=END)
    assert split.cases.target_items.tolist() == [60, 70]
    assert [h.items.tolist() for h in split.cases.histories()] == [[40, 50], [40, 50, 60]]
    assert split.cases.users.tolist() == [1, 1], "one user, two instances"
    assert sorted(split.known["item"].to_list()) == [10, 20, 30, 40, 50]


def test_refit_of_instances_adds_the_validation_items_of_users_who_are_not_asked() -> None:
    split = split_instances(INSTANCES, numbers, "refit", end_ms=END)
    assert sorted(split.known["item"].to_list()) == [10, 20, 30, 30, 40, 50, 90]


def test_validation_of_instances_knows_only_the_shortest_histories() -> None:
    split = split_instances(INSTANCES, numbers, "valid", end_ms=END)
    assert split.cases.target_items.tolist() == [20, 30, 90]
    assert sorted(split.known["item"].to_list()) == [10, 30]


def test_instances_of_unknown_items_are_left_out_and_counted() -> None:
    frame = INSTANCES.with_columns(item_id=pl.lit("zz"))
    split = split_instances(frame, numbers, "train", end_ms=END)
    assert len(split.cases) == 0
    assert split.left_out["instances_without_history_or_known_item"] == 2


def test_files_of_another_shape_are_refused() -> None:
    with pytest.raises(InputError, match="item_ids"):
        split_sequences(pl.DataFrame({"user_id": ["a"]}), numbers, "train", end_ms=END)
    with pytest.raises(InputError, match="no row"):
        split_instances(INSTANCES.filter(pl.col("split") == "valid"), numbers, "train", end_ms=END)
