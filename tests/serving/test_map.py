"""Maps over HTTP: as JSON, as Mermaid, as a drawing; a map of the command line is the same."""

from __future__ import annotations

import httpx
import pytest
from tests.serving.conftest import Served

from shopmind.insights.map import shop_map
from shopmind.shop import Shop


def test_a_map_is_told_as_json_mermaid_and_svg(api: httpx.Client, shop: Shop) -> None:
    told = api.get("/v1/insights/map", params={"depth": 1, "language": "zh"}).json()
    root = shop_map(shop, language="zh")
    assert [each["id"] for each in told["root"]["children"]] == [each.node_id for each in root.children]
    assert all(each["children"] == [] for each in told["root"]["children"])
    assert told["legend"]["ctr"] == {"format": "share", "label": "点击率"}
    text = api.get("/v1/insights/map", params={"format": "mermaid", "depth": 1})
    assert text.headers["content-type"].startswith("text/plain")
    assert "flowchart LR" in text.text
    drawn = api.get("/v1/insights/map/catalogue", params={"format": "svg", "depth": 1})
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in drawn.headers["content-security-policy"]


def test_a_user_is_found_by_id_and_by_pseudonym_and_only_by_one_of_them(api: httpx.Client, shop: Shop) -> None:
    pseudonym = shop.pseudonyms.user("u01")
    by_id = api.get("/v1/insights/map/user", params={"user": "u01"}).json()["root"]
    by_pseudonym = api.get("/v1/insights/map/user", params={"pseudonym": pseudonym}).json()["root"]
    assert by_id["name"] == by_pseudonym["name"] == pseudonym
    assert "u01" not in str(by_id)
    for params in ({}, {"user": "u01", "pseudonym": pseudonym}, {"pseudonym": "u01"}):
        assert api.get("/v1/insights/map/user", params=params).status_code == 422
    assert api.get("/v1/insights/map/user", params={"user": "nobody"}).status_code == 404


@pytest.mark.parametrize(("path", "status"), [("", 200), ("/catalogue", 200), ("/user?user=u01", 403)])
def test_viewers_see_the_business_and_nobodys_interests(serve: Served, path: str, status: int) -> None:
    assert serve(role="viewer").get(f"/v1/insights/map{path}").status_code == status
    assert serve(role="public").get(f"/v1/insights/map{path}").status_code == 403
