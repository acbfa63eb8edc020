"""What does it cost to plan a million messages, and what does a kill while sending leave?

Run `python -m benchmarks.messages [--people N] [--kills 40]`. Planning: a made-up shop of 20,000 goods, people who
agreed and have an address each, and three acts of each within the last 28 days; popularity, item_knn and next_basket
are trained on them. Each gets a slate of six of their own through the scenario `messages`, and an hour of their own.
Processes plan side by side, each its share of the people, as `shopmind messages plan --workers` does.

Sending: letters to a webhook on this machine that keeps no key, so that a double would be a double, and to files; the
sender is killed (-9) again and again at a random moment, then left to finish. Writes results/messages.json.
"""

from __future__ import annotations

import argparse
import http.server
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl

from benchmarks import record
from benchmarks.traffic_day import name_of
from shopmind import shop as shops
from shopmind.domain import Item, User
from shopmind.kit.clock import DAY_MS, HOUR_MS, system_clock
from shopmind.kit.seeds import generator
from shopmind.operations.messages import Planner, read
from shopmind.shop import Shop
from shopmind.stores.menus import OUTBOXES
from shopmind.stores.outbox import Contact, Message, Outbox
from shopmind.stores.ports import EVENT_FRAME

GOODS, GROUPS, ACTS = 20_000, 200, 3
BLOCK = 50_000
TOML = """
public_url = "https://shop.example"
quiet = ["00:00", "00:00"]
[channels.email]
by = "files"
[channels.sms]
by = "webhook"
url = "{url}"
at_once = 4
[campaigns.weekly]
title = "This week"
channel = "email"
[campaigns.text]
title = "In short"
channel = "sms"
at_least = 1
within_hours = 336
late_hours = 336
[campaigns.files]
title = "In a file"
channel = "email"
at_least = 1
within_hours = 336
late_hours = 336
"""


def fill(shop: Shop, people: int, seed: int) -> None:
    """Goods, people who agreed, their addresses and what they did. Each likes one group of goods."""
    goods = [Item(f"i{at}", title=f"Thing {at}", categories=(f"c{at % GROUPS}",)) for at in range(GOODS)]
    shop.catalogue.put(goods)
    chance, now_ms = generator(seed, "messages"), system_clock()
    for start in range(0, people, BLOCK):
        names = [name_of(f"person-{at}") for at in range(start, min(start + BLOCK, people))]
        shop.users.put([User(each, consent={"email": True, "sms": True}) for each in names])
        contacts = [Contact(each, "email", f"{each[:12]}@mail.example", each[::-1]) for each in names]
        shop.postbox.outbox.put_contacts(contacts)
        n = len(names) * ACTS
        liked = np.repeat(chance.integers(GROUPS, size=len(names)), ACTS)
        places = np.minimum(chance.zipf(1.5, n), GOODS // GROUPS) - 1
        hours = np.repeat(chance.integers(8, 22, size=len(names)), ACTS) + chance.integers(-1, 2, size=n)
        days = chance.integers(1, 28, size=n)
        frame = pl.DataFrame(
            {
                "event_id": [f"e{start * ACTS + at}" for at in range(n)],
                "type": ["purchase"] * n,
                "timestamp_ms": (now_ms // DAY_MS - days) * DAY_MS + hours * HOUR_MS,
                "user_id": np.repeat(np.array(names), ACTS),
                "item_id": [f"i{item}" for item in (liked + GROUPS * places).tolist()],
                "order_id": [f"o{start + at // ACTS}" for at in range(n)],
            }
        )
        missing = [pl.lit(None, kind).alias(name) for name, kind in EVENT_FRAME.items() if name not in frame.columns]
        shop.events.append_frame(frame.with_columns(missing).select(pl.col(k).cast(v) for k, v in EVENT_FRAME.items()))


def plan_part(folder: Path, part: int, parts: int) -> dict[str, Any]:
    """One process's share, with what it cost."""
    with shops.open(folder) as shop:
        plans = read(shop.path, {name: each.needs for name, each in shop.scenarios.items()})
        started, processor = time.perf_counter(), time.process_time()
        report = Planner(shop, plans, "weekly").plan("million", part=(part, parts))
    return {
        "people": report.people,
        "planned": report.counts["planned"],
        "wall_s": round(time.perf_counter() - started, 1),
        "processor_s": round(time.process_time() - processor, 1),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3),
    }


def planning(folder: Path, people: int, workers: int, share: int) -> dict[str, Any]:
    """Shares of the people side by side; with `share` above 1 one of so many, in a shop that holds all of them."""
    started, load = time.perf_counter(), os.getloadavg()[0]
    command = [sys.executable, "-m", "benchmarks.messages", "--folder", str(folder), "--part"]
    running = [
        subprocess.Popen([*command, f"{part}/{workers * share}"], stdout=subprocess.PIPE) for part in range(workers)
    ]
    parts = [orjson.loads(each.communicate()[0].splitlines()[-1]) for each in running]
    wall = time.perf_counter() - started
    planned = sum(each["planned"] for each in parts)
    return {
        "people_of_the_shop": people,
        "planned": planned,
        "workers": workers,
        "wall_s": round(wall, 1),
        "processor_s": round(sum(each["processor_s"] for each in parts), 1),
        "processor_ms_a_message": round(sum(each["processor_s"] for each in parts) / max(planned, 1) * 1000, 3),
        "messages_a_minute": round(planned / max(each["wall_s"] for each in parts) * 60),
        "peak_memory_mb_a_worker": max(each["peak_memory_mb"] for each in parts),
        "file_mb": round((folder / "messages.db").stat().st_size / 1e6),
        "goods": GOODS,
        "acts_a_person": ACTS,
        "load_before": round(load, 2),
        "load_at_the_end": round(os.getloadavg()[1], 2),
        "measured_at": record.head()["measured_at"],
        "commit": record.commit(),
    }


class Receiver(http.server.ThreadingHTTPServer):
    """Counts what it is given; it looks at no key."""

    def __init__(self) -> None:
        self.got: Counter[str] = Counter()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                receiver.got[str(self.headers["idempotency-key"])] += 1
                self.send_response(204)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *given: Any) -> None:
                """Silent."""

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def sending(folder: Path, campaign: str, channel: str, kills: int, seed: int, receiver: Receiver) -> dict[str, Any]:
    """Kills the sender again and again; what was received, and how the messages stand at the end."""
    chance = random.Random(f"{seed} {campaign}")
    command = [sys.executable, "-m", "shopmind", "messages", "send", str(folder)]
    killed = 0
    outbox: Outbox = OUTBOXES.load("sqlite")(f"sqlite:///{folder / 'messages.db'}")

    def done() -> int:
        return sum(n for *_, state, _, n in outbox.counts(campaign, "kill") if state == "sent")

    while killed < kills:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        before = done()
        deadline = time.monotonic() + 60
        while done() == before and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.15))
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        killed += 1
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    states: Counter[str] = Counter()
    for *_, state, _, n in outbox.counts(campaign, "kill"):
        states[state] += n
    outbox.close()
    if channel == "sms":
        received = receiver.got
    else:
        received = Counter(path.stem for path in (folder / "outbox" / channel).rglob("*.json"))
    return {
        "kills": killed,
        "messages": sum(states.values()),
        "states": dict(states),
        "received": len(received),
        "received_twice": sum(n > 1 for n in received.values()),
        "neither_sent_nor_in_doubt": sum(states.values()) - states["sent"] - states["unknown"],
        "sent_but_not_received": states["sent"] - len(received) if states["sent"] > len(received) else 0,
    }


def written_to(folder: Path, channel: str, campaign: str, messages: int, url: str) -> None:
    """A small shop with messages that are due now on one channel: a sender works on all of them at once."""
    with shops.create(folder, name="kills", encoder="none") as shop:
        shop.catalogue.put([Item("i1", title="Thing")])
        people = [name_of(f"person-{at}") for at in range(messages)]
        shop.users.put([User(each, consent={"email": True, "sms": True}) for each in people])
        outbox, now_ms = shop.postbox.outbox, system_clock()
        outbox.put_contacts([Contact(each, channel, f"{each[:9]}@mail.example", "d") for each in people])
        rows = [
            Message(
                name_of(f"{campaign} {each}")[:24], campaign, "kill", each, channel, now_ms, now_ms + 9 * DAY_MS,
                {"items": ["i1"], "scores": [1.0], "scenario": "messages"},
            )
            for each in people
        ]  # fmt: skip
        outbox.plan(rows, [])
        (folder / "messages.toml").write_text(TOML.format(url=url) + "[caps]\n", "utf-8")


def _kept(name: str) -> Any:
    """What the last run found."""
    path = record.RESULTS / "messages.json"
    return orjson.loads(path.read_bytes()).get(name) if path.is_file() else None


def main() -> None:
    """Measures and writes results/messages.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--share", type=int, default=1, help="plan for one of so many, and say what that cost")
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--messages", type=int, default=4_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="where the shop to plan for is, or is built and left")
    parser.add_argument("--part", help="i/of: plan this share and print what it cost")
    parser.add_argument("--fill-only", action="store_true", help="build the shop to plan for, and stop")
    parser.add_argument("--skip", choices=("planning", "sending"), help="keep the last result of this")
    given = parser.parse_args()
    if given.part:
        part, parts = map(int, given.part.split("/"))
        print(orjson.dumps(plan_part(given.folder, part, parts)).decode())
        return
    result: dict[str, Any] = {
        "question": "what does it cost to plan a million messages, and what does a kill leave?",
        "seed": given.seed,
    }
    with tempfile.TemporaryDirectory(prefix="shopmind-messages-") as scratch:
        folder = given.folder or Path(scratch) / "shop"
        if given.skip != "planning" and not (folder / "shop.toml").is_file():
            with shops.create(folder, name="messages", encoder="none") as shop:
                fill(shop, given.people, given.seed)
                shop.train(["popularity", "item_knn", "next_basket"])
            (folder / "messages.toml").write_text(TOML.format(url="http://127.0.0.1:9"), "utf-8")
        if given.fill_only:
            return
        result["planning"] = (
            _kept("planning")
            if given.skip == "planning"
            else planning(folder, given.people, given.workers, given.share)
        )
        print(result["planning"], flush=True)
        if given.skip == "sending":
            result["sending"] = _kept("sending")
        else:
            receiver = Receiver()
            result["sending"] = {}
            for way, campaign, channel in (("files", "files", "email"), ("webhook", "text", "sms")):
                small = Path(scratch) / way
                written_to(small, channel, campaign, given.messages, f"http://127.0.0.1:{receiver.server_port}/")
                result["sending"][way] = sending(small, campaign, channel, given.kills, given.seed, receiver)
        print(result["sending"], flush=True)
    record.write("messages", result)


if __name__ == "__main__":
    main()
