"""The pages load nothing from elsewhere, escape everything and work under any prefix."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from importlib import resources

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from shopmind.serving.app import build, create_app
from shopmind.serving.pages import FILES
from shopmind.serving.settings import ServingSettings
from shopmind.shop import Shop
from shopmind.testing.asgi import AsgiTransport

Served = Callable[..., httpx.Client]

FOLDER = resources.files("shopmind.serving.storefront")
PAGES = ["/", "/docs"]


class Elements(HTMLParser):
    """Tags with their attributes, and the names that labels are for."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def of(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag in tags]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_needs_no_key_and_forbids_everything_foreign(serve: Served, path: str) -> None:
    page = serve(role=None).get(path)
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_inline_script_or_style_and_only_relative_addresses(serve: Served, path: str) -> None:
    elements = Elements(serve(role=None).get(path).text)
    assert all(script.get("src") for script in elements.of("script"))
    assert not elements.of("style")
    for tag, attributes in elements.found:
        assert "style" not in attributes, tag
        assert not any(name.startswith("on") for name in attributes), tag
        for name in ("src", "href"):
            address = attributes.get(name) or "relative"
            assert not address.startswith(("/", "http", "//")), address


@pytest.mark.parametrize("path", PAGES)
def test_whatever_a_page_loads_is_there(serve: Served, path: str) -> None:
    client = serve(role=None)
    elements = Elements(client.get(path).text)
    wanted = {each.get("src") for each in elements.of("script")} | {each.get("href") for each in elements.of("link")}
    for address in wanted:
        assert client.get(f"/{address}").status_code == 200, address


def test_scripts_import_only_what_is_served_and_nothing_is_loaded_from_elsewhere() -> None:
    for name in FILES:
        text = FOLDER.joinpath(name).read_text(encoding="utf-8")
        for wanted in re.findall(r'from "\./([^"]+)"', text):
            assert wanted in FILES, (name, wanted)
        assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text), name
        assert "innerHTML" not in text
        assert "eval(" not in text


def test_names_and_users_are_escaped(serve: Served) -> None:
    nasty = "</title><script>alert(1)</script>\"'&"
    page = serve(role=None, title=nasty, sample_users=(nasty,), neighbours={nasty: "./x/"}).get("/").text
    elements = Elements(page)
    assert len(elements.of("script")) == 1
    context = json.loads(str(elements.of("body")[0]["data-context"]))
    assert context["users"] == [nasty]


def test_every_field_has_a_label_and_every_word_exists_in_both_languages(serve: Served) -> None:
    elements = Elements(serve(role=None).get("/").text)
    labelled = {label.get("for") for label in elements.of("label")}
    assert {field.get("id") for field in elements.of("input", "select")} <= labelled
    script = FOLDER.joinpath("words.js").read_text(encoding="utf-8")
    english, chinese = (set(re.findall(r"(?:^|[ {])(\w+): [\"']", part)) for part in script.split("  zh: {"))
    assert english - {"en"} == chinese
    used = {str(value) for _, each in elements.found for name, value in each.items() if name.startswith("data-word")}
    for name in FILES:
        used |= set(re.findall(r'\bword\("(\w+)"\)', FOLDER.joinpath(name).read_text(encoding="utf-8")))
    assert used <= chinese


def test_the_reference_page_lists_every_operation(serve: Served) -> None:
    page = serve(role=None).get("/docs").text
    for path, operations in build([]).openapi()["paths"].items():
        for operation in operations.values():
            assert path in page
            assert operation["summary"] in page


def test_a_shop_may_be_mounted_under_a_prefix(shop: Shop) -> None:
    app = Starlette(routes=[Mount("/shops/tiny", create_app(shop, ServingSettings(open=True)))])
    with httpx.Client(transport=AsgiTransport(app), base_url="http://shop.test/shops/tiny/") as client:
        assert client.get("").status_code == 200
        assert client.get("page/shop.js").status_code == 200
        assert client.get("docs").status_code == 200
        assert client.post("v1/search", json={"text": "tea"}).status_code == 200


def test_the_page_is_told_whether_to_report_impressions(serve: Served, shop: Shop) -> None:
    elements = Elements(serve(role=None).get("/").text)
    context = json.loads(str(elements.of("body")[0]["data-context"]))
    assert context["report_impressions"] is (shop.settings.impressions != "served")
    assert context["key"] is None
