from __future__ import annotations

from typing import Any

import pytest

from shopmind.client import Client
from shopmind.kit.errors import InputError, NotFoundError

HALVES: dict[str, Any] = {
    "title": "Fewer at home",
    "scenario": "home",
    "variants": {"plain": {"share": 0.5}, "few": {"share": 0.5, "n": 3}},
}


def test_experiments_through_the_client(client: Client) -> None:
    assert client.experiments() == []
    written = client.put_experiment("fewer", HALVES)
    assert (written.status, written.started_at_ms) == ("draft", None)
    assert written.definition == HALVES
    started = client.start_experiment("fewer")
    assert started.started_at_ms is not None
    assert client.recommend("home", user="u01").variant in ("fewer/plain", "fewer/few")
    assert client.experiment_report("fewer")["decision"]["action"] == "wait"
    assert client.stop_experiment("fewer").status == "stopped"
    assert [each.name for each in client.experiments()] == ["fewer"]
    with pytest.raises(InputError, match="did you mean 'home'"):
        client.put_experiment("fewer", {**HALVES, "scenario": "hme"})
    with pytest.raises(NotFoundError):
        client.experiment("none")
