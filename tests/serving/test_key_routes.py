from __future__ import annotations

from tests.serving.conftest import Served

from shopmind.serving import keys
from shopmind.shop import Shop


def test_a_key_is_made_shown_once_used_listed_and_revoked(serve: Served, shop: Shop) -> None:
    admin = serve(role="admin")
    made = admin.post("/v1/keys", json={"role": "viewer"}).json()
    other = {"x-api-key": made["key"]}
    keys.Keyring.FRESH_S, before = 0.0, keys.Keyring.FRESH_S
    try:
        mine = admin.get("/v1/keys/mine", headers=other).json()
        assert (mine["role"], mine["scopes"], mine["key_id"], mine["open"]) == (
            "viewer",
            ["read"],
            made["key_id"],
            False,
        )
        listed = admin.get("/v1/keys").json()["keys"]
        assert [each["role"] for each in listed if each["key_id"] == made["key_id"]] == ["viewer"]
        assert made["key"] not in str(listed)
        assert "digest" not in str(listed)
        assert admin.delete(f"/v1/keys/{made['key_id']}").status_code == 200
        assert admin.get("/v1/keys/mine", headers=other).status_code == 401
    finally:
        keys.Keyring.FRESH_S = before
    assert admin.delete(f"/v1/keys/{made['key_id']}").status_code == 404


def test_only_an_admin_has_to_do_with_keys(serve: Served) -> None:
    for role in ("public", "viewer", "merchandiser"):
        api = serve(role=role)
        assert api.get("/v1/keys").status_code == 403
        assert api.post("/v1/keys", json={"role": "admin"}).status_code == 403
        assert api.delete("/v1/keys/0123456789ab").status_code == 403
        assert api.get("/v1/keys/mine").json()["role"] == role


def test_an_open_shop_says_that_it_is_one(serve: Served) -> None:
    mine = serve(role=None, open=True).get("/v1/keys/mine").json()
    assert (mine["open"], mine["role"], mine["key_id"]) == (True, "admin", "")


def test_a_wrong_role_or_origin_is_refused_with_its_field(serve: Served) -> None:
    admin = serve(role="admin")
    for body, field in (
        ({"role": "owner"}, "role"),
        ({"role": "viewer", "origins": ["https://shop.example"]}, "origins"),
        ({"role": "public", "origins": ["javascript:alert(1)"]}, "origins"),
    ):
        answer = admin.post("/v1/keys", json=body)
        assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
