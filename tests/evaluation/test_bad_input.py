"""What is odd in the data is a clear error or a named fallback, and nothing breaks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from shopmind.evaluation import evaluate_recommend
from shopmind.evaluation.sequences import split_instances, split_sequences
from shopmind.evaluation.split import split_events
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import InputError

from .conftest import make_table, write_sequences

END = 100 * DAY_MS
ITEMS = [str(each) for each in range(12)]


def lists(users: int, length: int = 4) -> dict[str, list[str]]:
    """Users who walk through the items, each from another start."""
    return {f"u{user}": [str((user + step) % 10) for step in range(length)] for user in range(users)}


def numbers(ids: Any) -> np.ndarray:
    return np.array([1 + int(each) if each is not None and each.isdigit() else -1 for each in ids], np.int64)


def test_users_with_one_event_are_counted_and_not_asked(tmp_path: Path) -> None:
    folder = write_sequences(tmp_path / "data", {**lists(6), "once": ["3"], "never": []}, ITEMS)
    found = evaluate_recommend(folder, "leave-one-out")
    assert found["cases"] == 6
    assert found["protocol"]["left_out"]["users_with_fewer_than_3_events"] == 1


def test_only_users_with_one_event_are_an_error(tmp_path: Path) -> None:
    folder = write_sequences(tmp_path / "data", {"a": ["1"], "b": ["2"]}, ITEMS)
    with pytest.raises(InputError, match="fewer_than_3"):
        evaluate_recommend(folder, "leave-one-out")


def test_an_item_never_seen_can_be_asked_and_is_told_as_cold(tmp_path: Path) -> None:
    folder = write_sequences(tmp_path / "data", {**lists(10), "odd": ["1", "2", "3", "11"]}, ITEMS)
    found = evaluate_recommend(folder, "leave-one-out")
    assert found["parts"]["cold"]["cases"] == 1
    assert found["segments"]["known_by"]["0"]["cases"] >= 1


def test_items_the_catalogue_lacks_are_counted_and_nothing_but_them_is_an_error(tmp_path: Path) -> None:
    folder = write_sequences(tmp_path / "data", {**lists(5), "lost": ["x", "1", "2", "3"]}, ITEMS)
    assert evaluate_recommend(folder, "leave-one-out")["protocol"]["left_out"]["events_of_unknown_items"] == 1
    with pytest.raises(InputError, match="no item of the catalogue"):
        evaluate_recommend(write_sequences(tmp_path / "none", {"a": ["x", "y", "z"]}, ITEMS), "leave-one-out")


def test_a_million_events_of_one_user_are_one_case_and_the_engine_sees_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = pl.DataFrame({"user_id": ["m"], "item_ids": [[str(each % 9) for each in range(1_000_000)]]})
    split = split_sequences(whole, numbers, "train", end_ms=END)
    assert len(split.cases) == 1
    assert len(split.known) == 999_998
    monkeypatch.setenv("SHOPMIND_HISTORY", "50")
    folder = write_sequences(tmp_path / "data", {**lists(6), "much": [str(each % 9) for each in range(20_000)]}, ITEMS)
    found = evaluate_recommend(folder, "leave-one-out", scenario="home")
    assert found["cases"] == 7
    assert sum(found["degraded"].values()) <= 7 * 3


def test_duplicate_events_are_kept_and_a_target_the_user_had_is_told(tmp_path: Path) -> None:
    doubled = {user: [*items, items[-1]] for user, items in lists(6).items()}
    folder = write_sequences(tmp_path / "data", {**doubled, **{f"v{k}": v for k, v in lists(300).items()}}, ITEMS)
    found = evaluate_recommend(folder, "leave-one-out", scenario="home", most=400)
    assert found["protocol"]["repeats"] == "removed"
    assert any(note.startswith("6 targets are items the user had") for note in found["protocol"]["notes"])


def test_constant_timestamps_are_shuffled_and_told_and_a_split_by_time_is_refused() -> None:
    rows = [(user, item, 5, item) for user in (1, 2, 3) for item in range(1, 6)]
    split = split_events(make_table(rows), "leave-one-out", "train")
    assert "15 of 15 events share their moment" in split.notes[0]
    for protocol in ("time", "next-basket"):
        with pytest.raises(InputError, match="different times"):
            split_events(make_table(rows), protocol, "train")  # type: ignore[arg-type]


def instances(rows: list[tuple[str, str, list[str], str]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["split", "user_id", "history", "item_id"], orient="row")


def test_without_a_validation_part_baselines_are_not_tuned_and_the_report_says_so(tmp_path: Path) -> None:
    folder = write_sequences(tmp_path / "data", {}, ITEMS)
    (folder / "sequences.parquet").unlink()
    rows = [("test", f"u{user}", ["1", "2", str(3 + user)], str(4 + user)) for user in range(4)]
    instances(rows).write_parquet(folder / "next_item.parquet")
    found = evaluate_recommend(folder, "leave-one-out")
    assert found["cases"] == 4
    assert any("not tuned" in note and "no valid row" in note for note in found["protocol"]["notes"])
    with pytest.raises(InputError, match="no valid row"):
        evaluate_recommend(folder, "leave-one-out", "valid")


def test_nan_null_and_numeric_ids_in_files_are_unknown_items_or_texts() -> None:
    frame = pl.DataFrame({"user_id": ["a", "b", "c"], "item_ids": [[1.0, float("nan"), 2.0], None, [None, 3.0, 4.0]]})
    with pytest.raises(InputError, match="no item"):
        split_sequences(frame, numbers, "train", end_ms=END)  # "1.0" names nothing
    whole = pl.DataFrame({"user_id": [7, 8], "item_ids": [[1, 2, 3, None], [4, 5, 6, 7]]})
    assert split_sequences(whole, numbers, "train", end_ms=END).cases.target_items.tolist() == [4, 8]
    found = split_instances(
        pl.DataFrame({"split": ["test"], "user_id": [7], "history": [[1, 2]], "item_id": [3]}),
        numbers,
        "train",
        end_ms=END,
    )
    assert found.cases.target_items.tolist() == [4]


def test_nan_quantities_count_as_one_piece() -> None:
    rows = [(1, item, day, day) for day, item in enumerate(range(11, 15))]
    table = make_table(rows).with_columns(quantity=pl.Series([float("nan"), None, 2.0, 1.0]))
    history = split_events(table, "leave-one-out", "train").cases.histories()[0]
    assert history.quantities.tolist() == [1, 1, 2]
