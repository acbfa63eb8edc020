"""The real server: several processes, kills and stops."""

from __future__ import annotations

import json
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

import shopmind
from shopmind.client import Client
from shopmind.kit.errors import ShopmindError
from shopmind.serving import keys
from shopmind.testing.processes import PATIENCE_S, until

pytestmark = pytest.mark.slow

Start = Callable[..., Any]


def view(item: str = "tea-01", **more: Any) -> dict[str, Any]:
    return {"type": "view", "item_id": item, "session_id": "s", **more}


def test_an_open_server_answers_and_stops_with_0(start: Start, folder: Path) -> None:
    server = start(folder, "--open")
    assert httpx.get(f"{server.url}/").status_code == 200
    with Client(server.url) as client:
        assert client.search("green tea").hits
    assert server.stop() == 0


def test_a_server_with_keys_knows_the_key_made_beside_it(start: Start, folder: Path) -> None:
    server = start(folder)
    assert httpx.get(f"{server.url}/v1/scenarios").status_code == 401
    with shopmind.open(folder) as shop:
        key = keys.create(shop.records, "viewer")
    time.sleep(1.1)
    with Client(server.url, key) as client:
        assert client.scenarios()


def test_what_was_acknowledged_is_there_after_a_kill(start: Start, folder: Path) -> None:
    server = start(folder, "--open")
    acknowledged: list[str] = []

    def report(worker: int) -> None:
        with Client(server.url, tries=1) as client:
            for number in range(10_000):
                event_id = f"{worker}-{number}"
                try:
                    results = client.track(view(event_id=event_id))
                except ShopmindError:
                    return
                assert results[0].status == "accepted"
                acknowledged.append(event_id)

    with ThreadPoolExecutor(4) as pool:
        for worker in range(4):
            pool.submit(report, worker)
        until(lambda: len(acknowledged) >= 100)
        server.stop(signal.SIGKILL)
    assert len(acknowledged) >= 100
    again = start(folder, "--open")
    with Client(again.url) as client:
        results = client.track([view(event_id=event_id) for event_id in acknowledged])
    assert {result.status for result in results} == {"duplicate"}


def test_requests_under_way_finish_when_the_server_is_told_to_stop(start: Start, folder: Path) -> None:
    server = start(folder, "--open")
    rows = [view(event_id=f"late-{number}") for number in range(5_000)]
    body = json.dumps(rows).encode()
    answers: list[httpx.Response] = []
    begun, told = threading.Event(), threading.Event()

    def parts() -> Iterator[bytes]:
        yield body[:1_000]
        begun.set()
        told.wait(PATIENCE_S)
        yield body[1_000:]

    def send() -> None:
        headers = {"content-type": "application/json"}
        answers.append(httpx.post(f"{server.url}/v1/events", content=parts(), headers=headers, timeout=60))

    sender = threading.Thread(target=send)
    sender.start()
    assert begun.wait(PATIENCE_S)
    httpx.get(f"{server.url}/health/live")  # who came later is answered: the first is under way
    server.process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    assert server.process.poll() is None, "it did not wait for the request"
    told.set()
    assert server.process.wait(PATIENCE_S) == 0
    sender.join()
    assert answers[0].status_code == 200
    assert answers[0].json()["accepted"] == 5_000
    with shopmind.open(folder) as shop:
        assert shop.events.count() >= 5_000


def test_an_answered_slate_is_kept_when_the_server_stops(start: Start, folder: Path) -> None:
    server = start(folder, "--open")
    with Client(server.url) as client:
        slate = client.recommend("home", user="u01")
    assert server.stop() == 0
    with shopmind.open(folder) as shop:
        record = shop.records.get("slate", slate.request_id)
    assert record is not None
    assert record["items"] == [hit.item.item_id for hit in slate.hits]


def test_two_processes_serve_one_shop_and_learn_of_each_others_events(start: Start, folder: Path) -> None:
    first, second = start(folder, "--open"), start(folder, "--open")
    with Client(first.url) as here, Client(second.url) as there:
        bought = there.recommend("home", user="someone-new", n=1).hits[0].item.item_id
        here.track({"type": "purchase", "user_id": "someone-new", "item_id": bought})
        told = time.monotonic()
        while not there.recommend("buy_again", user="someone-new").hits:
            assert time.monotonic() - told < PATIENCE_S, "the other process did not hear of the event"
            time.sleep(0.02)


def test_an_item_written_to_one_process_is_found_in_the_other(start: Start, folder: Path) -> None:
    first, second = start(folder, "--open"), start(folder, "--open")
    with Client(first.url) as here, Client(second.url) as there:
        here.put_items({"item_id": "zither-1", "title": "Concert zither", "stock": 2})
        deadline = time.monotonic() + PATIENCE_S
        while not there.search("zither").hits:
            assert time.monotonic() < deadline, "the item was not found"
            time.sleep(0.05)
        here.remove_item("zither-1")
        while there.search("zither").hits:
            assert time.monotonic() < deadline + PATIENCE_S, "the item is still found"
            time.sleep(0.05)


def test_several_processes_behind_one_port_stop_together_and_share_their_figures(start: Start, folder: Path) -> None:
    server = start(folder, "--open", "--processes", "2")
    for _ in range(20):  # a new connection each, so that both processes are asked
        assert httpx.post(f"{server.url}/v1/search", json={"text": "tea"}).status_code == 200
    figures = httpx.get(f"{server.url}/metrics").text
    counted = [line for line in figures.splitlines() if line.startswith("shopmind_requests_total") and "search" in line]
    assert sum(float(line.split()[-1]) for line in counted) == 20
    assert server.stop() == 0


def test_the_log_is_json_lines_without_personal_data(start: Start, folder: Path) -> None:
    server = start(folder, "--open")
    with Client(server.url) as client:
        client.search("very private words", user="user-4711")
    server.stop()
    entries = [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]
    assert any(entry.get("route") == "/v1/search" for entry in entries)
    assert "private" not in server.log
    assert "4711" not in server.log


def test_many_clients_at_once_are_all_answered(start: Start, folder: Path) -> None:
    server = start(folder, "--open")

    def ask(worker: int) -> int:
        with Client(server.url) as client:
            return sum(len(client.search(text, user=f"u{worker:02d}").hits) > 0 for text in ("tea", "phone", "锅") * 10)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [30] * 8


def test_a_request_that_is_not_http_leaves_the_server_alive(start: Start, folder: Path) -> None:
    server = start(folder, "--open")
    address = httpx.URL(server.url)

    with socket.create_connection((address.host, address.port or 0), timeout=5) as connection:
        connection.sendall(b"\x16\x03\x01 this is not http\r\n\r\n")
        connection.recv(1_000)
    assert httpx.get(f"{server.url}/health/live").status_code == 200
