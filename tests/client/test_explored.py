from __future__ import annotations

from pathlib import Path

import shopmind
from shopmind.client import Client
from shopmind.serving import keys
from shopmind.serving.app import create_app
from shopmind.testing.asgi import AsgiTransport


def test_a_client_hears_which_places_were_drawn_and_may_ask_for_none(shop_folder: Path) -> None:
    (shop_folder / "scenarios").mkdir()
    text = 'base = "home"\nrerankers = [{part = "epsilon", share = 1.0}]\n'
    (shop_folder / "scenarios" / "home.toml").write_text(text, encoding="utf-8")
    with shopmind.open(shop_folder) as shop:
        transport = AsgiTransport(create_app(shop))
        with Client("http://shop.test", keys.create(shop.records, "admin"), transport=transport) as client:
            slate = client.recommend("home")
            (drawn,) = slate.tried
            assert (drawn.position, drawn.by) == (9, "epsilon")
            assert slate.hits[9].propensity == drawn.chance  # every request explores
            assert client.recommend("home", explore=False).tried == ()
