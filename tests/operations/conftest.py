"""A tiny shop with one place, whose order is popularity alone, and a clock that only moves when it is told to."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import shopmind
from shopmind.kit.clock import HOUR_MS, format_time, parse_time
from shopmind.operations.knowledge import Knowledge
from shopmind.operations.strategy import FILE, Strategy, cycle
from shopmind.operations.strategy.cycle import Cycle
from shopmind.shop import Shop
from shopmind.stores.ports import Records
from shopmind.testing.tiny_shop import make_tiny_shop

START_MS = parse_time("2026-03-02T09:00:00Z")
TEA, CLOTHES = ("tea-01", "tea-02", "tea-06"), ("clo-01", "clo-02", "clo-03", "clo-04")
JUNK = ("kit-02", "kit-03", "kit-04", "kit-05", "kit-08", "kit-09", "kit-10", "ele-04", "ele-09", "ele-10")

SCENARIO = 'title = "Most wanted"\nn = 4\nretrievers = {popularity = {k = 50}}\nranker = {part = "fusion"}\n'

RULES = """
scenarios = ["wanted"]

[retrain]
new_events = 100
pause_hours = 0

[evaluate]
hold_out = 0.3
least = 0.0
least_cases = 10

[shadow]
requests = 5
least_overlap = 0.0
most_slower = 1000.0

[ramp]
steps = []
"""


@dataclass
class FakeClock:
    """Now, as told."""

    now_ms: int = START_MS

    def __call__(self) -> int:
        return self.now_ms

    def pass_hours(self, hours: float) -> None:
        self.now_ms += round(hours * HOUR_MS)


@dataclass
class Life:
    """A shop that lives: customers come, and the strategy looks after it."""

    folder: Path
    clock: FakeClock
    shop: Shop = field(init=False)

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        """As a new process would."""
        self.shop = shopmind.open(self.folder, clock=self.clock)

    def rules(self, text: str = RULES) -> None:
        (self.folder / FILE).write_text(text, "utf-8")

    @property
    def strategy(self) -> Strategy:
        return Strategy(self.shop)

    @property
    def served(self) -> str:
        return self.shop.artifacts.current()["popularity"]

    def steps(self) -> list[str]:
        """Everything that can be done now."""
        return [told.step for told in self.strategy.once()]

    def entries(self) -> list[tuple[str, str]]:
        """(what, reason) of the knowledge log, oldest first."""
        return [(each.what, each.reason) for each in reversed(Knowledge(self.shop).all())]

    def customers(self, items: Sequence[str], *, people: int = 24, hours: float = 10, first: int = 1) -> None:
        """Known customers buy these goods in turn, one event a good, over so many hours."""
        step = hours / (people * len(items))
        for place in range(people):
            rows = []
            for item in items:
                self.clock.pass_hours(step)
                user = f"u{(place + first - 1) % 28 + 1:02d}"
                row = {"type": "purchase", "item_id": item, "user_id": user, "value": "5.00", "quantity": 1}
                rows.append({**row, "order_id": f"{self.clock()}", "timestamp": format_time(self.clock())})
            assert all(each.status == "accepted" for each in self.shop.track(rows))

    def ask(self, count: int = 8) -> None:
        """Real requests, with what they leave in the log."""
        for user in range(count):
            self.clock.pass_hours(0.01)
            self.shop.recommend("wanted", user=f"u{user + 1:02d}")
        self.shop._slates.flush()


@pytest.fixture(scope="session")
def wanted_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop, trained once; copied, never opened, by the tests."""
    folder = tmp_path_factory.mktemp("wanted") / "shop"
    make_tiny_shop(folder, clock=FakeClock()).close()
    shutil.rmtree(folder / "artifacts")
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "wanted.toml").write_text(SCENARIO, "utf-8")
    with shopmind.open(folder, clock=FakeClock()) as shop:
        shop.train(["popularity"])
    return folder


@pytest.fixture
def life(wanted_folder: Path, tmp_path: Path) -> Iterator[Life]:
    made = Life(Path(shutil.copytree(wanted_folder, tmp_path / "shop")), FakeClock())
    yield made
    made.shop.close()


class KilledError(BaseException):
    """Stands for a kill: nobody catches it."""


class Killer:
    """In place of cycle.save: kills before the second save of a process, or after the first."""

    def __init__(self, before: bool) -> None:
        self._save, self._before, self._seen = cycle.save, before, 0

    def __call__(self, records: Records, now: Cycle) -> None:
        self._seen += 1
        if self._before and self._seen == 2:
            raise KilledError
        self._save(records, now)
        if not self._before:
            raise KilledError
