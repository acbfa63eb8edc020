"""What may be served where; the real server is tried in tests/e2e."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import pytest

from shopmind.kit.errors import InputError, NotFoundError
from shopmind.serving.run import Plan, application, is_loopback, serve
from shopmind.testing.asgi import AsgiTransport


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "shop.example"])
def test_an_open_shop_is_refused_where_others_can_reach_it(host: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="loopback"):
        serve(tmp_path, host=host, open=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "localhost"])
def test_loopback_addresses_are_known(host: str) -> None:
    assert is_loopback(host)


def test_a_folder_that_is_no_shop_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="not a shop"):
        serve(tmp_path, open=True)


def test_shops_beside_each_other_are_linked_by_relative_addresses(tiny_folder: Path, tmp_path: Path) -> None:
    first, second = (shutil.copytree(tiny_folder, tmp_path / name) for name in ("first", "second"))
    app = application(Plan(str(first), {"second": str(second)}, {"open": True}))
    try:
        with httpx.Client(transport=AsgiTransport(app), base_url="http://shop.test") as client:
            assert 'href="./shops/second/"' in client.get("/").text
            assert 'href="../../"' in client.get("/shops/second/").text
            assert client.get("/shops/second").headers["location"] == "/shops/second/"
            assert client.get("/shops/second/v1/suggest?q=tea").json()["suggestions"]
            assert client.get("/nowhere").json()["error"]["code"] == "not_found"
    finally:
        for route in app.routes:
            service = getattr(getattr(getattr(route, "app", None), "state", None), "service", None)
            if service is not None:
                service.shop.close()
