"""Offers at the HTTP door and at the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from shopmind.cli import app

Served = Callable[..., httpx.Client]
CART = {"lines": [{"item_id": "tea-01", "quantity": 2}, {"item_id": "kit-01"}], "user_id": "u01"}


def test_a_cart_is_answered_redeemed_once_and_taken_back(api: httpx.Client) -> None:
    told = api.post("/v1/offers/cart", json=CART).json()
    assert (told["amounts"], told["total_minor"], told["exact"]) == ({"promo-tea": 447}, 447, True)
    assert told["unknown"] == []
    strange = [*CART["lines"], {"item_id": "made-up", "price_minor": 900}, {"item_id": "made-up", "price_minor": 900}]
    assert api.post("/v1/offers/cart", json={**CART, "lines": strange}).json()["unknown"] == ["made-up"]
    order = {**CART, "order_id": "o-1", "offers": ["promo-tea"]}
    for _ in range(2):
        assert api.post("/v1/offers/redeem", json=order).json()["amounts"] == {"promo-tea": 447}
    states = {each["offer_id"]: each for each in api.get("/v1/offers").json()["offers"]}
    assert (states["promo-tea"]["uses"], states["promo-tea"]["spent_minor"]) == (1, 447)
    assert states["promo-old"]["state"] == "over"
    back = {"order_id": "o-1", "offer_id": "promo-tea"}
    assert [api.post("/v1/offers/take-back", json=back).json()["taken_back"] for _ in range(2)] == [True, False]


def test_why_an_offer_does_not_apply_is_told_when_asked(api: httpx.Client) -> None:
    for n in range(30):
        lapsed = n % 2 == 0
        terms = {"discount_minor": 500, "min_basket_minor": 9_000_000} | (
            {"ends_at": "2020-01-01T00:00:00Z"} if lapsed else {}
        )
        row = {"item_id": f"late-{n:02d}", "kind": "promotion", "title": "Late", "attributes": terms}
        api.post("/v1/items", json=row).raise_for_status()

    def asked(**more: object) -> dict[str, Any]:
        told: dict[str, Any] = api.post("/v1/offers/cart", json={**CART, **more}).json()
        return told

    plain = asked()
    assert (plain["refused"], plain["refused_offers"] >= 15) == ({}, True)
    some = asked(refused=3)
    assert len(some["refused"]) == 3
    every = asked(refused=200)
    assert len(every["refused"]) == plain["refused_offers"] == some["refused_offers"]
    assert "late-01" in every["refused"]
    assert not {"promo-old", "late-00"} & set(every["refused"]), "what is over is for those who name it"
    named = asked(offers=["promo-old", "promo-tea"])
    assert (named["refused"], named["refused_offers"]) == ({"promo-old": "it is over"}, 1)
    assert api.post("/v1/offers/cart", json={**CART, "refused": 201}).status_code == 422


def test_what_may_not_be_redeemed_is_a_422_and_counts_nothing(api: httpx.Client) -> None:
    refused = api.post("/v1/offers/redeem", json={**CART, "order_id": "o-1", "offers": ["promo-old"]})
    assert refused.status_code == 422
    assert refused.json()["error"]["message"] == "offer 'promo-old': it is over"
    assert api.post("/v1/offers/redeem", json={**CART, "order_id": "o-1", "offers": ["none"]}).status_code == 404
    assert api.post("/v1/offers/cart", json={"lines": [{"item_id": "tea-01", "quantity": 0}]}).status_code == 422


@pytest.mark.parametrize(("role", "path", "status"), [("viewer", "cart", 200), ("viewer", "redeem", 403)])
def test_a_viewer_may_ask_and_not_redeem(serve: Served, role: str, path: str, status: int) -> None:
    question = CART if path == "cart" else {**CART, "order_id": "o-1", "offers": ["promo-tea"]}
    assert serve(role=role).post(f"/v1/offers/{path}", json=question).status_code == status


def test_the_verb_lists_asks_redeems_and_takes_back(shop_folder: Path, tmp_path: Path) -> None:
    cart = tmp_path / "cart.ndjson"
    cart.write_text("".join(json.dumps(line) + "\n" for line in CART["lines"]), "utf-8")

    def run(*words: str) -> dict[str, object]:
        done = CliRunner().invoke(app, ["offers", str(shop_folder), *words, "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)  # type: ignore[no-any-return]

    assert run("--cart", str(cart))["amounts"] == {"promo-tea": 447}
    strange = tmp_path / "strange.ndjson"
    strange.write_text('{"item_id": "made-up", "price_minor": 900}', "utf-8")
    assert run("--cart", str(strange))["unknown"] == ["made-up"]
    assert run("--cart", str(cart), "--redeem", "o-1", "--offer", "promo-tea") == {"promo-tea": 447}
    assert run("--take-back", "o-1", "--offer", "promo-tea") == {"promo-tea": True}
    listed = CliRunner().invoke(app, ["offers", str(shop_folder)])
    assert "promo-old: over (it is over)" in listed.stdout
    assert CliRunner().invoke(app, ["offers", str(shop_folder), "--redeem", "o-1"]).exit_code == 2
    cart.write_text("no json", "utf-8")
    assert CliRunner().invoke(app, ["offers", str(shop_folder), "--cart", str(cart)]).exit_code == 2
