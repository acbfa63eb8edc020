from __future__ import annotations

import json

import pytest

from benchmarks import promotions, promotions_tables
from benchmarks.record import RESULTS


def test_qini_and_auuc_of_every_order_stand_in_the_section_with_their_intervals(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (("SIZES", (300,)), ("KINDS", ("same", "opposed")), ("ASKED", 400)):
        monkeypatch.setattr(promotions, name, value)
    found = promotions.uplift(2, None)
    truth = found["worlds"]["opposed, 300 people"]["truth"]
    assert truth["auuc"]["low"] <= truth["auuc"]["value"] <= truth["auuc"]["high"]
    machine = {"commit": "abc", "machine": {}}
    lines = list(
        promotions_tables.section({**machine, "uplift": {"commit": "abc", "seeds": [1], "asked": 400, **found}})
    )
    for figure, words in (("qini", "Qini"), ("auuc", "AUUC")):
        start = lines.index(f"| {words}, trial of 300 people | same | opposed |")
        rows = lines[start + 2 : lines.index("", start)]
        assert len(rows) == 6  # three learners, the response, chance and the truth
        assert rows[-1].endswith(f"| {promotions_tables.said(truth[figure], 1, times=1000)} |")


def test_no_recorded_seed_has_chosen_a_setting() -> None:
    found = json.loads((RESULTS / "promotions.json").read_text("utf-8"))["uplift"]
    assert min(found["seeds"]) >= promotions.FRESH
