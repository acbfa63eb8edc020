"""Paths that try to lead elsewhere lead nowhere; ids with slashes and dots are only ids."""

from __future__ import annotations

import httpx
import pytest
from tests.serving.conftest import Served

from shopmind.client import Client
from shopmind.kit.errors import InputError, NotFoundError
from shopmind.serving import keys
from shopmind.serving.app import create_app
from shopmind.shop import Shop
from shopmind.testing.asgi import AsgiTransport

TRICKS = (
    "/page/..%2Fkeys.py",
    "/page/%2e%2e%2fkeys.py",
    "/page/..%5Ckeys.py",
    "/page/%00shop.js",
    "/page/shop.js%00.css",
    "/page//etc/passwd",
    "/page/%2Fetc%2Fpasswd",
    "/page/shop.html",
    "/page/reference.txt",
    "/page/__init__.py",
    "/widgets/../pages.py",
    "/widgets/..%2F..%2Fkeys.py",
    "/widgets/%2e%2e/%2e%2e/keys.py",
    "/..%2f..%2f..%2fetc%2fpasswd",
    "/%2e%2e/%2e%2e/shop.toml",
    "/secret.key",
    "/shop.toml",
    "/shop.db",
    "/shops/../secret.key",
)


@pytest.mark.parametrize("path", TRICKS)
def test_no_path_leads_out_of_what_is_served(serve: Served, path: str) -> None:
    api = serve(role=None, open=True)
    told = api.get(httpx.URL("http://shop.test").copy_with(raw_path=path.encode()))
    assert told.status_code == 404, told.text[:200]
    for secret in ("sm_", "root:", "import ", "[serving]"):
        assert secret not in told.text


@pytest.mark.parametrize(
    "item_id", ["a/b", "../tea-01", "..", ".", "a%2Fb", "a?b#c", "茶/绿", "a b", "a\\b", "%00", "//x"]
)
def test_an_id_is_only_an_id(shop: Shop, item_id: str) -> None:
    transport = AsgiTransport(create_app(shop))
    with Client("http://shop.test", keys.create(shop.records, "admin"), transport=transport) as client:
        assert client.put_items({"item_id": item_id, "title": "Odd"})[0].status == "accepted"
        assert client.item(item_id).title == "Odd"
        client.remove_item(item_id)
        with pytest.raises(InputError, match="empty"):
            client.item("")
        assert client.item("tea-01").title != "Odd"
        assert shop.catalogue.numbers([item_id]).tolist() != shop.catalogue.numbers(["tea-01"]).tolist()


HOSTILE_IDS = (
    *("a/figures", "figures", "/figures", "a/figures/figures", "figures/", "a%2Ffigures", "茶/figures", "//figures"),
    *("u/profile", "profile", "u/history", "u/outlook", "/profile", "u/profile/history", "u%2Fprofile", "u//profile/"),
    *("a/b", "..", ".", "../x", "a?b#c", "a b", "a+b", "a%b", "%2F", "%00", "a\\b", ";a=b", "a&b=c"),
)


@pytest.mark.parametrize("odd", HOSTILE_IDS)
def test_every_id_is_written_read_and_taken_out_by_itself(shop: Shop, odd: str) -> None:
    transport = AsgiTransport(create_app(shop))
    with Client("http://shop.test", keys.create(shop.records, "admin"), transport=transport) as client:
        assert client.put_items({"item_id": odd, "title": f"Odd {odd}"})[0].status == "accepted"
        assert client.put_users({"user_id": odd, "attributes": {"city": odd}})[0].status == "accepted"
        client.track([{"type": "view", "item_id": odd, "user_id": odd}])
        assert client.item(odd).item_id == odd
        assert client.item_figures(odd).item_id == odd
        assert client.item_figures(odd).events == {"view": 1}
        assert client.user(odd).attributes["city"] == odd
        assert client.profile(odd).user_id == client.user(odd).user_id
        assert [each.item_id for each in client.history(odd).events] == [odd]
        client.remove_item(odd)
        with pytest.raises(NotFoundError):
            client.item(odd)
        assert client.forget(odd)
        with pytest.raises(NotFoundError):
            client.user(odd)


def test_an_id_with_slashes_is_read_by_plain_addresses_as_ever(api: httpx.Client, shop: Shop) -> None:
    shop.put_items([{"item_id": "a/b", "title": "Slashed"}])
    assert api.get("/v1/items/a/b").json()["item_id"] == "a/b"
    assert api.get("/v1/items/a/b/figures").json()["item_id"] == "a/b"
    assert api.get("/v1/items/tea-01/figures?days=3").json()["item_id"] == "tea-01"
    assert api.get("/v1/items/tea-01/%66igures").json()["item_id"] == "tea-01", "a letter may be escaped"
    assert api.get("/v1/items/tea-01%2Ffigures").status_code == 404, "an escaped slash belongs to the id"


@pytest.mark.parametrize("name", ["../shop", "..%2Fshop", "a/b", "/etc/passwd", "a\x00b", ".", "..", "shop.toml"])
def test_names_that_become_files_stay_in_their_folder(api: httpx.Client, shop: Shop, name: str) -> None:
    before = sorted(path for path in shop.path.parent.rglob("*") if "wal" not in path.name and "shm" not in path.name)
    halves = {"title": "T", "scenario": "home", "variants": {"a": {}, "b": {"n": 3}}}
    assert api.post("/v1/experiments", json={**halves, "name": name}).status_code == 422
    assert (
        sorted(path for path in shop.path.parent.rglob("*") if "wal" not in path.name and "shm" not in path.name)
        == before
    )


def test_a_head_that_is_too_long_is_refused_in_the_error_shape(serve: Served) -> None:
    api = serve(role=None, open=True)
    for told in (
        api.get("/v1/suggest", params={"q": "x" * 60_000}, headers={"x-long": "x" * 6_000}),
        api.get("/health/live", headers={"x-long": "x" * 70_000}),
        api.get("/health/live", headers=[(f"x-{at}", "x" * 500) for at in range(150)]),
    ):
        assert told.status_code == 431
        assert told.json()["error"]["code"] == "head_too_large"
