"""A sender that is killed at any moment sends nothing twice and loses nothing."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

import pytest
from tests.operations.messages.conftest import TOML, agree, reach
from tests.operations.messages.test_deliveries import Hook, MailServer

import shopmind
from shopmind.kit.clock import DAY_MS
from shopmind.stores.outbox import Message

MESSAGES, MAILS = 1_500, 400


def fill(folder: Path, people: int, **by: str) -> None:
    """A message to each that is due now, on the channels that are named with their way of delivery."""
    text = TOML.format(more="").replace('"21:00", "08:00"', '"00:00", "00:00"')
    for channel, way in by.items():
        text = text.replace(f'[channels.{channel}]\nby = "files"', f"[channels.{channel}]\n{way}")
    (folder / "messages.toml").write_text(text, "utf-8")
    with shopmind.open(folder) as shop:
        now_ms, outbox = shop.folder.clock(), shop.postbox.outbox
        agree(shop, *(f"p{at}" for at in range(people)))
        reach(shop, *(f"p{at}" for at in range(people)))
        for channel, campaign in (("email", "weekly"), ("sms", "text")):
            outbox.plan(
                [
                    Message(
                        f"{campaign}-{who}", campaign, "k", who, channel, now_ms, now_ms + DAY_MS, {"items": ["tea-01"]}
                    )
                    for who in (outbox.reachable(channel, "", people) if channel in by else ())
                ],
                [],
            )


def sender(folder: Path) -> list[str]:
    return [sys.executable, "-m", "shopmind", "messages", "send", str(folder)]


def killed(folder: Path, received: Callable[[], int], waits_s: Sequence[float]) -> int:
    """Begins to send and kills the sender so long after something has arrived, again and again; how often it did."""
    for kills, wait_s in enumerate(waits_s):
        process = subprocess.Popen(sender(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        seen, deadline = received(), time.monotonic() + 120
        while received() == seen and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(wait_s)
        if process.poll() is not None:
            return kills
        process.send_signal(signal.SIGKILL)
        process.wait()
    return len(waits_s)


def states(folder: Path) -> Counter[tuple[str, str]]:
    """How many messages of a campaign are in a state."""
    with shopmind.open(folder) as shop:
        found = Counter[tuple[str, str]]()
        for campaign, _, _, state, _, n in shop.postbox.outbox.counts():
            found[campaign, state] += n
    return found


@pytest.mark.slow
def test_a_sender_killed_again_and_again_sends_nothing_twice_and_loses_nothing(shop_folder: Path) -> None:
    with Hook() as hook:
        url = f"http://127.0.0.1:{hook.server_port}/"
        fill(shop_folder, MESSAGES, email='by = "files"', sms=f'by = "webhook"\nurl = "{url}"\nat_once = 4')
        kills = killed(shop_folder, lambda: _received(shop_folder, hook), [0.03 * at for at in range(6)])
        assert kills > 0
        subprocess.run(sender(shop_folder), check=True, stdout=subprocess.DEVNULL)
        hook.shutdown()
    found = states(shop_folder)
    letters = list((shop_folder / "outbox" / "email").rglob("*.json"))
    assert found["weekly", "sent"] == len(letters) == MESSAGES  # by file: exactly once
    assert all(json.loads(path.read_bytes())["message_id"] == path.stem for path in letters)
    assert found["text", "sent"] + found["text", "unknown"] == MESSAGES  # by a webhook without a key: at most once
    assert found["text", "unknown"] <= 4 * kills
    assert max(Counter(hook.keys).values()) == 1
    assert len(set(hook.keys)) >= found["text", "sent"]


@pytest.mark.slow
def test_a_sender_killed_in_the_middle_of_smtp_leaves_one_mail_in_doubt_and_never_sends_it_again(
    shop_folder: Path,
) -> None:
    random = Random(14)
    with MailServer() as server:
        server.pace_s = 0.005
        by = f'by = "smtp"\nsender = "hello@shop.example"\nhost = "127.0.0.1"\nport = {server.server_address[1]}'
        fill(shop_folder, MAILS, email=f'{by}\nsecurity = "none"')
        kills = killed(shop_folder, lambda: len(server.got), [random.uniform(0, 0.2) for _ in range(20)])
        assert kills == 20
        for _ in range(2):  # what is in doubt stays so when nothing else is left
            subprocess.run(sender(shop_folder), check=True, stdout=subprocess.DEVNULL)
        server.shutdown()
    found = states(shop_folder)
    arrived = Counter(re.findall(r"^Message-ID: <(\S+)@shop.example>", "".join(server.got), re.MULTILINE))
    assert max(arrived.values()) == 1
    assert found["weekly", "sent"] + found["weekly", "unknown"] == MAILS
    assert 0 < found["weekly", "unknown"] <= kills  # one a kill: the one under way
    with shopmind.open(shop_folder) as shop:
        sent, doubted = (
            {each.message_id for each in shop.postbox.outbox.listed("weekly", "k", state)}
            for state in ("sent", "unknown")
        )
    assert sent <= set(arrived) <= sent | doubted
    assert len(set(server.lost)) > 1  # the sender died at more than one place of the talk


def _received(folder: Path, hook: Hook) -> int:
    return len(hook.keys) + sum(1 for _ in (folder / "outbox").rglob("*.json"))
