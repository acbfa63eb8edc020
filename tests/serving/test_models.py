"""Models over HTTP: who reads them, who moves them, and that the served shop follows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np

from shopmind.shop import Shop
from shopmind.stores.ports import Artifact
from shopmind.testing.processes import until

Served = Callable[..., httpx.Client]


def refitted(shop: Shop, name: str = "popularity") -> Artifact:
    """A second version of a model, kept and not promoted: every number of the first array is halved."""
    served = shop.artifacts.load(name)
    assert served is not None
    arrays = {key: np.array(array) for key, array in served.arrays.items()}
    key = next(key for key, array in arrays.items() if array.dtype.kind == "f")
    arrays[key] = arrays[key] * 0.5
    return shop.artifacts.save(name, arrays, served.card, promote=False)


def test_every_model_is_listed_with_what_it_was_fitted_on_and_who_needs_it(api: httpx.Client, shop: Shop) -> None:
    models = {each["kind"]: each for each in api.get("/v1/models").json()["models"]}
    assert set(shop.artifacts.names()) <= set(models)
    popularity = models["popularity"]
    assert popularity["current"]["events"] == shop.events.count()
    assert popularity["current"]["behind"] == 0
    assert popularity["current"]["trained_at"]
    assert not popularity["current"]["stale"]
    assert "home" in popularity["needed_by"]
    assert popularity["about"]
    shop.track({"type": "view", "user_id": "u", "item_id": "tea-01"})
    assert api.get("/v1/models/popularity").json()["versions"][0]["behind"] == 1


def test_what_the_last_training_could_not_make_is_listed_with_its_reason(api: httpx.Client, shop: Shop) -> None:
    missing = shop.untrained()
    name = next(name for name in missing if name not in shop.artifacts.names())
    model = api.get(f"/v1/models/{name}").json()
    assert (model["versions"], model["untrained"]) == ([], missing[name])


def test_a_promoted_version_answers_without_a_restart_and_a_roll_back_undoes_it(api: httpx.Client, shop: Shop) -> None:
    before = api.get("/v1/models/popularity").json()["versions"][0]["version"]
    tried = refitted(shop).version
    said = api.post("/v1/recommend/home", json={"user": "new"}).json()["model_version"]
    promoted = api.post("/v1/models/popularity/promote", json={"version": tried, "reason": "a trial"}).json()
    assert [each["version"] for each in promoted["versions"] if each["current"]] == [tried]
    assert promoted["before"] == before
    until(lambda: api.post("/v1/recommend/home", json={"user": "new"}).json()["model_version"] != said)
    back = api.post("/v1/models/popularity/rollback", json={}).json()
    assert [each["version"] for each in back["versions"] if each["current"]] == [before]
    assert {each["version"] for each in back["versions"]} == {before, tried}  # nothing is deleted
    again = api.post("/v1/models/popularity/rollback", json={}).json()
    assert [each["version"] for each in again["versions"] if each["current"]] == [tried]
    named = api.post("/v1/models/popularity/rollback", json={"version": before}).json()  # it answers no more
    assert [each["version"] for each in named["versions"] if each["current"]] == [tried]
    log = api.get("/v1/knowledge", params={"about": "artifact:popularity", "n": 3}).json()["entries"]
    assert [each["what"] for each in log] == ["rolled_back", "rolled_back", "promoted"]
    assert log[2]["reason"] == "a trial"


def test_of_a_model_that_was_only_ever_trained_a_roll_back_gives_the_fit_before(api: httpx.Client, shop: Shop) -> None:
    first = shop.artifacts.current()["popularity"]
    assert api.post("/v1/models/popularity/rollback", json={}).status_code == 422
    second = refitted(shop).version
    shop.artifacts.promote("popularity", second)
    back = api.post("/v1/models/popularity/rollback", json={}).json()
    assert [each["version"] for each in back["versions"] if each["current"]] == [first]


def test_a_version_older_than_an_erasure_is_marked_when_it_is_promoted_again(api: httpx.Client, shop: Shop) -> None:
    old = shop.artifacts.current()["popularity"]
    api.request("DELETE", "/v1/users/u05")
    fresh = refitted(shop).version
    model = api.post("/v1/models/popularity/promote", json={"version": fresh}).json()
    assert {each["version"]: each["stale"] for each in model["versions"]} == {old: True, fresh: False}
    assert shop.records.get("stale", "popularity") is None
    api.post("/v1/models/popularity/rollback", json={})
    assert (shop.records.get("stale", "popularity") or {})["version"] == old


def test_a_damaged_version_is_told_and_not_promoted(api: httpx.Client, shop: Shop) -> None:
    tried = refitted(shop).version
    array = next((shop.path / "artifacts" / "popularity" / tried).glob("*.npy"))
    Path(array).write_bytes(b"no numbers")
    told = {each["version"]: each["damaged"] for each in api.get("/v1/models/popularity").json()["versions"]}
    assert told[tried]
    answer = api.post("/v1/models/popularity/promote", json={"version": tried})
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, "version")
    assert shop.artifacts.current()["popularity"] != tried


def test_what_is_not_there_or_not_allowed_is_refused(api: httpx.Client) -> None:
    assert api.get("/v1/models/none").status_code == 404
    assert api.get("/v1/models/..%2f..%2fetc").status_code == 404
    assert api.post("/v1/models/none/promote", json={"version": "x"}).status_code == 404
    assert api.post("/v1/models/popularity/promote", json={"version": "../../x"}).status_code == 404
    assert api.post("/v1/models/popularity/promote", json={}).status_code == 422
    assert api.post("/v1/models/popularity/promote", json={"version": "x", "by": "me"}).json()["error"]["field"] == "by"


def test_viewers_read_models_and_admins_move_them(serve: Served) -> None:
    for role, reads, moves in (
        ("viewer", 200, 403),
        ("merchandiser", 200, 403),
        ("public", 403, 403),
        (None, 401, 401),
    ):
        api = serve(role=role)
        assert api.get("/v1/models").status_code == reads
        assert api.get("/v1/models/popularity").status_code == reads
        assert api.post("/v1/models/popularity/promote", json={"version": "x"}).status_code == moves
        assert api.post("/v1/models/popularity/rollback", json={}).status_code == moves
