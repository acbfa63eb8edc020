"""Reports of ingest and rejected rows: where, why, what is allowed, and nobody named."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from shopmind.kit.files import write_whole
from shopmind.shop import Shop
from shopmind.shop.folder import REJECTED

rejects = import_module("shopmind.insights.rejects")  # its room names a function so
Served = Callable[..., httpx.Client]

ITEMS = """item_id,title,price,currency,description
a1,Kettle,12,USD,ask jo@shop.example or +44 20 7946 0000
a2,Pot,twelve,USD,
,Pan,3,USD,
"""
USERS = """user_id,consent
,Jo Miller
"""
EVENTS = """type,user_id,item_id,timestamp,query,session_id
view,jo@mail.example,none,2026-01-01T00:00:00Z,,visit-77
purchase,u77,a1,1890-01-01T00:00:00Z,,
bought it,u77,a1,2026-01-01T00:00:00Z,secret thing,
"""


@pytest.fixture
def taken(shop: Shop, tmp_path: Path) -> Shop:
    folder = tmp_path / "export of jo"
    folder.mkdir()
    for name, text in (("items", ITEMS), ("users", USERS), ("events", EVENTS)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    shop.ingest(folder)
    return shop


def test_every_run_is_kept_with_its_counts_and_without_any_row(taken: Shop, api: httpx.Client) -> None:
    (run,) = api.get("/v1/ingests").json()["ingests"]
    assert run["source"] == "export of jo"
    assert run["tables"]["items"]["accepted"] == 1
    assert run["rejected"] == sum(sum(each["rejected"].values()) for each in run["tables"].values()) >= 5
    assert "examples" not in run["tables"]["items"]
    assert str(taken.path.parent) not in str(run)


def test_a_page_shows_the_rows_it_counted_while_the_file_is_rewritten(
    taken: Shop, api: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, path, counted = api.get("/v1/ingests/rejected").json(), taken.path / REJECTED, rejects._index

    def rewritten(*given: Any) -> Any:
        index = counted(*given)
        write_whole(path, b"".join(path.read_bytes().splitlines(keepends=True)[1:]))
        return index

    monkeypatch.setattr(rejects, "_index", rewritten)
    assert api.get("/v1/ingests/rejected").json()["rows"] == whole["rows"]
    monkeypatch.undo()
    assert api.get("/v1/ingests/rejected").json()["total"] == whole["total"] - 1
    path.unlink()
    assert api.get("/v1/ingests/rejected").json()["rows"] == []


def test_rejected_rows_say_where_why_and_what_is_allowed(taken: Shop, api: httpx.Client) -> None:
    page = api.get("/v1/ingests/rejected").json()
    assert page["total"] == sum(page["reasons"].values()) == sum(page["files"].values()) == len(page["rows"])
    price = next(each for each in page["rows"] if each["reason"] == "impossible_price" or each["field"] == "price")
    assert price["line"] == 3
    assert price["row"]["price"] == "twelve"
    assert price["allowed"]
    reason = price["reason"]
    only = api.get("/v1/ingests/rejected", params={"reason": reason}).json()
    assert {each["reason"] for each in only["rows"]} == {reason}
    assert only["total"] == page["reasons"][reason]


def test_pages_go_through_all_rejected_rows_once(taken: Shop, api: httpx.Client) -> None:
    first = api.get("/v1/ingests/rejected", params={"n": 2}).json()
    seen = [(each["file"], each["line"], each["reason"]) for each in first["rows"]]
    cursor = first["next_cursor"]
    while cursor:
        page = api.get("/v1/ingests/rejected", params={"n": 2, "cursor": cursor}).json()
        seen += [(each["file"], each["line"], each["reason"]) for each in page["rows"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == first["total"]


def test_nothing_of_a_person_is_shown_or_downloaded(taken: Shop, api: httpx.Client) -> None:
    file = api.get("/v1/ingests/rejected/file")
    assert "attachment" in file.headers["content-disposition"]
    rows = [orjson.loads(line) for line in file.content.splitlines()]
    assert len(rows) == api.get("/v1/ingests/rejected").json()["total"]
    whole = file.text + api.get("/v1/ingests/rejected").text
    for secret in ("Jo Miller", "jo@", "mail.example", "u77", "visit-77", "secret thing"):
        assert secret not in whole, secret
    for pseudonym in (taken.pseudonyms.user("u77"), taken.pseudonyms.user("jo@mail.example")):
        assert pseudonym not in whole
    assert any(each["withheld"] for each in rows)


def test_addresses_in_texts_of_items_are_masked(taken: Shop, api: httpx.Client) -> None:
    taken.path.joinpath("rejected.ndjson").write_bytes(
        orjson.dumps(
            {
                "file": "items.csv",
                "table": "items",
                "line": 2,
                "reason": "too_long",
                "field": "title",
                "message": "items.csv line 2: title 'mail jo@shop.example' is too long",
                "row": {"item_id": "a", "title": "mail jo@shop.example or +44 20 7946 0000", "owner_name": "Jo"},
            }
        )
        + b"\n{cut by a ki"
    )
    (row,) = api.get("/v1/ingests/rejected").json()["rows"]
    assert row["row"] == {"item_id": "a", "title": "mail ••• or •••"}
    assert row["withheld"] == 1
    assert "jo@" not in row["message"]


def test_a_shop_without_rejected_rows_has_an_empty_page(api: httpx.Client) -> None:
    page = api.get("/v1/ingests/rejected").json()
    assert (page["rows"], page["total"], page["next_cursor"]) == ([], 0, None)
    assert api.get("/v1/ingests/rejected/file").content == b""
    assert api.get("/v1/ingests").json()["ingests"] == []
    assert api.get("/v1/ingests/rejected", params={"reason": "x"}).json()["error"]["field"] == "reason"


def test_viewers_read_them_and_public_keys_do_not(serve: Served) -> None:
    for role, status in (("viewer", 200), ("public", 403), (None, 401)):
        for path in ("/v1/ingests", "/v1/ingests/rejected", "/v1/ingests/rejected/file"):
            assert serve(role=role).get(path).status_code == status
