from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from benchmarks.recommend import cut, given, logs
from benchmarks.recommend.cut import Cut, parts
from benchmarks.recommend.logs import Log, first_times

DAY = 86_400_000
ITEMS = pl.DataFrame({"item_id": list("abcdef"), "kind": ["product"] * 6})


def _log(lists: dict[str, list[tuple[str, int | None]]], instances: pl.DataFrame | None = None) -> Log:
    table = pl.DataFrame(
        {
            "user_id": list(lists),
            "item_ids": [[item for item, _ in steps] for steps in lists.values()],
            "times_ms": [
                None if steps[0][1] is None else [DAY * (at or 0) for _, at in steps] for steps in lists.values()
            ],
        },
        schema={"user_id": pl.String, "item_ids": pl.List(pl.String), "times_ms": pl.List(pl.Int64)},
    )
    return Log(ITEMS, table, "made for a test", instances)


def _written(log: Log, folder: Path, protocol: cut.SplitName = "leave-one-out", fit: cut.Fit = "train") -> Cut:
    cut.write(log, parts(log, protocol, fit, 0), folder, {"protocol": protocol, "fit": fit, "seed": 0})
    return Cut("made", folder, json.loads((folder / "about.json").read_text()))


def _named(lists: given.Lists) -> list[str]:
    return ["".join(ITEMS["item_id"][int(row)] for row in rows) for rows in lists.each()]


def _right(truth: given.Truth) -> list[tuple[int, str]]:
    return [(int(case), ITEMS["item_id"][int(row)]) for case, row in zip(truth.cases, truth.rows, strict=True)]


def _steps(items: str) -> list[tuple[str, int | None]]:
    return [(item, None) for item in items]


def test_leave_one_out_keeps_two_steps_back_tunes_on_the_first_and_asks_the_second(tmp_path: Path) -> None:
    made = _written(_log({"u": _steps("abcd"), "v": _steps("fed"), "w": _steps("ab")}), tmp_path)
    assert _named(given.known(made.test)) == _named(given.known(made.valid)) == ["ab", "f", "ab"]
    assert _named(given.asked(made.valid)) == ["ab", "f"]
    assert _right(given.truth(made.valid)) == [(0, "c"), (1, "e")]
    assert _named(given.asked(made.test)) == ["abc", "fe"]
    assert _right(given.truth(made.kept)) == [(0, "d"), (1, "d")]
    assert made.about["same_known"]
    assert made.about["left_out"] == {"users_with_fewer_than_3_events": 1}


def test_refit_lets_the_fit_see_the_validation_step_and_says_so(tmp_path: Path) -> None:
    made = _written(_log({"u": _steps("abcd"), "v": _steps("fed")}), tmp_path, fit="refit")
    assert _named(given.known(made.test)) == ["abc", "fe"]
    assert _named(given.known(made.valid)) == ["ab", "f"]
    assert not made.about["same_known"]
    assert "validation" in made.about["fitted"]


def test_what_is_right_for_the_test_lies_in_no_folder_that_a_system_is_given(tmp_path: Path) -> None:
    made = _written(_log({"u": _steps("abcd"), "v": _steps("fed")}), tmp_path)
    assert [file.relative_to(tmp_path).as_posix() for file in sorted(tmp_path.rglob("truth.parquet"))] == [
        "given/valid/truth.parquet",
        "kept/truth.parquet",
    ]
    assert made.kept not in made.test.parents


def test_a_time_split_knows_nothing_from_after_its_cutoff(tmp_path: Path) -> None:
    log = _log({"u": [("a", 0), ("b", 1), ("c", 50), ("d", 95)], "v": [("b", 2), ("e", 60), ("f", 99), ("a", 100)]})
    made = _written(log, tmp_path, "time")
    assert _named(given.known(made.test)) == ["abc", "be"]
    assert given.known(made.test).times_ms.max() < DAY * 80
    assert _right(given.truth(made.kept)) == [(0, "d"), (1, "a"), (1, "f")]
    assert given.known(made.valid).times_ms.max() < DAY * 60


def test_equal_times_get_one_order_by_seed_that_known_and_history_share() -> None:
    log = _log({"u": [(item, 3) for item in "abcdef"], "v": [("a", 1), ("b", 2), ("c", 3)]})
    orders = set()
    for seed in range(8):
        found = parts(log, "leave-one-out", "train", seed).test
        known = found.known.filter(pl.col("user") == 1).sort("number")["item"].to_list()
        history = found.cases.history.filter(pl.col("case") == 0)["item"].to_list()
        assert history[:-1] == known
        orders.add(tuple(history))
    assert len(orders) > 4


def test_an_item_is_kept_where_its_user_took_it_first_and_unknown_items_are_dropped() -> None:
    lines = pl.DataFrame(
        [("u", "b", 1), ("u", "a", 2), ("u", "b", 3), ("u", "zzz", 4), ("v", "a", 9)],
        schema=["user_id", "item_id", "time_ms"],
        orient="row",
    )
    found = first_times(lines, ITEMS)
    assert found["item_ids"].to_list() == [["b", "a"], ["a"]]
    assert found["times_ms"].to_list() == [[1, 2], [9]]


def test_instances_fit_on_their_valid_part_alone_and_ask_only_what_is_new(tmp_path: Path) -> None:
    rows = [
        ("valid", "u", ["a"], "b"),
        ("valid", "u", ["a", "b"], "c"),
        ("valid", "v", ["d"], "e"),
        ("test", "x", ["f"], "a"),
        ("test", "y", ["a", "c"], "a"),
    ]
    frame = pl.DataFrame(rows, schema=["split", "user_id", "history", "item_id"], orient="row")
    made = _written(_log({}, frame), tmp_path)
    assert "f" not in "".join(_named(given.known(made.test)))
    assert _named(given.asked(made.test)) == ["f"]
    assert _right(given.truth(made.kept)) == [(0, "a")]
    assert made.about["left_out"]["targets_the_user_had"] == 1


def test_a_set_without_times_is_not_cut_by_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut, "CACHE", tmp_path)
    monkeypatch.setitem(logs.LOGS, "music", lambda seed: _log({"u": _steps("abcd")}))
    assert cut.prepare("music", "time", "train", 0) is None
    made = cut.prepare("music", "leave-one-out", "train", 0)
    assert made is not None
    assert made.about["order"] == "of the lists, no times"


def test_a_cut_is_made_again_when_the_code_that_cuts_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cut, "CACHE", tmp_path)
    monkeypatch.setitem(logs.LOGS, "music", lambda seed: _log({"u": _steps("abcd")}))
    first = cut.prepare("music", "leave-one-out", "train", 0)
    monkeypatch.setitem(logs.LOGS, "music", lambda seed: _log({"u": _steps("abce")}))
    assert cut.prepare("music", "leave-one-out", "train", 0) == first
    monkeypatch.setattr(cut, "_code", lambda: "other")
    second = cut.prepare("music", "leave-one-out", "train", 0)
    assert first is not None
    assert second is not None
    assert first.about["digest"] != second.about["digest"]
    assert _right(given.truth(second.kept)) == [(0, "e")]
