"""A tiny shop that writes to people, with a clock of its own."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import shopmind
from shopmind.kit.clock import HOUR_MS, parse_time
from shopmind.operations.messages import Planner, Plans, Report, Sender, Sent, read
from shopmind.shop import Shop
from shopmind.testing.tiny_shop import make_tiny_shop

MADE_MS = parse_time("2026-11-02T09:00:00Z")
PEOPLE = tuple(f"u{place:02d}" for place in range(1, 13))
TOML = """
zone       = "Europe/London"
public_url = "https://shop.example"
quiet      = ["21:00", "08:00"]

[caps]
email = {{day = 1, week = 3}}
all   = {{day = 2}}

[channels.email]
by = "files"

[channels.sms]
by = "files"

[campaigns.weekly]
title   = "This week for you"
channel = "email"
at_least = 1
{more}

[campaigns.second]
title   = "And another thing"
channel = "email"
at_least = 1

[campaigns.text]
title   = "In short"
channel = "sms"
at_least = 1
"""


@dataclass
class Writing:
    """A shop, and the hands on its clock."""

    shop: Shop
    now_ms: int
    plans: Plans

    def at(self, hours: float) -> None:
        """So much later."""
        self.now_ms += int(hours * HOUR_MS)

    def plan(self, campaign: str = "weekly", run: str = "r1") -> Report:
        return Planner(self.shop, self.plans, campaign).plan(run)

    def send(self, **how: object) -> Sent:
        return Sender(self.shop, self.plans).send(**how)  # type: ignore[arg-type]

    def day(self) -> dict[str, int]:
        """A day passes, and the sender looks every hour; what became of the mails."""
        told: Counter[str] = Counter()
        for _ in range(25):
            told.update(self.send().counts["email"])
            self.at(1)
        return dict(told)

    def settle(self, text: str) -> None:
        """Another messages.toml."""
        (self.shop.path / "messages.toml").write_text(text, "utf-8")
        self.plans = read(self.shop.path, {name: each.needs for name, each in self.shop.scenarios.items()})

    def states(self, campaign: str = "weekly", run: str = "r1") -> dict[str, int]:
        told: dict[str, int] = {}
        for *_, state, why, n in self.shop.postbox.outbox.counts(campaign, run):
            name = why if state == "skipped" else state
            told[name] = told.get(name, 0) + n
        return told


def agree(shop: Shop, *people: str, **consent: bool) -> None:
    """People who agreed to be written to."""
    asked = {"email": True, "sms": True, **consent}
    shop.put_users([{"user_id": each, "attributes": {"city": "Leeds"}, "consent": asked} for each in people])


def reach(shop: Shop, *people: str) -> None:
    """Addresses of people."""
    rows = [{"user_id": each, "channel": "email", "address": f"{each}@mail.example"} for each in people]
    rows += [
        {"user_id": each, "channel": "sms", "address": f"+44 7700 900{sum(map(ord, each)):04d}"} for each in people
    ]
    assert {each.status for each in shop.postbox.put_contacts(rows)} == {"accepted"}


@pytest.fixture(scope="session")
def dated_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny shop as of one morning: when people act is when they are written to, and they act at hours that are
    counted back from when it is made."""
    folder = tmp_path_factory.mktemp("dated") / "shop"
    make_tiny_shop(folder, clock=lambda: MADE_MS).close()
    return folder


@pytest.fixture
def shop_folder(dated_folder: Path, tmp_path: Path) -> Path:
    """The folder of such a shop of the test's own."""
    return Path(shutil.copytree(dated_folder, tmp_path / "shop"))


@pytest.fixture
def writing(shop_folder: Path) -> Iterator[Writing]:
    """Twelve people who agreed, just before ten in the morning of London: nobody is written to at once."""
    held: list[Writing] = []
    clock: Callable[[], int] = lambda: held[0].now_ms if held else parse_time("2030-01-15T09:59:59Z")  # noqa: E731
    with shopmind.open(shop_folder, clock=clock) as shop:
        held.append(Writing(shop, clock(), Plans({}, {})))
        agree(shop, *PEOPLE)
        reach(shop, *PEOPLE)
        held[0].settle(TOML.format(more=""))
        yield held[0]
