"""The pages load nothing from elsewhere, escape everything and work under any prefix."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from importlib import resources

import httpx
import pytest
from markupsafe import escape
from starlette.applications import Starlette
from starlette.routing import Mount

from shopmind.serving.app import create_app
from shopmind.serving.settings import ServingSettings
from shopmind.shop import Shop
from shopmind.testing.asgi import AsgiTransport, document

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


def test_nothing_is_loaded_from_elsewhere_and_no_markup_is_made_of_data() -> None:
    for file in FOLDER.iterdir():
        if not file.name.endswith((".js", ".css", ".html", ".svg")):
            continue
        text = file.read_text(encoding="utf-8")
        assert not re.findall(r"https?://(?!www\.w3\.org/2000/svg)", text), file.name
        for sink in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "DOMParser",
            "new Function",
        ):
            assert sink not in text, (file.name, sink)


@pytest.mark.parametrize(
    ("path", "up"),
    [("/", "./"), ("/search?q=tea", "./"), ("/cart", "./"), ("/item/tea-01", "../"), ("/item/a%2Fb", "../")],
)
def test_every_page_of_the_shop_knows_the_way_to_its_files(serve: Served, path: str, up: str) -> None:
    page = serve(role=None).get(path)
    assert page.status_code == 200
    elements = Elements(page.text)
    assert json.loads(str(elements.of("body")[0]["data-context"]))["up"] == up
    assert all(str(each["src"]).startswith(f"{up}page/") for each in elements.of("script"))


def test_files_with_their_version_in_the_address_are_kept_for_ever_and_others_are_asked_for_again(
    serve: Served,
) -> None:
    client = serve(role=None)
    address = next(str(each["src"]) for each in Elements(client.get("/").text).of("script") if "shop.js" in str(each))
    assert "immutable" in client.get(f"/{address}").headers["cache-control"]
    assert client.get("/page/shop.js?v=other").headers["cache-control"] == "no-cache"
    assert client.get("/page/shop.js").headers["cache-control"] == "no-cache"


def test_files_are_packed_for_who_takes_them_so(serve: Served) -> None:
    client = serve(role=None)
    packed = client.get("/page/shop.js", headers={"accept-encoding": "gzip"})
    plain = client.get("/page/shop.js", headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert packed.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize("path", ["/widgets/shopmind.js", "/track.js"])
def test_scripts_for_other_sites_need_no_key_and_may_be_loaded_by_any(serve: Served, path: str) -> None:
    answer = serve(role=None).get(path, headers={"origin": "https://shop.example"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


@pytest.mark.parametrize(
    "path",
    ["/widgets/widgets.js", "/widgets/..%2Fkeys.py", "/page/shop.html", "/page/words.js", "/page/..%2Fpages.py"],
)
def test_only_what_is_meant_to_be_served_is_served(serve: Served, path: str) -> None:
    assert serve(role=None).get(path).status_code == 404


def test_names_and_users_are_escaped(serve: Served) -> None:
    nasty = "</title><script>alert(1)</script>\"'&"
    page = serve(role=None, title=nasty, sample_users=(nasty,), neighbours={nasty: "./x/"}).get("/").text
    elements = Elements(page)
    assert len(elements.of("script")) == 2
    context = json.loads(str(elements.of("body")[0]["data-context"]))
    assert context["users"] == [nasty]


def test_every_field_has_a_label_and_every_word_exists_in_both_languages(serve: Served) -> None:
    elements = Elements(serve(role=None).get("/").text)
    labelled = {label.get("for") for label in elements.of("label")}
    assert {field.get("id") for field in elements.of("input", "select")} <= labelled
    script = FOLDER.joinpath("words.js").read_text(encoding="utf-8")
    english, chinese = (set(re.findall(r'[ {]"?([\w-]+)"?: "', part)) for part in script.split("  zh: {"))
    assert english == chinese
    used = {str(value) for _, each in elements.found for name, value in each.items() if name.startswith("data-word")}
    for file in FOLDER.iterdir():
        if file.name.endswith(".js"):
            used |= set(re.findall(r'\bword\("([\w-]+)"', file.read_text(encoding="utf-8")))
    assert used <= chinese


def test_every_word_of_the_storefront_is_used_by_a_page_or_names_a_scenario(shop: Shop) -> None:
    words = FOLDER.joinpath("words.js").read_text(encoding="utf-8")
    others = "".join(
        file.read_text(encoding="utf-8")
        for file in FOLDER.iterdir()
        if file.name.endswith((".js", ".html")) and file.name != "words.js"
    )
    made = ("facet_", "sort_", "from_")  # put together from what the API says
    for name in set(re.findall(r'[ {]"?([\w-]+)"?: "', words)):
        assert re.search(rf"\b{name}\b", others) or name in shop.scenarios or name.startswith(made), name


def test_the_reference_page_lists_every_operation(serve: Served) -> None:
    page = serve(role=None).get("/docs").text
    for path, operations in document()["paths"].items():
        for operation in operations.values():
            assert path in page
            assert str(escape(operation["summary"])) in page


def test_a_shop_may_be_mounted_under_a_prefix(shop: Shop) -> None:
    app = Starlette(routes=[Mount("/shops/tiny", create_app(shop, ServingSettings(open=True)))])
    with httpx.Client(transport=AsgiTransport(app), base_url="http://shop.test/shops/tiny/") as client:
        assert client.get("").status_code == 200
        assert client.get("page/shop.js").status_code == 200
        assert 'src="../page/shop.js' in client.get("item/tea-01").text
        assert client.get("docs").status_code == 200
        assert client.post("v1/search", json={"text": "tea"}).status_code == 200


def test_the_page_is_told_whether_to_report_impressions(serve: Served, shop: Shop) -> None:
    elements = Elements(serve(role=None).get("/").text)
    context = json.loads(str(elements.of("body")[0]["data-context"]))
    assert context["report_impressions"] is (shop.settings.impressions != "served")
    assert context["key"] is None
