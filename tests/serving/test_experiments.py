from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from shopmind.shop import Shop

Served = Callable[..., httpx.Client]

HALVES: dict[str, Any] = {
    "name": "fewer",
    "title": "Fewer at home",
    "scenario": "home",
    "start": "2026-01-01T00:00:00Z",
    "variants": {"plain": {"share": 0.5}, "few": {"share": 0.5, "n": 3}},
}


def test_an_experiment_is_written_started_followed_and_stopped_over_http(api: httpx.Client) -> None:
    written = api.post("/v1/experiments", json={key: HALVES[key] for key in HALVES if key != "start"}).json()
    assert written["experiment"]["status"] == "draft"
    assert api.get("/v1/experiments/fewer/report").json()["plan"]["units_needed"] is None
    started = api.post("/v1/experiments/fewer", json={"action": "start"}).json()["experiment"]
    assert (started["status"], started["variants"]) == ("running", {"plain": 0.5, "few": 0.5})
    slates = [api.post("/v1/recommend/home", json={"user": f"v{i}"}).json() for i in range(20)]
    assert {slate["variant"] for slate in slates} == {"fewer/plain", "fewer/few"}
    assert all((len(slate["hits"]) == 3) == (slate["variant"] == "fewer/few") for slate in slates)
    report = api.get("/v1/experiments/fewer/report").json()
    assert sum(report["units"].values()) == 20
    assert report["decision"]["action"] == "wait"
    stopped = api.post("/v1/experiments/fewer", json={"action": "stop"}).json()["experiment"]
    assert stopped["status"] == "stopped"
    assert stopped["changed_by"]
    assert api.post("/v1/recommend/home", json={"user": "v1"}).json()["variant"] is None
    assert [each["name"] for each in api.get("/v1/experiments").json()["experiments"]] == ["fewer"]


def test_a_start_in_the_past_begins_at_once(api: httpx.Client) -> None:
    assert api.post("/v1/experiments", json=HALVES).json()["experiment"]["status"] == "running"
    assert api.get("/v1/experiments/fewer").json()["experiment"]["definition"]["start"] == HALVES["start"]


def test_what_is_wrong_is_refused_with_its_field(api: httpx.Client, shop: Shop) -> None:
    over = {"plain": {"share": 0.6}, "few": {"share": 0.6, "n": 3}}
    for change, field, words in (
        ({"variants": over}, "share", "120 %"),
        ({"scenario": "hme"}, "scenario", "did you mean 'home'"),
        ({"name": "../x"}, "name", ""),
        ({"ramp": 2}, "ramp", ""),
        ({"metrik": "x"}, "metrik", ""),
        ({"variants": {"plain": {"share": 1}}}, "variants", "at least two"),
    ):
        answer = api.post("/v1/experiments", json={**HALVES, **change})
        assert answer.status_code == 422, change
        assert answer.json()["error"]["field"] == field
        assert words in answer.json()["error"]["message"]
    assert shop.experiments.all() == []
    assert api.get("/v1/experiments/none").status_code == 404
    assert api.get("/v1/experiments/none/report").status_code == 404
    assert api.post("/v1/experiments/none", json={"action": "start"}).status_code == 404
    assert api.post("/v1/experiments/none", json={"action": "pause"}).status_code == 422


def test_merchandisers_run_experiments_and_viewers_read_them(serve: Served) -> None:
    assert serve(role="merchandiser").get("/v1/experiments").status_code == 200
    assert serve(role="viewer").get("/v1/experiments").status_code == 200
    assert serve(role="viewer").post("/v1/experiments", json=HALVES).status_code == 403
    assert serve(role="public").get("/v1/experiments").status_code == 403
    assert serve(role="public").post("/v1/experiments", json=HALVES).status_code == 403
    assert serve(role=None).get("/v1/experiments/fewer/report").status_code == 401


def test_the_days_of_an_experiment_add_up_to_its_report(api: httpx.Client, shop: Shop) -> None:
    api.post("/v1/experiments", json={key: HALVES[key] for key in HALVES if key != "start"})
    assert api.get("/v1/experiments/fewer/days").json()["days"] == []
    api.post("/v1/experiments/fewer", json={"action": "start"})
    for visitor in range(400):
        slate = api.post("/v1/recommend/home", json={"user": f"v{visitor}"}).json()
        if visitor % 3 == 0:
            item = slate["hits"][0]["item"]["item_id"]
            shop.track({"type": "purchase", "user_id": f"v{visitor}", "item_id": item, "value": "5"})
    report = api.get("/v1/experiments/fewer/report").json()
    days = api.get("/v1/experiments/fewer/days").json()["days"]
    assert len(days) == 1
    assert days[0]["units"] == report["units"]
    row = report["metrics"]["conversion"]["comparisons"]["few"]
    assert row["enough"]
    assert days[0]["changes"]["few"] == {"value": row["lift"], "low": row["lift_low"], "high": row["lift_high"]}
    assert days[0]["split"] == report["split"]["p"]
    assert api.get("/v1/experiments/none/days").status_code == 404


def test_a_decision_is_written_down_with_the_figures_and_ends_the_experiment(api: httpx.Client, serve: Served) -> None:
    api.post("/v1/experiments", json=HALVES)
    for visitor in range(10):
        api.post("/v1/recommend/home", json={"user": f"v{visitor}"})
    wrong = api.post("/v1/experiments/fewer/decision", json={"choice": "fwe"})
    assert (wrong.status_code, wrong.json()["error"]["field"]) == (422, "choice")
    kept = api.post("/v1/experiments/fewer/decision", json={"choice": "few", "why": "the page is calmer"}).json()
    assert kept["status"] == "stopped"
    (entry,) = api.get("/v1/knowledge", params={"about": "experiment:fewer"}).json()["entries"]
    assert (entry["key"], entry["what"], entry["reason"]) == (kept["key"], "decided", "the page is calmer")
    assert entry["title"] == "Experiment fewer: go on with few"
    assert sum(entry["metrics"]["units"].values()) == 10
    assert "scenario:home" in entry["about"]
    assert serve(role="viewer").post("/v1/experiments/fewer/decision", json={}).status_code == 403
    assert api.post("/v1/experiments/none/decision", json={}).status_code == 404
