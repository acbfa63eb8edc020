"""Off-policy estimates over HTTP: one at a time, followed, cancelled, kept; and plans of experiments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from shopmind.operations.estimates.book import KIND, LEASE
from shopmind.shop import Shop
from shopmind.stores.lease import Lease
from shopmind.testing.processes import PATIENCE_S, until

Served = Callable[..., httpx.Client]

AS_NOW: dict[str, Any] = {"scenario": "home", "most": 50}


def ended(api: httpx.Client, estimate_id: str) -> dict[str, Any]:
    found: dict[str, Any] = {}

    def is_over() -> bool:
        found.update(api.get(f"/v1/estimates/{estimate_id}").json()["estimate"])
        return bool(found["state"] != "running")

    until(is_over)
    return found


@pytest.fixture
def held(shop: Shop) -> Iterator[Lease]:
    """Somebody's estimate runs."""
    lease = Lease(shop.path / LEASE)
    assert lease.acquire()
    yield lease
    lease.release()


def test_an_estimate_is_begun_followed_and_kept_with_its_reason(api: httpx.Client, shop: Shop) -> None:
    for visit in range(10):
        api.post("/v1/recommend/home", json={"user": f"v{visit}"})
    shop.flush()
    begun = api.post("/v1/estimates", json=AS_NOW).json()["estimate"]
    assert (begun["state"], begun["scenario"], begun["result"]) == ("running", "home", None)
    assert api.get("/v1/estimates").json()["estimates"][0]["state"] == "running"
    found = ended(api, begun["estimate_id"])
    assert found["state"] == "refused"  # nothing in this log was left to chance
    assert "chance" in found["why"] or "explor" in found["why"]
    assert found["result"]["replay"]["answers"] == 10
    assert (found["done"], found["total"]) == (10, 10)
    listed = api.get("/v1/estimates").json()["estimates"]
    assert [(each["estimate_id"], each["state"]) for each in listed] == [(begun["estimate_id"], "refused")]
    assert "result" not in listed[0]
    (entry,) = api.get("/v1/knowledge", params={"what": "evaluated"}).json()["entries"]
    assert "scenario:home" in entry["about"]


def test_what_goes_wrong_is_told_in_the_estimate(api: httpx.Client) -> None:
    found = ended(api, api.post("/v1/estimates", json=AS_NOW).json()["estimate"]["estimate_id"])
    assert (found["state"], found["result"]) == ("failed", None)
    assert "no answer of this scenario" in found["why"]


def test_one_runs_at_a_time(api: httpx.Client, held: Lease) -> None:
    refused = api.post("/v1/estimates", json=AS_NOW)
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "too_many_requests")
    assert int(refused.headers["retry-after"]) >= 1


def test_a_running_one_is_cancelled_and_stays_in_the_list(api: httpx.Client, shop: Shop, held: Lease) -> None:
    body = {"state": "running", "wanted": {"scenario": "home"}, "started_ms": 1, "doing": "ask home"}
    shop.records.put(KIND, "a1", body)
    assert api.request("DELETE", "/v1/estimates/a1").json()["estimate"]["state"] == "running"
    assert shop.records.get(f"{KIND}_cancel", "a1") is not None  # its own process sees it within half a second
    held.release()
    assert api.get("/v1/estimates/a1").json()["estimate"]["state"] == "lost"  # nobody runs it any more
    assert api.request("DELETE", "/v1/estimates/none").status_code == 404


def test_one_that_ends_while_it_is_asked_for_is_not_lost(
    api: httpx.Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"state": "running", "wanted": {"scenario": "home"}, "started_ms": 1, "doing": "ask home"}
    shop.records.put(KIND, "a1", body)

    def ends(lease: Lease) -> bool:
        shop.records.put(KIND, "a1", {**body, "state": "done"})
        return False

    monkeypatch.setattr(Lease, "taken", ends)
    assert api.get("/v1/estimates/a1").json()["estimate"]["state"] == "done"
    shop.records.put(KIND, "a1", body)
    assert [each["state"] for each in api.get("/v1/estimates").json()["estimates"]] == ["done"]


@pytest.mark.slow
def test_cancelling_ends_the_process(api: httpx.Client, shop: Shop) -> None:
    for visit in range(3_000):
        shop.recommend("home", user=f"v{visit}")
    shop.flush()
    begun = api.post("/v1/estimates", json={"scenario": "home", "most": 3000}).json()["estimate"]["estimate_id"]
    until(lambda: api.get(f"/v1/estimates/{begun}").json()["estimate"]["done"])
    api.request("DELETE", f"/v1/estimates/{begun}")
    assert ended(api, begun)["state"] == "cancelled"
    with Lease(shop.path / LEASE).hold(wait_s=PATIENCE_S):
        assert api.post("/v1/estimates", json=AS_NOW).status_code == 429


def test_what_is_not_allowed_is_refused_before_anything_begins(api: httpx.Client) -> None:
    for change, field in (
        ({"scenario": "hme"}, "scenario"),
        ({"differences": {"rerankers": [{"part": "divers"}]}}, "rerankers"),
        ({"differences": {"rankr": {}}}, "rankr"),
        ({"reward": "likes"}, "reward"),
        ({"days": 0}, "days"),
        ({"most": 10_000}, "most"),
        ({"base": "x"}, "base"),
    ):
        answer = api.post("/v1/estimates", json={**AS_NOW, **change})
        assert answer.status_code == 422, change
        assert (answer.json()["error"]["field"] or "").split(".")[0].startswith(field[:5]), (change, answer.text)
    assert api.get("/v1/estimates").json()["estimates"] == []
    assert api.get("/v1/estimates/none").status_code == 404


def test_viewers_read_estimates_and_merchandisers_begin_them(serve: Served, held: Lease) -> None:
    for role, reads, begins in (("viewer", 200, 403), ("merchandiser", 200, 429), ("public", 403, 403)):
        api = serve(role=role)
        assert api.get("/v1/estimates").status_code == reads
        assert api.post("/v1/estimates", json=AS_NOW).status_code == begins
        assert api.post("/v1/plans", json={"scenarios": ["home"]}).status_code == reads


def test_a_plan_says_what_the_traffic_allows(api: httpx.Client, shop: Shop) -> None:
    for visit in range(200):
        slate = api.post("/v1/recommend/home", json={"user": f"v{visit}"}).json()
        if visit % 4 == 0:
            hit = slate["hits"][0]["item"]["item_id"]
            echo = {"request_id": slate["request_id"], "scenario": "home"}
            shop.track({"type": "purchase", "user_id": f"v{visit}", "item_id": hit, "value": "5", **echo})
    asked = {"scenarios": ["home"], "effects": [0.1, 0.2], "days": [7, 28, 366]}
    plan = api.post("/v1/plans", json=asked).json()
    assert plan["units"] == 200
    assert plan["units_a_day"] == pytest.approx(200 / 28)
    assert plan["value"] == pytest.approx(0.25)
    small, large = plan["needs"]
    assert small["units"] > large["units"] > 100
    assert small["days"] == -(-small["units"] * 28 // 200)
    found = [each["effect"] for each in plan["finds"]]
    assert found[2] is not None
    assert found == sorted(found, key=lambda each: -1 if each is None else -each, reverse=False) or found[0] is None
    half = api.post("/v1/plans", json={**asked, "share": 0.5}).json()
    assert half["needs"][0]["days"] >= 2 * small["days"] - 1
    assert api.post("/v1/plans", json={"scenarios": ["hme"]}).json()["error"]["field"] == "scenario"
    assert api.post("/v1/plans", json={"scenarios": []}).status_code == 422


def test_a_plan_of_a_place_nobody_visits_says_nothing(api: httpx.Client) -> None:
    plan = api.post("/v1/plans", json={"scenarios": ["cart"]}).json()
    assert (plan["value"], plan["units"]) == (None, 0)
    assert {each["units"] for each in plan["needs"]} == {None}
    assert {each["effect"] for each in plan["finds"]} == {None}
