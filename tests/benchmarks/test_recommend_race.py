from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from benchmarks.recommend import cut, given
from benchmarks.recommend.cut import Cut
from benchmarks.recommend.fit_and_ask import peer_at, run
from benchmarks.recommend.logs import Log
from benchmarks.recommend.peers import MENU, OURS, Spec
from benchmarks.recommend.peers.peer import Rounds
from benchmarks.recommend.race import Racer, Settings, forget, race

FAKES = "tests.benchmarks.fake_peers:"
HERE = sorted(name for name, spec in MENU.items() if not spec.needs)


@pytest.fixture
def made(tmp_path: Path) -> Cut:
    """Twelve items in a ring; everyone walks it, so that the test is always the item after the newest."""
    ids = [f"i{row:02}" for row in range(12)]
    walks = [[ids[(start + step) % 12] for step in range(6)] for start in range(12)]
    lists = pl.DataFrame({"user_id": [f"u{row}" for row in range(12)], "item_ids": walks})
    items = pl.DataFrame({"item_id": ids, "title": [f"thing number {each}" for each in ids], "kind": "product"})
    log = Log(items, lists.with_columns(times_ms=pl.lit(None, pl.List(pl.Int64))), "made for a test")
    told = {"protocol": "leave-one-out", "fit": "train", "seed": 0}
    cut.write(log, cut.parts(log, "leave-one-out", "train", 0), tmp_path / "cut", told)
    return Cut("ring", tmp_path / "cut", json.loads((tmp_path / "cut" / "about.json").read_text()))


def _fits(made: Cut) -> list[str]:
    file = made.path / "given" / "fits.txt"
    return file.read_text().splitlines() if file.is_file() else []


def _here(
    racer: Racer, folder: Path, settings: Settings, seed: int, left: float, shown: Cut | None
) -> tuple[list[dict[str, Any]], float]:
    """In this process, half a second of the processor for each setting, and no more than there are."""
    done = [
        {**run(peer_at(racer.spec.where), folder, out, options, seed, None), "processor_s": 0.5, "load": [0.0, 0.0]}
        for options, out in settings[: int(left / 0.5)]
    ]
    return done, 0.5 * len(settings)


def test_what_is_done_is_not_done_again(made: Cut, tmp_path: Path) -> None:
    spec = Spec(FAKES + "Fixed", grid={"first": (0, 3)})
    racer = Racer("fixed", spec, tmp_path / "answers" / "fixed" / "seed0", 60.0)
    found = race(racer, made, made, _here)
    assert _fits(made) == ["valid 0 0", "valid 3 0", f"test {found['options']['first']} 0"]
    assert race(racer, made, made, _here) == found
    assert len(_fits(made)) == 3
    racer.final.unlink()  # as after a kill between tuning and the end
    assert race(racer, made, made, _here)["trials"] == 2
    assert len(_fits(made)) == 4
    forget(racer.place)
    race(racer, made, made, _here)
    assert len(_fits(made)) == 7


def test_another_seed_takes_the_options_that_were_chosen_once(made: Cut, tmp_path: Path) -> None:
    spec = Spec(FAKES + "Fixed", grid={"first": (0, 3)})
    first = race(Racer("fixed", spec, tmp_path / "fixed" / "seed0", 60.0), made, made, _here)
    other = Cut(made.name, made.path, {**made.about, "seed": 1})
    second = race(Racer("fixed", spec, tmp_path / "fixed" / "seed1", 60.0), other, made, _here)
    assert second["options"] == first["options"]
    assert _fits(made)[3:] == [f"test {first['options']['first']} 1"]


def test_answers_to_a_cut_that_came_out_otherwise_count_no_more(made: Cut, tmp_path: Path) -> None:
    racer = Racer("fixed", Spec(FAKES + "Fixed", grid={"first": (0, 3)}), tmp_path / "fixed" / "seed0", 60.0)
    race(racer, made, made, _here)
    other = Cut(made.name, made.path, {**made.about, "digest": "another"})
    assert racer.done(other) is None
    race(racer, other, other, _here)
    assert len(_fits(made)) == 6


def test_time_that_is_up_while_tuning_leaves_the_best_that_was_tried(made: Cut, tmp_path: Path) -> None:
    spec = Spec(FAKES + "Fixed", grid={"first": (0, 3, 5, 6, 7)})
    found = race(Racer("fixed", spec, tmp_path / "fixed" / "seed0", 2.0), made, made, _here)
    assert found["trials"] == 2  # six tenths of two seconds
    assert found["options"]["first"] in (0, 3)


def test_time_that_is_up_is_recorded_as_such_and_it_is_not_tried_again(made: Cut, tmp_path: Path) -> None:
    racer = Racer("fixed", Spec(FAKES + "Fixed"), tmp_path / "fixed" / "seed0", 0.4)
    found = race(racer, made, made, _here)
    assert found["limit_s"] == 0.4
    assert "timed_out" in found
    assert "train_s" not in found
    assert race(racer, made, made, _here) == found
    assert _fits(made) == []


@pytest.mark.slow
def test_a_process_of_its_own_is_ended_by_the_processors_time(made: Cut, tmp_path: Path) -> None:
    found = race(Racer("endless", Spec(FAKES + "Endless"), tmp_path / "endless" / "seed0", 4.0), made, made)
    assert found["timed_out"] >= 4, found


@pytest.mark.slow
def test_one_that_names_what_the_user_had_is_left_out_with_a_word(made: Cut, tmp_path: Path) -> None:
    found = race(Racer("cheat", Spec(FAKES + "Cheat"), tmp_path / "cheat" / "seed0", 60.0), made, made)
    assert found["refused"] == "it failed: ValueError: a list names an item of the user's history"


@pytest.mark.parametrize("name", [*HERE, OURS])
def test_every_system_that_needs_no_installing_answers_every_case(
    name: str, made: Cut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPMIND_ENCODER", "hash")
    monkeypatch.setattr("benchmarks.recommend.peers.ours.CACHE", tmp_path)
    options = {option: values[0] for option, values in MENU[name].grid.items()}
    found = run(peer_at(MENU[name].where), made.test, tmp_path / "lists.parquet", options, 0, None)
    ranked = given.read_lists(tmp_path / "lists.parquet", 100)
    assert ranked.shape == (12, 100)
    assert ((ranked >= 0).sum(1) >= 5).all()
    assert found["peak_mb"] > 0


def test_the_row_without_a_network_is_not_measured_where_torch_would_train_one(
    made: Cut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.recommend.peers.ours.find_spec", lambda name: name == "torch")
    with pytest.raises(ValueError, match="without torch"):
        run(peer_at(MENU["shopmind_base"].where), made.test, tmp_path / "lists.parquet", {}, 0, None)


def test_learning_in_rounds_ends_when_nothing_gets_better_and_keeps_the_best() -> None:
    rounds = Rounds(seconds=60.0, patience=2)
    ended = [rounds.ends(score, {"round": at}) for at, score in enumerate((0.1, 0.3, 0.2, 0.25))]
    assert ended == [False, False, False, True]
    assert rounds.best == {"round": 1}
    assert rounds.about()["best_round"] == 2
    assert rounds.about()["ended_by"] == "patience"


def test_learning_in_rounds_ends_by_the_clock() -> None:
    rounds = Rounds(seconds=0.0, patience=5)
    assert rounds.ends(0.1, {})
    assert rounds.about()["ended_by"] == "clock"
