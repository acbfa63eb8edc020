"""The estimates of a shop: asked for, followed, cancelled, read again later."""

from __future__ import annotations

import contextlib
import secrets
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from shopmind.evaluation.policy_slates import MOST, candidate
from shopmind.kit.clock import MINUTE_MS
from shopmind.kit.errors import BusyError, InputError, NotFoundError, ShopmindError, not_allowed
from shopmind.kit.toml import dumps
from shopmind.shop import Shop
from shopmind.stores.lease import Lease

KIND = "estimate"
LEASE = "estimate.lease"
KEPT = 200
STARTING_MS = 5 * MINUTE_MS
"""What a process may take to begin where much else runs."""

REWARDS = ("click", "cart", "purchase")
MOST_DAYS = 366.0

State = Literal["running", "done", "refused", "failed", "cancelled", "lost"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be estimated.

    Attributes:
        scenario: whose log is read, and over which the differences are laid.
        differences: keys of a scenario file; none asks how the scenario itself would do.
        reward: click, cart or purchase.
        days, most: how much of the log is looked at, from its newest answer back.
    """

    scenario: str
    differences: Mapping[str, Any] = field(default_factory=dict)
    reward: str = "click"
    days: float = 7.0
    most: int = 2_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """One estimate.

    Attributes:
        state: refused where the log cannot say; lost where its process was killed.
        doing, done, total: how far it is; "" and 0 before it begins.
        why: what went wrong, or why nothing can be said; "" else.
        result: of `evaluate policy`; None until it is there.
    """

    estimate_id: str
    state: State
    wanted: Wanted
    by: str
    started_ms: int
    ended_ms: int | None
    doing: str
    done: int
    total: int | None
    why: str
    result: Mapping[str, Any] | None


class Estimates:
    """The estimates of one shop; several processes may ask, one estimate runs."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def start(self, wanted: Wanted, *, by: str = "") -> Estimate:
        """Begins in a process of its own and returns at once.

        Raises:
            InputError: an unknown scenario, differences that make no scenario, or a number out of range.
            BusyError: another one runs.
        """
        self._check(wanted)
        if self._running():
            raise BusyError("an estimate runs already; wait for it, or cancel it", retry_after_s=30)
        estimate_id = secrets.token_hex(6)
        body = {
            "state": "running",
            "wanted": asdict(wanted),
            "by": by,
            "started_ms": self._shop.folder.clock(),
            "doing": "",
            "done": 0,
            "total": None,
        }
        self._shop.records.put(KIND, estimate_id, body)
        self._forget_old()
        process = subprocess.Popen(
            [sys.executable, "-m", "shopmind.operations.estimates.worker", str(self._shop.path), estimate_id],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        threading.Thread(target=self._reap, args=(process, estimate_id), name="estimate", daemon=True).start()
        return self.get(estimate_id)

    def all(self, n: int = KEPT) -> list[Estimate]:
        """The newest, newest first."""
        found = [self._told(key, body) for key, body in self._shop.records.scan(KIND, KEPT)]
        return sorted(found, key=lambda each: -each.started_ms)[:n]

    def get(self, estimate_id: str) -> Estimate:
        """One estimate; raises NotFoundError."""
        body = self._shop.records.get(KIND, estimate_id)
        if body is None:
            raise NotFoundError(f"estimate: there is none called {estimate_id!r}", field="estimate_id")
        return self._told(estimate_id, body)

    def cancel(self, estimate_id: str) -> Estimate:
        """Ends one that runs, within a second; one that has ended stays as it is. Raises NotFoundError."""
        found = self.get(estimate_id)
        if found.state == "running":
            self._shop.records.put(f"{KIND}_cancel", estimate_id, {})
        return found

    def _check(self, wanted: Wanted) -> None:
        if wanted.scenario not in self._shop.scenarios:
            raise not_allowed("scenario", wanted.scenario, self._shop.scenarios, field="scenario")
        if wanted.reward not in REWARDS:
            raise not_allowed("reward", wanted.reward, REWARDS, field="reward")
        if not 0 < wanted.days <= MOST_DAYS:
            raise InputError(f"days: {wanted.days} asked; above 0 and at most {MOST_DAYS:g} is allowed", field="days")
        if not 1 <= wanted.most <= MOST:
            raise InputError(f"most: {wanted.most} asked; it must lie in 1..{MOST:,}", field="most")
        with tempfile.TemporaryDirectory(prefix="shopmind-estimate-") as scratch:
            candidate(self._shop, file_of(wanted, Path(scratch)), wanted.scenario)

    def _told(self, key: str, body: Mapping[str, Any]) -> Estimate:
        alive = body["state"] != "running" or self._starting(body) or self._running()
        if not alive:  # unless it said its last word between the two looks
            body = self._shop.records.get(KIND, key) or body
        return _estimate(key, body, alive)

    def _starting(self, body: Mapping[str, Any]) -> bool:
        """Whether its process may not have got as far as the lease yet."""
        young = self._shop.folder.clock() - int(body["started_ms"]) < STARTING_MS
        return body["state"] == "running" and not body.get("doing") and young

    def _running(self) -> bool:
        return Lease(self._shop.path / LEASE).taken()

    def _reap(self, process: subprocess.Popen[bytes], estimate_id: str) -> None:
        """Says so where the process ended without a word."""
        process.wait()
        with contextlib.suppress(ShopmindError):  # the shop may be closed by now: whoever asks is told by the lease
            body = self._shop.records.get(KIND, estimate_id)
            if body is not None and body["state"] == "running":
                ended = {"state": "lost", "why": f"its process ended with {process.returncode}"}
                self._shop.records.put(KIND, estimate_id, {**body, **ended, "ended_ms": self._shop.folder.clock()})

    def _forget_old(self) -> None:
        for key, _ in self._shop.records.scan(KIND, KEPT + 100)[KEPT:]:
            self._shop.records.delete(KIND, key)


def file_of(wanted: Wanted, folder: Path) -> Path:
    """The scenario file that is tried."""
    path = folder / "candidate.toml"
    path.write_text(dumps({**wanted.differences, "base": wanted.scenario}), encoding="utf-8")
    return path


def wanted_of(body: Mapping[str, Any]) -> Wanted:
    """As it was stored."""
    return Wanted(**body["wanted"])


def _estimate(key: str, body: Mapping[str, Any], alive: bool) -> Estimate:
    state: State = body["state"]
    lost = state == "running" and not alive
    return Estimate(
        estimate_id=key,
        state="lost" if lost else state,
        wanted=wanted_of(body),
        by=str(body.get("by", "")),
        started_ms=int(body["started_ms"]),
        ended_ms=body.get("ended_ms"),
        doing=str(body.get("doing", "")),
        done=int(body.get("done") or 0),
        total=body.get("total"),
        why="its process was killed" if lost else str(body.get("why", "")),
        result=body.get("result"),
    )
