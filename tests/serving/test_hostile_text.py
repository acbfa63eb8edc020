"""What people call their goods, search for and write into rules is never more than text in a page of ours."""

from __future__ import annotations

from html.parser import HTMLParser

import httpx
import pytest
from tests.serving.conftest import Served

from shopmind.shop import Shop

SCRIPT = "</script><script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
HOSTILE = (SCRIPT, IMAGE, "javascript:alert(1)", "'-alert(1)-'", "{{7*7}}", "<!--", "]]>", "\u2028alert(1)")
WRONG = ("<script", "<img", "onerror", "javascript:", "{{7*7}}")


class Seen(HTMLParser):
    """Tags and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One tag."""
        self.tags.append(tag)
        self.attributes += attrs


def seen(html: str) -> Seen:
    parser = Seen()
    parser.feed(html)
    parser.close()
    return parser


def test_highlights_hold_no_tag_but_marks(api: httpx.Client, shop: Shop) -> None:
    for at, text in enumerate(HOSTILE):
        row = {"item_id": f"h{at}", "title": f"gargoyle {text}", "description": f"a gargoyle {text}", "stock": 1}
        assert api.post("/v1/items", json=row).status_code == 201
    shop.index()
    for text in ("gargoyle", "gargoyle script alert img"):
        hits = api.post("/v1/search", json={"text": text, "n": 20}).json()["hits"]
        assert len(hits) >= len(HOSTILE)
        for hit in hits:
            for said in hit.get("highlights", {}).values():
                assert set(seen(said).tags) <= {"mark"}, said
                assert seen(said).attributes == []


@pytest.mark.parametrize("text", HOSTILE)
def test_pages_are_the_same_whatever_stands_in_their_address(serve: Served, text: str) -> None:
    stranger = serve(role=None, open=True)
    for path, plain in (("/search", "tea"), ("/", "tea")):
        told, calm = (stranger.get(path, params={"q": each, "user": each}).text for each in (text, plain))
        assert told == calm
    page = stranger.get(httpx.URL("http://shop.test").copy_with(path=f"/item/{text}"))
    assert seen(page.text).tags == seen(stranger.get("/item/x").text).tags


def test_a_shop_of_any_name_has_the_same_page(serve: Served) -> None:
    for text in HOSTILE:
        users = {"sample_users": (text,), "title": text, "page_key": text, "neighbours": {text: "./x/"}}
        calm = {"sample_users": ("a",), "title": "a", "page_key": "a", "neighbours": {"a": "./x/"}}
        told, plain = (serve(role=None, open=True, **given).get("/") for given in (users, calm))
        assert seen(told.text).tags == seen(plain.text).tags, text
        assert "script-src 'self'" in told.headers["content-security-policy"]


def test_every_page_forbids_scripts_that_are_not_files_of_ours(serve: Served, shop: Shop) -> None:
    stranger = serve(role=None, open=True)
    token = shop.postbox.token(shop.pseudonyms.user("u01"), "email")
    for path in ("/", "/search?q=x", "/cart", "/item/tea-01", "/docs", f"/unsubscribe/{token}"):
        page = stranger.get(path)
        assert page.headers["content-type"].startswith("text/html"), path
        policy = page.headers["content-security-policy"]
        assert "'unsafe-inline'" not in policy
        assert "'unsafe-eval'" not in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["x-content-type-options"] == "nosniff"
        assert not [name for name, _ in seen(page.text).attributes if name.startswith("on")]


@pytest.mark.parametrize("text", HOSTILE)
def test_errors_are_json_whatever_they_repeat(api: httpx.Client, text: str) -> None:
    for told in (
        api.get(httpx.URL("http://shop.test").copy_with(path=f"/{text}")),
        api.post("/v1/recommend/home", json={"filters": text}),
        api.post(httpx.URL("http://shop.test").copy_with(path=f"/v1/recommend/{text}"), json={}),
        api.get("/v1/search", params={"sort": text}),
        api.post("/v1/rules", json={"rule_id": text, "action": "pin", "items": ["tea-01"]}),
        api.get(f"/unsubscribe/{'x' * 20}"),
    ):
        assert told.status_code in (404, 405, 422), told.url
        assert told.headers["content-type"].startswith("application/json")
        assert told.headers["x-content-type-options"] == "nosniff"


def test_a_rule_leads_nowhere_but_to_a_page(api: httpx.Client) -> None:
    for url in ("javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", " javascript:alert(1)"):
        rule = {"rule_id": "r", "action": "redirect", "url": url, "query": ["tea"]}
        assert api.post("/v1/rules", json=rule).status_code == 422, url
    for at, text in enumerate(WRONG):
        banner = {"rule_id": f"b{at}", "action": "banner", "text": text, "query": ["tea"]}
        assert api.post("/v1/rules", json=banner).status_code == 201
    said = api.post("/v1/search", json={"text": "tea"})
    assert said.headers["content-type"].startswith("application/json")


def test_an_items_address_is_one_that_a_page_may_follow(api: httpx.Client) -> None:
    """The API tells an address as it was written; the pages follow http, https and ways of their own only."""
    assert api.post("/v1/items", json={"item_id": "j", "title": "J", "url": "javascript:alert(1)"}).status_code == 201
    assert api.get("/v1/items/j").headers["content-type"].startswith("application/json")
