"""The JSON of the contract and the table made from it."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from rich.console import Console

from shopmind.evaluation import report
from shopmind.evaluation.protocol import Protocol
from shopmind.evaluation.report import Report


@pytest.fixture
def made() -> Report:
    values = {
        "full": {
            "shopmind": {"ndcg@10": np.array([1.0, 0.5, np.nan]), "recall@10": np.array([1.0, 0.0, np.nan])},
            "random": {"ndcg@10": np.array([0.5, 0.0, np.nan]), "recall@10": np.array([0.0, 0.0, np.nan])},
        }
    }
    protocol = Protocol(task="recommend", split="time", fit="train", cutoff_ms=0, left_out={"users_without_history": 3})
    whole = report.part(values, seed=0, single={"shopmind": {"full": {"gini@10": 0.25, "coverage@10": float("nan")}}})
    return Report(protocol, whole, {"explore": whole}, {"random": {}, "popularity": {"window_days": 7.0}}, {"took": 1})


def test_the_json_has_the_keys_of_the_contract(made: Report) -> None:
    found = made.as_json()
    assert found["protocol"]["task"] == "recommend"
    assert found["protocol"]["ties"] == "hashed id"
    assert found["protocol"]["gain"] == "linear"
    assert found["protocol"]["cutoff"] == "1970-01-01T00:00:00Z"
    assert found["cases"] == found["n"] == 2, "the case without an answer is left out"
    assert found["systems"]["shopmind"]["full"]["ndcg@10"]["value"] == 0.75
    assert set(found["systems"]["shopmind"]["full"]["ndcg@10"]) == {"value", "low", "high"}
    assert found["differences"]["shopmind-random"]["full"]["ndcg@10"] == {"value": 0.5, "low": 0.5, "high": 0.5}
    assert found["options"] == {"popularity": {"window_days": 7.0}}
    assert found["took"] == 1


def test_what_cannot_be_said_is_null_and_the_whole_is_json(made: Report) -> None:
    found = json.loads(json.dumps(made.as_json(), allow_nan=False))
    assert found["systems"]["shopmind"]["full"]["coverage@10"] == {"value": None, "low": None, "high": None}


def test_split_and_fit_are_there_even_when_they_do_not_apply() -> None:
    found = Protocol(task="search").as_json()
    assert found["split"] is None
    assert found["fit"] is None
    assert "repeats" not in found


def test_the_table_says_the_protocol_in_words_and_shows_every_system(made: Report) -> None:
    screen = Console(file=io.StringIO(), width=120)
    screen.print(report.table(made.as_json()))
    shown = screen.file.getvalue()  # type: ignore[attr-defined]
    for words in ("fitted without validation and test", "left out: 3 users without history", "ties by hashed id"):
        assert words in shown
    assert "shopmind − random" in shown
    assert "+0.5000 ±0.0000" in shown
    assert shown.count("2 cases") == 2
