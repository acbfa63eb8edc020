"""A sender that is killed at any moment sends nothing twice and loses nothing."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.operations.messages.conftest import TOML, agree, reach
from tests.operations.messages.test_deliveries import Hook

import shopmind
from shopmind.kit.clock import DAY_MS
from shopmind.stores.outbox import Message

MESSAGES = 1_500


def fill(folder: Path, url: str) -> None:
    """Messages that are due now, by file and by a webhook that keeps no key."""
    text = TOML.format(more="").replace('"21:00", "08:00"', '"00:00", "00:00"')
    by = f'[channels.sms]\nby = "webhook"\nurl = "{url}"\nat_once = 4'
    (folder / "messages.toml").write_text(text.replace('[channels.sms]\nby = "files"', by), "utf-8")
    with shopmind.open(folder) as shop:
        now_ms, outbox = shop.folder.clock(), shop.postbox.outbox
        agree(shop, *(f"p{at}" for at in range(MESSAGES)))
        reach(shop, *(f"p{at}" for at in range(MESSAGES)))
        for channel, campaign in (("email", "weekly"), ("sms", "text")):
            people = outbox.reachable(channel, "", MESSAGES)
            outbox.plan(
                [
                    Message(
                        f"{campaign}-{who}", campaign, "k", who, channel, now_ms, now_ms + DAY_MS, {"items": ["tea-01"]}
                    )
                    for who in people
                ],
                [],
            )


@pytest.mark.slow
def test_a_sender_killed_again_and_again_sends_nothing_twice_and_loses_nothing(shop_folder: Path) -> None:
    with Hook() as hook:
        fill(shop_folder, f"http://127.0.0.1:{hook.server_port}/")
        command = [sys.executable, "-m", "shopmind", "messages", "send", str(shop_folder)]
        kills = 0
        while kills < 6:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            seen, deadline = _received(shop_folder, hook), time.monotonic() + 120
            while _received(shop_folder, hook) == seen and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.005)
            time.sleep(0.03 * kills)
            if process.poll() is not None:
                break
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
        assert kills > 0
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        hook.shutdown()
        with shopmind.open(shop_folder) as shop:
            states = Counter[tuple[str, str]]()
            for campaign, _, _, state, _, n in shop.postbox.outbox.counts():
                states[campaign, state] += n
    letters = list((shop_folder / "outbox" / "email").rglob("*.json"))
    assert states["weekly", "sent"] == len(letters) == MESSAGES  # by file: exactly once
    assert all(json.loads(path.read_bytes())["message_id"] == path.stem for path in letters)
    assert states["text", "sent"] + states["text", "unknown"] == MESSAGES  # by a webhook without a key: at most once
    assert states["text", "unknown"] <= 4 * kills
    assert max(Counter(hook.keys).values()) == 1
    assert len(set(hook.keys)) >= states["text", "sent"]


def _received(folder: Path, hook: Hook) -> int:
    return len(hook.keys) + sum(1 for _ in (folder / "outbox").rglob("*.json"))
