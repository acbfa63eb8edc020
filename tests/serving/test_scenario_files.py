from __future__ import annotations

import httpx
import pytest
from tests.serving.conftest import Served

SHORT = 'base = "home"\ntitle = "Short"\nn = 3\n'
HOME = "/v1/scenarios/home"


@pytest.fixture
def merchandiser(serve: Served) -> httpx.Client:
    return serve(role="merchandiser")


def shown(api: httpx.Client) -> int:
    return len(api.post("/v1/recommend/home", json={"user": "u01"}).json()["hits"])


def test_a_scenario_is_read_checked_written_and_brought_back(merchandiser: httpx.Client) -> None:
    before = merchandiser.get(HOME).json()
    assert (before["own"], before["version"], before["text"]) == (False, 0, before["packaged"])
    checked = merchandiser.post(f"{HOME}/check", json={"text": SHORT}).json()
    assert "+n = 3" in checked["diff"]
    assert shown(merchandiser) > 3
    written = merchandiser.put(HOME, json={"text": SHORT, "version": 0}).json()
    assert (written["own"], written["version"]) == (True, 1)
    assert shown(merchandiser) == 3
    assert merchandiser.post(f"{HOME}/rollback", json={"version": 0}).json()["own"] is False
    assert shown(merchandiser) > 3


def test_a_broken_text_is_refused_with_its_line_and_changes_nothing(merchandiser: httpx.Client) -> None:
    for path in (f"{HOME}/check", HOME):
        method = "POST" if path.endswith("check") else "PUT"
        answer = merchandiser.request(method, path, json={"text": 'base = "home"\nranker = {part = "wieghted"}\n'})
        assert answer.status_code == 422
        assert "line 2" in answer.json()["error"]["message"]
        assert "did you mean 'weighted'" in answer.json()["error"]["message"]
    assert shown(merchandiser) > 3


def test_somebody_elses_change_is_not_overwritten(merchandiser: httpx.Client) -> None:
    merchandiser.put(HOME, json={"text": SHORT, "version": 0})
    answer = merchandiser.put(HOME, json={"text": SHORT, "version": 0})
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "version")


def test_paths_lead_nowhere_else(merchandiser: httpx.Client) -> None:
    for name in ("..%2f..%2fshop", "%2e%2e", "HOME", "home%00", "a" * 60):
        assert merchandiser.get(f"/v1/scenarios/{name}").status_code in (404, 405), name
        assert merchandiser.put(f"/v1/scenarios/{name}", json={"text": SHORT}).status_code in (404, 405, 422), name


def test_viewers_read_and_only_merchandisers_write(serve: Served) -> None:
    viewer = serve(role="viewer")
    assert viewer.get(HOME).status_code == 200
    assert serve(role="public").get(HOME).status_code == 403
    for api in (viewer, serve(role="public")):
        assert api.put(HOME, json={"text": SHORT}).status_code == 403
        assert api.post(f"{HOME}/check", json={"text": SHORT}).status_code == 403
        assert api.post(f"{HOME}/rollback", json={"version": 0}).status_code == 403
        assert api.delete(HOME).status_code == 403


def test_a_scenario_of_the_shops_own_can_be_taken_away(merchandiser: httpx.Client) -> None:
    merchandiser.put("/v1/scenarios/bargains", json={"text": SHORT})
    assert merchandiser.post("/v1/recommend/bargains", json={}).status_code == 200
    assert merchandiser.delete("/v1/scenarios/bargains").json()["packaged"] is False
    assert merchandiser.post("/v1/recommend/bargains", json={}).status_code == 404
    assert merchandiser.get("/v1/scenarios/bargains").status_code == 404
