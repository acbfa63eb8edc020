"""One customer over HTTP: interests with the doings they are read from, history, consent; forgetting ends it."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from shopmind.kit.clock import DAY_MS, format_time
from shopmind.shop import Shop

Served = Callable[..., httpx.Client]


@pytest.fixture
def pat(shop: Shop) -> str:
    """Bought tea-01 yesterday, and looked at kit-02 sixty days ago."""
    now_ms = shop.folder.clock()
    at = format_time(now_ms - DAY_MS)
    long_ago = format_time(now_ms - 60 * DAY_MS)
    shop.put_users([{"user_id": "pat", "consent": {"personalise": True}, "attributes": {"city": "Leeds"}}])
    shop.track(
        [
            {"type": "view", "user_id": "pat", "item_id": "kit-02", "timestamp": long_ago},
            {"type": "purchase", "user_id": "pat", "item_id": "tea-01", "timestamp": at, "value": "9"},
        ]
    )
    return "pat"


def test_interests_name_the_doings_they_are_read_from(api: httpx.Client, shop: Shop, pat: str) -> None:
    found = api.get(f"/v1/users/{pat}/profile").json()
    assert found["user_id"] == shop.pseudonyms.user(pat)
    assert (found["known"], found["consent"], found["attributes"]["city"]) == (True, {"personalise": True}, "Leeds")
    assert found["events"] == {"view": 1, "purchase": 1}
    first = next(each for each in found["interests"] if each["of"] == "category")
    assert [(each["item_id"], each["type"], each["times"]) for each in first["because"]] == [("tea-01", "purchase", 1)]
    # a purchase of yesterday is worth 2^(-1/30), a view of sixty days ago 0.1 * 2^-2
    bought, seen = 2 ** (-1 / 30), 0.1 / 4
    assert first["share"] == pytest.approx(bought / (bought + seen), abs=1e-3)


def test_who_refuses_to_be_looked_at_has_no_interests(api: httpx.Client, shop: Shop, pat: str) -> None:
    shop.put_users([{"user_id": pat, "consent": {"personalise": False}}])
    found = api.get(f"/v1/users/{pat}/profile").json()
    assert (found["personalise"], found["interests"]) == (False, [])


def test_history_is_told_newest_first_in_pages(api: httpx.Client, pat: str) -> None:
    first = api.get(f"/v1/users/{pat}/history", params={"n": 1}).json()
    assert [(each["type"], each["item_id"]) for each in first["events"]] == [("purchase", "tea-01")]
    rest = api.get(f"/v1/users/{pat}/history", params={"n": 1, "cursor": first["next_cursor"]}).json()
    assert [(each["type"], each["item_id"]) for each in rest["events"]] == [("view", "kit-02")]
    assert (rest["total"], rest["next_cursor"]) == (2, None)
    assert api.get("/v1/users/u01/history", params={"n": 1, "cursor": first["next_cursor"]}).status_code == 422


def test_after_forgetting_nothing_is_known(api: httpx.Client, pat: str) -> None:
    receipt = api.request("DELETE", f"/v1/users/{pat}").json()["receipt"]
    assert receipt["erased"]["events"] == 2
    assert api.get(f"/v1/users/{pat}/profile").status_code == 404
    assert api.get(f"/v1/users/{pat}/history").status_code == 404
    assert "pat" not in str(receipt)


def test_only_admins_look_at_a_person(serve: Served, pat: str) -> None:
    for role in ("viewer", "merchandiser", "public"):
        for part in ("profile", "history"):
            assert serve(role=role).get(f"/v1/users/{pat}/{part}").status_code == 403
        assert serve(role=role).request("DELETE", f"/v1/users/{pat}").status_code == 403


def test_people_one_is_linked_with_are_counted_and_not_named(api: httpx.Client, shop: Shop, pat: str) -> None:
    shop.put_links([{"type": "friend", "source_id": pat, "target_id": "u01"}])
    assert api.get(f"/v1/users/{pat}/profile").json()["circle"] == {"friend": 1}
    assert api.get("/v1/users/u01/profile").json()["circle"]["friend"] >= 1
