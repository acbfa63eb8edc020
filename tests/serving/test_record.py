"""An answer that is only looked into leaves nothing behind: no slate in the log, no impressions."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import pytest

import shopmind
from shopmind.serving.app import create_app
from shopmind.serving.settings import ServingSettings
from shopmind.testing.asgi import AsgiTransport


@pytest.mark.parametrize("path", ["/v1/search", "/v1/recommend/home"])
def test_an_answer_that_is_not_recorded_leaves_nothing(tiny_folder: Path, tmp_path: Path, path: str) -> None:
    folder = Path(shutil.copytree(tiny_folder, tmp_path / "shop"))
    with (folder / "shop.toml").open("a", encoding="utf-8") as settings:
        settings.write('impressions = "served"\n')
    with shopmind.open(folder) as shop:
        transport = AsgiTransport(create_app(shop, ServingSettings(open=True)))
        with httpx.Client(transport=transport, base_url="http://shop.test") as client:

            def left(record: bool) -> tuple[int, int]:
                before = shop.events.last_number(), len(list(shop.records.scan("slate", limit=1_000)))
                asked = {"user": "u01", "explain": True, "record": record, "n": 2}
                answer = client.post(path, json=asked | ({"text": "tea"} if path == "/v1/search" else {}))
                assert answer.status_code == 200
                assert answer.json()["hits"]
                shop.flush()
                after = shop.events.last_number(), len(list(shop.records.scan("slate", limit=1_000)))
                return after[0] - before[0], after[1] - before[1]

            assert left(record=False) == (0, 0)
            assert left(record=True) == (2, 1)
