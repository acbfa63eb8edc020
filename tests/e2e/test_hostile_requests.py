"""Requests that no browser sends, over a socket to the real server."""

from __future__ import annotations

import socket
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from shopmind.testing.processes import PATIENCE_S

if TYPE_CHECKING:
    from shopmind.testing.processes import Server

pytestmark = pytest.mark.slow


def said(server: Server, sent: bytes, *, wait_s: float = PATIENCE_S) -> bytes:
    """All that comes back until the server closes, or stays silent for so long."""
    where = urlsplit(server.url)
    with socket.create_connection((where.hostname or "", where.port or 0), timeout=wait_s) as line:
        heard = b""
        try:
            line.sendall(sent)
            while part := line.recv(65_536):
                heard += part
        except (TimeoutError, ConnectionError):
            pass
        return heard


def get(path: bytes, *headers: bytes, host: bytes = b"localhost") -> bytes:
    return b"\r\n".join([b"GET " + path + b" HTTP/1.1", b"host: " + host, b"connection: close", *headers, b"", b""])


def status(heard: bytes) -> int:
    return int(heard.split(b" ", 2)[1])


@pytest.mark.parametrize(
    "path",
    [
        b"/page/../keys.py",
        b"/../../../../etc/passwd",
        b"/page/..%2f..%2fsecret.key",
        b"/page/%2e%2e/%2e%2e/secret.key",
        b"//etc/passwd",
        b"/page/shop.js/../../secret.key",
        b"/./secret.key",
        b"/page/\\..\\secret.key",
    ],
)
def test_paths_as_they_are_sent_lead_nowhere(shop_api: Server, path: bytes) -> None:
    heard = said(shop_api, get(path))
    assert status(heard) in (400, 404)
    assert b"root:" not in heard


def test_a_head_that_never_ends_is_cut_off(shop_api: Server) -> None:
    for unit in (b"x-%d: " + b"y" * 4_000 + b"\r\n", b"y" * 4_000):
        many = b"".join(unit.replace(b"%d", str(at).encode()) for at in range(400))
        started = time.monotonic()
        heard = said(shop_api, b"GET / HTTP/1.1\r\nhost: localhost\r\nx-first: " + many)
        assert heard == b"" or status(heard) in (400, 431)
        assert time.monotonic() - started < PATIENCE_S  # what was not cut off is waited for so long
    assert httpx.get(f"{shop_api.url}/health/live").status_code == 200


def test_an_address_that_never_ends_is_cut_off(shop_api: Server) -> None:
    heard = said(shop_api, b"GET /" + b"a" * 2_000_000)
    assert heard == b"" or status(heard) in (400, 431)


def test_a_large_body_is_not_taken_for_a_head(shop_api: Server) -> None:
    rows = [{"type": "view", "item_id": "tea-01", "session_id": f"s{at}"} for at in range(3_000)]
    with httpx.Client(base_url=shop_api.url) as client:
        for _ in range(3):
            assert client.post("/v1/events", json=rows, timeout=60).json()["accepted"] == 3_000


@pytest.mark.parametrize("host", [b"attacker.example", b"attacker.example:80", b"", b"localhost.attacker.example"])
def test_another_name_is_not_answered(shop_api: Server, host: bytes) -> None:
    assert status(said(shop_api, get(b"/v1/search?q=tea", host=host))) == 421


def test_two_hosts_two_lengths_and_no_host_open_nothing(shop_api: Server) -> None:
    assert status(said(shop_api, get(b"/v1/scenarios", b"host: attacker.example"))) in (200, 400, 421)
    assert status(said(shop_api, b"GET /v1/scenarios HTTP/1.1\r\nconnection: close\r\n\r\n")) in (400, 421)
    smuggled = (
        b"POST /v1/events HTTP/1.1\r\nhost: localhost\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n"
        b"content-type: application/json\r\n\r\n0\r\n\r\nGET /v1/keys HTTP/1.1\r\nhost: localhost\r\n\r\n"
    )
    heard = said(shop_api, smuggled)
    assert status(heard) == 400
    assert heard.count(b"HTTP/1.1") == 1
