"""One estimate, in its own process: python -m shopmind.operations.estimates.worker FOLDER ID."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shopmind import shop as shops
from shopmind.evaluation.policy import evaluate_policy
from shopmind.kit.errors import BusyError, ShopmindError
from shopmind.operations.estimates.book import KIND, LEASE, file_of, wanted_of
from shopmind.operations.knowledge import Knowledge, telling
from shopmind.shop import Shop
from shopmind.stores.lease import Lease

NICE = 10
LOOK_EVERY_S = 0.5
LONGEST_S = 3_600.0
CANCELLED = 3


class Kept:
    """The record of the estimate: told how far it is, a few times a second at most."""

    def __init__(self, shop: Shop, estimate_id: str) -> None:
        self._shop, self._id = shop, estimate_id
        self._lock = threading.Lock()
        self._next = 0.0
        self.body: dict[str, Any] = dict(shop.records.get(KIND, estimate_id) or {})

    def __call__(self, title: str, done: int, total: int | None) -> None:
        """As Progress."""
        if time.monotonic() >= self._next or done == total:
            self._next = time.monotonic() + LOOK_EVERY_S
            self.say(doing=title, done=done, total=total)

    def say(self, **news: Any) -> None:
        """Adds to the record; what has ended stays ended."""
        with self._lock:
            if self.body.get("state") == "running":
                self.body |= news
                self._shop.records.put(KIND, self._id, self.body)

    def end(self, state: str, why: str = "", result: Mapping[str, Any] | None = None) -> None:
        """The last word."""
        self.say(state=state, why=why, result=result, ended_ms=self._shop.folder.clock())


def main(folder: Path, estimate_id: str) -> None:
    """Runs the estimate that stands in the record, until it is there, is cancelled, or takes too long."""
    os.nice(NICE)
    with shops.open(folder) as shop:
        kept = Kept(shop, estimate_id)
        try:
            with Lease(folder / LEASE).hold():
                threading.Thread(target=_watch, args=(shop, kept, estimate_id), daemon=True).start()
                _run(shop, kept)
        except BusyError:
            kept.end("failed", "another estimate runs")


def _run(shop: Shop, kept: Kept) -> None:
    wanted = wanted_of(kept.body)
    kept.say(doing="begin")
    with tempfile.TemporaryDirectory(prefix="shopmind-estimate-") as scratch:
        try:
            result = evaluate_policy(
                shop,
                target=file_of(wanted, Path(scratch)),
                scenario=wanted.scenario,
                reward=wanted.reward,
                days=wanted.days,
                most=wanted.most,
                progress=kept,
            )
        except ShopmindError as error:
            kept.end("failed", error.message)
            return
    telling.estimated(Knowledge(shop), result, wanted.scenario, by=str(kept.body.get("by") or "somebody"))
    kept.end("refused" if result["refused"] else "done", result["refused"] or "", result)


def _watch(shop: Shop, kept: Kept, estimate_id: str) -> None:
    """Ends the process when somebody wishes, or after LONGEST_S; nothing is lost that is not in the record."""
    deadline = time.monotonic() + LONGEST_S
    while True:
        time.sleep(LOOK_EVERY_S)
        wished = shop.records.delete(f"{KIND}_cancel", estimate_id)
        if wished or time.monotonic() > deadline:
            if wished:
                kept.end("cancelled", "somebody cancelled it")
            else:
                kept.end("failed", f"it took longer than {LONGEST_S / 60:.0f} minutes")
            os._exit(CANCELLED)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
