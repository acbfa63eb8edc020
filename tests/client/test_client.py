"""The client says what the shop says, raises what the shop raises, and is patient within bounds."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable

import httpx
import pytest

from shopmind.client import Client
from shopmind.domain import Slate
from shopmind.kit.errors import (
    AccessError,
    BusyError,
    InputError,
    NotFoundError,
    NotReadyError,
    ShopmindError,
    StorageError,
)
from shopmind.serving import keys
from shopmind.shop import Shop
from shopmind.testing.asgi import AsgiTransport


def same(one: Slate, other: Slate) -> None:
    assert [hit.item for hit in one.hits] == [hit.item for hit in other.hits]
    assert [hit.source for hit in one.hits] == [hit.source for hit in other.hits]
    assert [hit.position for hit in one.hits] == [hit.position for hit in other.hits]
    assert [hit.highlights for hit in one.hits] == [hit.highlights for hit in other.hits]
    for mine, theirs in zip(one.hits, other.hits, strict=True):
        assert math.isclose(mine.score, theirs.score, rel_tol=1e-3)
        assert [reason.text for reason in mine.reasons] == [reason.text for reason in theirs.reasons]
    assert (one.total, one.model_version, one.degraded) == (other.total, other.model_version, other.degraded)


def test_a_search_is_the_shops_own(client: Client, shop: Shop) -> None:
    asked = {"user": "u01", "filters": "price < 30", "n": 5, "explain": True, "language": "zh"}
    same(client.search("green tea", **asked), shop.search("green tea", **asked))  # type: ignore[arg-type]


def test_a_recommendation_is_the_shops_own(client: Client, shop: Shop) -> None:
    for scenario, anchors in (("home", []), ("cart", ["tea-01"]), ("shops", []), ("promotions", [])):
        asked = {"user": "u03", "anchors": anchors, "n": 4, "offset": 1, "explain": True}
        same(client.recommend(scenario, **asked), shop.recommend(scenario, **asked))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["search", "recommend"])
def test_questions_take_what_the_shops_take(name: str) -> None:
    mine, theirs = (inspect.signature(getattr(kind, name)).parameters for kind in (Client, Shop))
    assert list(mine) == list(theirs)


def test_an_item_comes_back_as_it_is_kept(client: Client, shop: Shop) -> None:
    client.put_items({"item_id": "x/1 茶", "title": "Tea", "price": "12.345", "currency": "KWD", "colour": "red"})
    kept = shop.catalogue.get(shop.catalogue.numbers(["x/1 茶"]))[0]
    assert client.item("x/1 茶") == kept
    assert kept is not None
    assert kept.price_minor == 12_345
    client.remove_item("x/1 茶")
    with pytest.raises(NotFoundError):
        client.item("x/1 茶")


def test_many_rows_go_in_several_requests_and_keep_their_places(
    client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shopmind.client.calls.ROWS_PER_REQUEST", 10)
    before = shop.events.count()
    rows = [{"type": "view", "session_id": "s", "item_id": "tea-01" if i != 17 else "nowhere"} for i in range(25)]
    results = client.track(rows)
    assert [result.row for result in results] == list(range(25))
    assert [result.row for result in results if result.status == "rejected"] == [17]
    assert results[17].field == "item_id"
    assert shop.events.count() == before + 24


def test_users_links_suggestions_scenarios_and_forgetting(client: Client) -> None:
    assert client.put_users([{"user_id": "new-1"}])[0].status == "accepted"
    assert client.put_links({"type": "covers", "source_id": "promo-tea", "target_id": "tea-03"})[0].status == "accepted"
    assert client.suggest("gre", n=3)
    similar = next(each for each in client.scenarios() if each.name == "similar")
    assert similar.needs == ("anchors",)
    assert client.forget("new-1")
    assert client.ready()


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda c: c.search("tea", n=0), InputError),
        (lambda c: c.search("tea", filters="price <"), InputError),
        (lambda c: c.search(""), InputError),
        (lambda c: c.recommend("nowhere"), NotFoundError),
        (lambda c: c.recommend("../search"), NotFoundError),
        (lambda c: c.item("nowhere"), NotFoundError),
        (lambda c: c.track({"type": "view", "item_id": object()}), InputError),
    ],
)
def test_errors_are_those_of_the_shop(client: Client, call: Callable[[Client], object], error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        call(client)
    assert caught.type is error


def test_no_key_and_too_small_a_key_are_told_apart(shop: Shop, transport: AsgiTransport) -> None:
    with Client("http://shop.test", transport=transport) as stranger, pytest.raises(AccessError) as unknown:
        stranger.search("tea")
    assert not unknown.value.known


def test_a_viewer_may_not_write(shop: Shop, transport: AsgiTransport) -> None:
    viewer = keys.create(shop.records, "viewer")
    with Client("http://shop.test", viewer, transport=transport) as client:
        assert client.search("tea").hits
        with pytest.raises(AccessError) as known:
            client.put_items({"item_id": "x", "title": "X"})
    assert known.value.known


class Flaky(httpx.BaseTransport):
    """A network that fails a few times before it lets a request through, or loses an answer that was given."""

    def __init__(self, inner: httpx.BaseTransport | None, troubles: list[Exception | httpx.Response]) -> None:
        self.inner = inner
        self.troubles = troubles
        self.calls = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        trouble = self.troubles.pop(0) if self.troubles else None
        if isinstance(trouble, httpx.Response):
            return trouble
        if self.inner is None or (trouble is not None and not isinstance(trouble, httpx.ReadError)):
            raise trouble or httpx.ConnectError("refused")
        answer = self.inner.handle_request(request)
        if trouble is not None:
            raise trouble
        return answer

    def close(self) -> None:
        if self.inner is not None:
            self.inner.close()


def fault(status: int, code: str, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={"error": {"code": code, "message": "m", "field": None}}, headers=headers)


def test_a_lost_answer_does_not_count_an_event_twice(shop: Shop, transport: AsgiTransport) -> None:
    before = shop.events.count()
    flaky = Flaky(transport, [httpx.ReadError("lost"), httpx.ConnectError("refused"), fault(503, "not_ready")])
    pauses: list[float] = []
    key = keys.create(shop.records, "admin")
    with Client("http://shop.test", key, transport=flaky, sleep=pauses.append) as client:
        assert client.track({"type": "view", "session_id": "s", "item_id": "tea-01"})[0].status == "duplicate"
    assert shop.events.count() == before + 1
    assert flaky.calls == 4
    assert pauses[0] < pauses[1] * 2 < pauses[2] * 8
    assert sum(pauses) < 2


def test_patience_has_an_end() -> None:
    flaky = Flaky(None, [])
    with (
        Client("http://shop.test", transport=flaky, tries=3, sleep=lambda _: None) as client,
        pytest.raises(NotReadyError, match="cannot be reached"),
    ):
        client.search("tea")
    assert flaky.calls == 3


def test_a_server_that_says_when_to_come_back_is_heeded() -> None:
    pauses: list[float] = []
    flaky = Flaky(None, [fault(429, "too_many_requests", **{"retry-after": "3"}) for _ in range(4)])
    with Client("http://shop.test", transport=flaky, sleep=pauses.append) as client, pytest.raises(BusyError) as busy:
        client.search("tea")
    assert pauses == [3.0, 3.0, 3.0]
    assert busy.value.retry_after_s == 3.0


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (fault(507, "storage_fault"), StorageError),
        (fault(500, "internal"), ShopmindError),
        (fault(413, "body_too_large"), InputError),
        (httpx.Response(502, text="<html>bad gateway</html>"), ShopmindError),
        (httpx.Response(404, text="not here"), InputError),
    ],
)
def test_other_faults_are_raised_at_once(answer: httpx.Response, error: type[Exception]) -> None:
    flaky = Flaky(None, [answer])
    with Client("http://shop.test", transport=flaky) as client, pytest.raises(error) as caught:
        client.search("tea")
    assert caught.type is error
    assert flaky.calls == 1


def test_readiness_is_asked_once() -> None:
    flaky = Flaky(None, [])
    with Client("http://shop.test", transport=flaky) as client:
        assert not client.ready()
    assert flaky.calls == 1


def test_a_shop_under_a_prefix_is_reached() -> None:
    seen: list[str] = []

    class Ear(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            seen.append(request.url.path)
            return httpx.Response(200, json={"suggestions": []})

    with Client("http://shop.test/shops/tiny", transport=Ear()) as client:
        client.suggest("t")
    assert seen == ["/shops/tiny/v1/suggest"]


def test_a_search_comes_back_whole_through_the_client(client: Client, shop: Shop) -> None:
    asked = {"sort": "price", "facets": ("brand", "price"), "n": 3}
    there, here = shop.search("tea", **asked), client.search("tea", **asked)  # type: ignore[arg-type]
    assert [hit.item.item_id for hit in here.hits] == [hit.item.item_id for hit in there.hits]
    assert here.facets == there.facets
    assert here.understood == there.understood


def test_several_searches_come_back_in_order_a_wrong_one_as_its_error(client: Client) -> None:
    first, wrong, last = client.search_many([{"text": "tea"}, {"text": "tea", "sort": "prise"}, {"text": "绿茶"}])
    assert isinstance(first, Slate)
    assert isinstance(wrong, InputError)
    assert "did you mean 'price'" in wrong.message
    assert isinstance(last, Slate)


def test_suggestions_say_where_they_come_from(client: Client) -> None:
    client.track({"type": "search", "query": "grey slate tile", "user_id": "u07"})
    mine = client.suggestions("gre", user="u07")
    assert (mine[0].text, mine[0].kind, mine[0].own) == ("grey slate tile", "query", True)
    assert not any(each.own for each in client.suggestions("gre", user="u07", personal=False))
