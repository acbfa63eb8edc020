from __future__ import annotations

from typing import Any

import pytest

from shopmind.console.pages.experiments.diagnostics import drawing


def told(value: float, low: float | None, high: float | None) -> dict[str, Any]:
    return {"value": value, "bootstrap": {"low": low, "high": high}}


@pytest.mark.parametrize("logged", [0.38, None])
def test_the_axis_holds_every_interval_and_what_the_log_earned(logged: float | None) -> None:
    answered = {"ips": told(0.556, 0.463, 0.648), "dm": told(0.537, None, None)}
    options = drawing({"logged": {"value": logged}}, answered)
    low, high = options["xAxis"]["min"], options["xAxis"]["max"]
    assert low < min(0.463, logged or 1) < 0.648 < high
    assert high - low < 0.4, "and nothing else"
    lines = options["series"][0]["markLine"]["data"]
    assert lines[0] == [{"coord": [0.463, "ips"]}, {"coord": [0.648, "ips"]}]
    assert len(lines) == (2 if logged is not None else 1)


def test_one_point_alone_has_an_axis() -> None:
    axis = drawing({}, {"dm": told(0.5, None, None)})["xAxis"]
    assert axis["min"] < 0.5 < axis["max"]
