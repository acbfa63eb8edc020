"""A search of settings keeps every trial and goes on where it was stopped."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from shopmind.evaluation import evaluate_recommend
from shopmind.evaluation.space import Span
from shopmind.evaluation.trials import FIGURE, Journal, Wanted, run
from shopmind.kit.errors import InputError, MissingExtraError
from shopmind.shop import Shop

VARIED = [Span("ease", "ridge", 5.0, low=0.5, high=50.0, log=True), Span("ease", "k", 4, low=1, high=9, whole=True)]
WHERE = {"scenario": "home", "seed": 0}


def measured(tried: Mapping[str, Any]) -> dict[str, Any]:
    """Best at a ridge of 2 and a k of 7."""
    value = -((math.log(tried["ease.ridge"] / 2)) ** 2) - (tried["ease.k"] - 7) ** 2 / 10
    return {"options": dict(tried), FIGURE: value}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "trials" / "home.jsonl", WHERE)


def test_the_first_trial_is_what_the_settings_say_and_a_search_finds_better(journal: Journal) -> None:
    pytest.importorskip("optuna")
    rows = run(VARIED, journal, measured, 30, seed=0)
    assert rows[0]["options"] == {"ease.ridge": 5.0, "ease.k": 4}
    assert max(row[FIGURE] for row in rows) > rows[0][FIGURE] + 0.5
    assert all(isinstance(row["options"]["ease.k"], int) for row in rows)


def test_every_trial_is_kept_and_a_stopped_search_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    whole = run(VARIED, Journal(tmp_path / "a.jsonl", WHERE), measured, 6, seed=0)
    stopped = Journal(tmp_path / "b.jsonl", WHERE)
    run(VARIED, stopped, measured, 3, seed=0)
    calls = []
    again = run(VARIED, stopped, lambda tried: calls.append(tried) or measured(tried), 6, seed=0)
    assert len(calls) == 3
    assert [row["options"] for row in again] == [row["options"] for row in whole]


def test_what_a_recipe_refuses_is_a_trial_that_failed(journal: Journal) -> None:
    pytest.importorskip("optuna")

    def refusing(tried: Mapping[str, Any]) -> dict[str, Any]:
        if tried["ease.k"] != 4:
            raise InputError("k is too odd")
        return measured(tried)

    rows = run(VARIED, journal, refusing, 5, seed=0)
    assert len(rows) == 5
    assert [row.get("failed") for row in rows].count("k is too odd") >= 1


def test_a_line_that_was_cut_is_no_trial_and_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "home.jsonl"
    journal = Journal(path, WHERE)
    journal.keep(measured({"ease.ridge": 1.0, "ease.k": 3}))
    path.write_bytes(path.read_bytes() + b'{"scenario": "ho')
    journal.keep(measured({"ease.ridge": 2.0, "ease.k": 7}))
    assert [row["options"]["ease.k"] for row in journal.rows(VARIED)] == [3, 7]


def test_trials_of_another_log_or_of_other_options_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "home.jsonl"
    nine, eight = (Journal(path, {**WHERE, "known": known}) for known in (9, 8))
    nine.keep(measured({"ease.ridge": 1.0, "ease.k": 3}))
    eight.keep({"options": {"ease.ridge": 1.0}, FIGURE: 1.0})
    eight.keep(measured({"ease.ridge": 99.0, "ease.k": 3}))
    assert (len(nine.rows(VARIED)), eight.rows(VARIED)) == (1, [])


def test_settings_are_searched_on_the_validation_and_the_best_are_measured(shop: Shop, tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    wanted = Wanted(3, ["popularity.half_life_days"], tmp_path)
    found = evaluate_recommend(shop, "leave-one-out", scenario="home", search=wanted)
    rows = [json.loads(line) for line in (tmp_path / f"{found['protocol']['scenario']}.jsonl").read_text().splitlines()]
    assert len(rows) == found["search"]["trials"] == 3
    assert all({"seconds", "seed", "ndcg@10", "options", "fit"} <= row.keys() for row in rows)
    assert found["search"]["validation"]["ndcg@10"]["best"] == max(row["ndcg@10"] for row in rows)
    assert found["search"]["toml"].startswith("[training.popularity]\nhalf_life_days = ")
    assert "search settings" in found["seconds"]
    again = evaluate_recommend(shop, "leave-one-out", scenario="home", search=wanted)
    assert again["search"] == found["search"]
    assert again["systems"] == found["systems"]


def test_without_the_extra_the_search_says_what_to_install(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingExtraError, match=r"shopmind\[tune\]"):
        evaluate_recommend(shop, "leave-one-out", search=Wanted(2, folder=tmp_path))


def test_a_search_that_cannot_be_is_refused(shop: Shop) -> None:
    with pytest.raises(InputError, match="0 trials"):
        evaluate_recommend(shop, "leave-one-out", search=Wanted(0))
    with pytest.raises(InputError, match="not allowed"):
        evaluate_recommend(shop, "leave-one-out", search=Wanted(1, ["luck.amount"]))
