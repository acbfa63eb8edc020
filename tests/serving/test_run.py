"""What may be served where; the real server is tried in tests/e2e."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from anyio.from_thread import start_blocking_portal

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


@contextmanager
def applied(plan: Plan) -> Iterator[httpx.Client]:
    """The application of a plan, its shops closed afterwards as a server would close them."""
    app = application(plan)
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(app.router.lifespan_context(app)),
        httpx.Client(transport=AsgiTransport(app), base_url="http://shop.test") as client,
    ):
        yield client


def test_shops_beside_each_other_are_linked_by_relative_addresses(tiny_folder: Path, tmp_path: Path) -> None:
    first, second = (shutil.copytree(tiny_folder, tmp_path / name) for name in ("first", "second"))
    with applied(Plan(str(first), {"second": str(second)}, {"open": True})) as client:
        assert 'href="shops/second/"' in client.get("/").text
        assert 'href="../shops/second/"' in client.get("/item/tea-01").text
        assert 'href="../../"' in client.get("/shops/second/").text
        assert client.get("/shops/second").headers["location"] == "/shops/second/"
        assert client.get("/shops/second/v1/suggest?q=tea").json()["suggestions"]
        assert client.get("/nowhere").json()["error"]["code"] == "not_found"


def test_hosts_and_openness_hold_for_the_shops_beside_too(tiny_folder: Path, tmp_path: Path) -> None:
    first, second = (shutil.copytree(tiny_folder, tmp_path / name) for name in ("first", "second"))
    plan = Plan(str(first), {"second": str(second)}, {"open": True, "allowed_hosts": ("localhost",), "title": "Mine"})
    with applied(plan) as client:
        for path in ("/", "/shops/second/"):
            assert client.get(path).status_code == 421
            assert client.get(f"http://localhost{path}").status_code == 200
        assert "<title>Mine</title>" in client.get("http://localhost/").text
        assert "<title>Mine</title>" not in client.get("http://localhost/shops/second/").text


@pytest.mark.parametrize(
    ("table", "words"),
    [("open = true", "a file cannot open a shop"), ("rate = 3", "rate_per_s"), ('burst = "many"', "burst")],
)
def test_a_wrong_serving_table_is_told(tiny_folder: Path, tmp_path: Path, table: str, words: str) -> None:
    folder = shutil.copytree(tiny_folder, tmp_path / "shop")
    with (folder / "shop.toml").open("a", encoding="utf-8") as file:
        file.write(f"[serving]\n{table}\n")
    with pytest.raises(InputError, match=words):
        serve(folder, open=True)


def test_flags_go_before_the_file_and_the_file_before_defaults(tiny_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_folder, tmp_path / "shop")
    with (folder / "shop.toml").open("a", encoding="utf-8") as file:
        file.write('[serving]\ntitle = "From the file"\nmax_rows = 1\n')
    rows = [{"item_id": "a", "title": "A"}, {"item_id": "b", "title": "B"}]
    with applied(Plan(str(folder), {}, {"open": True})) as client:
        assert "<title>From the file</title>" in client.get("/").text
        assert client.post("/v1/items", json=rows).status_code == 413
    with applied(Plan(str(folder), {}, {"open": True, "title": "From a flag", "max_rows": 2})) as client:
        assert "<title>From a flag</title>" in client.get("/").text
        assert client.post("/v1/items", json=rows).status_code == 200
