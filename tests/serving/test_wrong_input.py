"""Whatever comes through the door, the answer is a clear error of one shape."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from shopmind.serving.schemas import ErrorAnswer
from shopmind.shop import Shop

Served = Callable[..., httpx.Client]

JSON = {"content-type": "application/json"}
NDJSON = {"content-type": "application/x-ndjson"}


def error(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    return ErrorAnswer.model_validate_json(answer.content).error.model_dump()


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"text": "tea", "n": 0}, "n", "0 is not allowed"),
        ({"text": "tea", "n": 10_000}, "n", "less than or equal to 200"),
        ({"text": "tea", "n": "many"}, "n", "valid integer"),
        ({"text": "tea", "offset": -1}, "offset", "-1 is not allowed"),
        ({"text": "tea", "cursor": "nonsense"}, "cursor", "next_cursor"),
        ({"text": "tea", "cursor": "茶"}, "cursor", "next_cursor"),
        ({"text": "t" * 1_001}, "text", "at most 1000"),
        ({"text": "tea", "user": ""}, "user", "at least 1"),
        ({"text": "tea", "user": "u" * 501}, "user", "at most 500"),
        ({"text": "tea", "language": "fr"}, "language", "'en'"),
        ({"txt": "tea"}, "txt", "did you mean 'text'"),
        ({"text": None}, "text", "valid string"),
        ({"text": "tea", "filters": "price <"}, "filters", "filters: "),
        ({"text": "tea", "filter": "price <"}, "filter", "filter: "),
        ({"text": "tea", "filter": "x" * 4_001}, "filter", "at most 4000"),
        ({"text": "tea", "filters": "(" * 2_000}, "filters", "filters: "),
        ({"text": "tea", "filters": "x" * 4_001}, "filters", "at most 4000"),
        ([], None, "object"),
        ("tea", None, "object"),
    ],
)
def test_a_wrong_question_is_told_what_is_wrong(api: httpx.Client, body: Any, field: str | None, words: str) -> None:
    found = error(api.post("/v1/search", json=body), 422)
    assert (found["code"], found["field"]) == ("bad_input", field)
    assert words in found["message"]


@pytest.mark.parametrize(("path", "given"), [("search", "filters"), ("search", "filter"), ("items", "filters")])
def test_a_wrong_filter_of_an_address_is_named_as_it_was_given(api: httpx.Client, path: str, given: str) -> None:
    found = error(api.get(f"/v1/{path}", params={"text": "tea", given: "price <"}), 422)
    assert found["field"] == given
    assert found["message"].startswith(f"{given}: ")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"text": "tea"',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"text": "\xff"}',
        b"\x00",
        b'{"text": NaN}',
        b'{"n": 1e999}',
    ],
)
def test_a_body_that_is_not_json_is_told_where(api: httpx.Client, body: bytes) -> None:
    assert error(api.post("/v1/search", content=body, headers=JSON), 422)["code"] == "bad_input"
    assert error(api.post("/v1/events", content=body, headers=JSON), 422)["code"] == "bad_input"


def test_the_wrong_content_type_is_refused_before_the_body_is_read(api: httpx.Client) -> None:
    for headers in ({}, {"content-type": "text/plain"}, {"content-type": "application/x-www-form-urlencoded"}):
        found = error(api.post("/v1/events", content=b'{"type": "click"}', headers=headers), 415)
        assert "application/x-ndjson" in found["message"]
    assert error(api.post("/v1/search", content=b"{}", headers=NDJSON), 415)["code"] == "wrong_content_type"


def test_a_content_type_may_name_its_charset(api: httpx.Client) -> None:
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    assert api.post("/v1/search", content=b'{"text": "tea"}', headers=headers).status_code == 200


def test_a_body_over_the_limit_is_refused_with_and_without_a_length(serve: Served) -> None:
    api = serve(max_body_bytes=1_000, max_question_bytes=1_000)
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(1_000):
            sent += 100
            yield b" " * 100

    for path in ("/v1/events", "/v1/search"):
        assert error(api.post(path, content=b" " * 1_001, headers=JSON), 413)["code"] == "body_too_large"
        sent = 0
        assert error(api.post(path, content=endless(), headers=JSON), 413)["code"] == "body_too_large"
        assert sent < 2_000


def test_a_length_that_is_no_number_is_refused(api: httpx.Client) -> None:
    answer = api.post("/v1/search", content=b"{}", headers={**JSON, "content-length": "-5"})
    assert error(answer, 413)["code"] == "body_too_large"


def test_too_many_rows_are_refused_as_a_whole(serve: Served, shop: Shop) -> None:
    api = serve(max_rows=10)
    before = shop.events.count()
    row = b'{"type": "view", "item_id": "tea-01", "session_id": "s"}'
    for body, headers in ((b"\n".join([row] * 11), NDJSON), (b"[" + b",".join([row] * 11) + b"]", JSON)):
        assert "more than 10 rows" in error(api.post("/v1/events", content=body, headers=headers), 413)["message"]
    assert error(api.post("/v1/events", content=b"\n" * 500, headers=NDJSON), 413)["code"] == "body_too_large"
    assert shop.events.count() == before


def test_no_rows_at_all_is_an_error(api: httpx.Client) -> None:
    for body, headers in ((b"", NDJSON), (b"\n\n", NDJSON), (b"[]", JSON), (b"", JSON)):
        error(api.post("/v1/items", content=body, headers=headers), 422)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/v1/items/none-such", 404, "not_found"),
        ("DELETE", "/v1/items/none-such", 404, "not_found"),
        ("GET", "/v1/users/none-such", 404, "not_found"),
        ("GET", "/page/../keys.py", 404, "not_found"),
        ("GET", "/page/shop.html", 404, "not_found"),
        ("PUT", "/v1/search", 405, "method_not_allowed"),
        ("BREW", "/v1/search", 405, "method_not_allowed"),
    ],
)
def test_what_is_not_there_answers_in_the_same_shape(
    api: httpx.Client, method: str, path: str, status: int, code: str
) -> None:
    answer = api.request(method, path)
    assert error(answer, status)["code"] == code
    assert answer.headers["x-request-id"]


def test_an_unknown_scenario_is_told_which_there_are(api: httpx.Client) -> None:
    found = error(api.post("/v1/recommend/hme", json={}), 404)
    assert "did you mean 'home'" in found["message"]


def test_a_scenario_that_misses_what_it_needs_says_so(api: httpx.Client) -> None:
    found = error(api.post("/v1/recommend/similar", json={}), 422)
    assert (found["code"], found["field"]) == ("bad_input", "anchors")


def test_parameters_of_the_address_are_checked_alike(api: httpx.Client) -> None:
    assert error(api.get("/v1/search?q=tea&n=0"), 422)["field"] == "n"
    assert error(api.get("/v1/suggest?q=tea&n=1000"), 422)["field"] == "n"
    assert error(api.get("/v1/suggest?query=tea"), 422)["field"] == "query"


@pytest.mark.parametrize(
    "text",
    [
        "' OR 1=1 --",
        '"unclosed AND (',
        "title:tea^9 ~",
        "🫖🍵",
        "\u202eشاي أخضر",
        "a" * 1_000,
        "\x00\x01",
        "龙井" * 400,
    ],
)
def test_any_text_may_be_searched(api: httpx.Client, text: str) -> None:
    assert api.post("/v1/search", json={"text": text}).status_code == 200


def test_lone_surrogates_are_refused(api: httpx.Client) -> None:
    assert error(api.post("/v1/search", content=b'{"text": "\\ud800"}', headers=JSON), 422)["code"] == "bad_input"


def test_a_fault_is_answered_without_its_insides(serve: Served, shop: Shop) -> None:
    api = serve()
    assert api.get("/v1/items/tea-01").status_code == 200
    with sqlite3.connect(shop.path / "shop.db") as database:
        database.execute("DROP TABLE items")
    answer = api.get("/v1/items/tea-03")
    found = error(answer, answer.status_code)
    assert answer.status_code in (500, 507)
    assert "SELECT" not in answer.text
    if answer.status_code == 500:
        assert answer.headers["x-request-id"] in found["message"]
