"""The threads behind the event loop: few, and with a queue that ends."""

from __future__ import annotations

import threading

import anyio
import pytest

from shopmind.kit.errors import BusyError
from shopmind.serving.service import Service
from shopmind.serving.settings import ServingSettings
from shopmind.shop import Shop
from shopmind.testing.processes import PATIENCE_S


def test_whoever_comes_when_the_queue_is_full_is_told_to_come_back(shop: Shop) -> None:
    service = Service(shop, ServingSettings(engine_threads=1, max_waiting=2))
    go = threading.Event()
    outcomes: list[str] = []

    async def ask() -> None:
        try:
            outcomes.append("answered" if await service.read(lambda: go.wait(PATIENCE_S)) else "never")
        except BusyError:
            outcomes.append("busy")

    async def crowd() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(6):
                tasks.start_soon(ask)
            await anyio.wait_all_tasks_blocked()
            assert outcomes == ["busy"] * 3
            go.set()
        await ask()

    anyio.run(crowd)
    assert outcomes == ["busy"] * 3 + ["answered"] * 4


def test_a_failing_request_gives_its_place_back(shop: Shop) -> None:
    service = Service(shop, ServingSettings(engine_threads=1, max_waiting=0))

    async def fail_and_ask() -> int:
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                await service.write(lambda: 1 // 0)
        return await service.read(lambda: 7)

    assert anyio.run(fail_and_ask) == 7


def test_a_long_write_leaves_the_reading_threads_free(shop: Shop) -> None:
    service = Service(shop, ServingSettings(engine_threads=1))
    go = threading.Event()

    async def write_and_read() -> bool:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(service.write, lambda: go.wait(PATIENCE_S))
            with anyio.fail_after(PATIENCE_S / 2):
                await service.read(lambda: None)
            written_yet = go.is_set()
            go.set()
        return written_yet

    assert anyio.run(write_and_read) is False
