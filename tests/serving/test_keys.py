"""Who may come in, with what, from where and how often."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import httpx
import pytest

from shopmind.kit.errors import AccessError, InputError
from shopmind.serving import keys
from shopmind.serving.keys import Keyring
from shopmind.shop import Shop
from shopmind.testing.asgi import document

Served = Callable[..., httpx.Client]

OPERATIONS = [
    (path, method, operation.get("x-scope"))
    for path, operations in document()["paths"].items()
    for method, operation in operations.items()
]
STAFF = {
    (path, method)
    for path, operations in document()["paths"].items()
    for method, operation in operations.items()
    if operation.get("x-public") is False
}


def test_a_key_is_stored_as_a_digest_only(shop: Shop) -> None:
    token = keys.create(shop.records, "admin")
    secret = token.rpartition("_")[2]
    stored = str(shop.records.scan(keys.KIND))
    assert secret not in stored
    assert hashlib.sha256(secret.encode()).hexdigest() in stored


def test_a_key_opens_until_it_is_revoked(shop: Shop) -> None:
    token = keys.create(shop.records, "viewer")
    key = Keyring(shop.records).find(token)
    assert (key.role, key.scopes) == ("viewer", {"read"})
    assert keys.revoke(shop.records, key.key_id)
    assert not keys.revoke(shop.records, key.key_id)
    with pytest.raises(AccessError):
        Keyring(shop.records).find(token)


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1] + ("0" if t[-1] != "0" else "1"), str.upper, lambda t: t[:20], lambda t: ""]
)
def test_a_token_that_differs_at_all_opens_nothing(shop: Shop, change: object) -> None:
    token = keys.create(shop.records, "admin")
    with pytest.raises(AccessError):
        Keyring(shop.records).find(change(token))  # type: ignore[operator]


def test_a_running_keyring_hears_of_new_keys_within_its_time(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Keyring(shop.records)
    assert ring.known() == {}
    token = keys.create(shop.records, "admin")
    monkeypatch.setattr(Keyring, "FRESH_S", 0.0)
    assert ring.find(token).role == "admin"


def test_roles_and_origins_are_checked_when_a_key_is_made(shop: Shop) -> None:
    with pytest.raises(InputError, match="did you mean 'admin'"):
        keys.create(shop.records, "admn")
    with pytest.raises(InputError, match="only public keys"):
        keys.create(shop.records, "admin", ["https://shop.example"])
    for wrong in ("*", "shop.example", "https://shop.example/", "https://a b"):
        with pytest.raises(InputError, match="not an origin"):
            keys.create(shop.records, "public", [wrong])


@pytest.mark.parametrize(("path", "method", "scope"), OPERATIONS)
def test_only_health_answers_without_a_key(serve: Served, path: str, method: str, scope: str | None) -> None:
    status = serve(role=None).request(method, path).status_code
    assert status == (200 if path.startswith("/health/") else 401)
    assert (scope is None) == path.startswith("/health/")


@pytest.mark.parametrize("role", keys.ROLES)
def test_each_operation_asks_for_its_scope(serve: Served, role: keys.Role) -> None:
    api = serve(role=role)
    for path, method, scope in OPERATIONS:
        if scope is not None:
            status = api.request(method, path.replace("{", "").replace("}", "")).status_code
            refused = scope not in keys.ROLES[role] or (role == "public" and (path, method) in STAFF)
            assert (status == 403) == refused, (path, method, role)


def test_what_changes_something_is_for_those_who_may_change_it() -> None:
    """Of what is not a plain look, readers may ask for answers, and nothing else; people are for admins."""
    asking = {
        "/v1/search",
        "/v1/search/many",
        "/v1/recommend/{scenario}",
        "/v1/offers/cart",
        "/v1/trace",
        "/v1/compare",
        "/v1/judgements/report",
        "/v1/plans",
    }
    for path, method, scope in OPERATIONS:
        if method != "get" and scope == "read":
            assert path in asking, f"{method} {path}"
        if scope == "events":
            assert path == "/v1/events"
        if path.startswith(("/v1/users", "/v1/contacts", "/v1/stops", "/v1/links", "/v1/keys")) and scope:
            assert scope == "admin" or path == "/v1/keys/mine", f"{method} {path}"


def test_a_public_key_opens_nothing_for_pages_of_another_origin(serve: Served) -> None:
    api = serve(role="public", origins=("https://shop.example",))
    for path, method, scope in OPERATIONS:
        if scope is not None:
            for origin in ("https://evil.example", "http://shop.example", "https://shop.example.evil.example", "null"):
                address = path.replace("{", "").replace("}", "")
                told = api.request(method, address, headers={"origin": origin})
                assert told.status_code == 403, (path, method, origin)
                assert "access-control-allow-origin" not in told.headers


def test_reading_users_and_forgetting_them_needs_an_admin() -> None:
    scopes = {(path, method): scope for path, method, scope in OPERATIONS}
    assert scopes["/v1/users/{user_id}", "get"] == scopes["/v1/users/{user_id}", "delete"] == "admin"


def test_both_headers_carry_a_key(serve: Served, shop: Shop) -> None:
    token = keys.create(shop.records, "viewer")
    api = serve(role=None)
    for header in ({"authorization": f"Bearer {token}"}, {"authorization": f"bearer  {token}"}, {"x-api-key": token}):
        assert api.get("/v1/scenarios", headers=header).status_code == 200
    refused = api.get("/v1/scenarios", headers={"authorization": f"Basic {token}"})
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"] == "Bearer"


def test_pages_of_allowed_origins_may_use_a_public_key_and_others_may_not(serve: Served) -> None:
    api = serve(role="public", origins=("https://shop.example",))
    allowed = api.get("/v1/suggest?q=tea", headers={"origin": "https://shop.example"})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "https://shop.example"
    assert "origin" in allowed.headers["vary"].lower()
    refused = api.get("/v1/suggest?q=tea", headers={"origin": "https://evil.example"})
    assert refused.status_code == 403
    assert "access-control-allow-origin" not in refused.headers


def test_errors_too_can_be_read_by_pages_of_allowed_origins(serve: Served) -> None:
    api = serve(role="public", origins=("https://shop.example",))
    wrong = api.post("/v1/search", json={"n": 0}, headers={"origin": "https://shop.example"})
    assert wrong.status_code == 422
    assert wrong.headers["access-control-allow-origin"] == "https://shop.example"


def test_the_shops_own_page_and_servers_send_no_foreign_origin(serve: Served) -> None:
    api = serve(role="public")
    assert api.get("/v1/suggest?q=tea").status_code == 200
    assert api.get("/v1/suggest?q=tea", headers={"origin": "http://shop.test"}).status_code == 200


def test_browsers_are_told_before_they_send(serve: Served) -> None:
    api = serve(role="public", origins=("https://shop.example",))
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "x-api-key"}
    yes = api.options("/v1/search", headers={"origin": "https://shop.example", **asked})
    assert yes.status_code == 204
    assert yes.headers["access-control-allow-origin"] == "https://shop.example"
    assert "x-api-key" in yes.headers["access-control-allow-headers"]
    no = api.options("/v1/search", headers={"origin": "https://evil.example", **asked})
    assert no.status_code == 403
    assert "access-control-allow-origin" not in no.headers


def test_an_open_shop_asks_for_no_key_but_answers_no_foreign_origin_and_host(serve: Served) -> None:
    api = serve(role=None, open=True, allowed_hosts=("localhost", "[::1]"))
    assert api.get("http://localhost:8000/v1/scenarios").status_code == 200
    assert api.get("http://[::1]:8000/v1/scenarios").status_code == 200
    rebound = api.get("http://rebound.example:8000/v1/scenarios")
    assert (rebound.status_code, rebound.json()["error"]["code"]) == (421, "wrong_host")
    foreign = api.get("http://localhost:8000/v1/scenarios", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in foreign.headers


def test_each_key_has_its_own_rate(serve: Served, shop: Shop) -> None:
    api = serve(rate_per_s=0.5, burst=2)
    other = {"x-api-key": keys.create(shop.records, "viewer")}
    assert [api.get("/v1/suggest?q=t").status_code for _ in range(3)] == [200, 200, 429]
    busy = api.get("/v1/suggest?q=t")
    assert busy.json()["error"]["code"] == "too_many_requests"
    assert int(busy.headers["retry-after"]) >= 1
    # The key ring of a server may be a second old, so another server is asked, where the first key is fresh as well.
    assert serve(role="viewer", rate_per_s=0.5, burst=2).get("/v1/suggest?q=t", headers=other).status_code == 200


def test_health_is_not_limited(serve: Served) -> None:
    api = serve(rate_per_s=0.001, burst=1)
    assert {api.get("/health/live").status_code for _ in range(5)} == {200}


def test_a_request_without_scope_still_counts_against_the_rate(serve: Served) -> None:
    api: httpx.Client = serve(role="viewer", rate_per_s=0.001, burst=2)
    assert [api.delete("/v1/users/u01").status_code for _ in range(3)] == [403, 403, 429]
