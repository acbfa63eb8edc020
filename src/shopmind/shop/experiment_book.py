"""The experiments of a shop as one process knows them: files and states, read again as soon as either changes."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import orjson

from shopmind.kit.clock import Clock
from shopmind.kit.errors import InputError
from shopmind.kit.log import note
from shopmind.pipeline.scenario import Scenario
from shopmind.scenarios.assignment import Layout
from shopmind.scenarios.experiment import Experiment
from shopmind.scenarios.experiments import answered, clash, read_folder
from shopmind.scenarios.folder import marks
from shopmind.stores.lease import change_of
from shopmind.stores.ports import Records

logger = logging.getLogger(__name__)

KIND = "experiment"
LOOK_EVERY_S = 0.25
MOST = 1_000

Status = Literal["draft", "scheduled", "running", "stopped", "ended"]
FROZEN = ("unit", "layer", "first", "holdout", "salt", "variants")
"""Of a layout: what would move units about if it changed while the experiment runs."""


@dataclass(frozen=True, slots=True)
class State:
    """One experiment now.

    Attributes:
        experiment: None when its file is gone; its units then see the plain scenario.
        layout: as dealt since the start; None before.
        remarks: what is not as the file says, or as it was at the start.
    """

    name: str
    status: Status
    experiment: Experiment | None
    layout: Layout | None = None
    started_ms: int | None = None
    stopped_ms: int | None = None
    changed_by: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """What one look found.

    Attributes:
        fault: why files that were changed since could not be taken up; "" when they were.
        until_s: when to look again.
    """

    mark: tuple[Any, ...]
    states: Mapping[str, State]
    experiments: Mapping[str, Experiment]
    fault: str
    until_s: float


class ExperimentBook:
    """Follows the folder of definitions and the records of starts and stops; safe for many threads.

    Raises:
        InputError: when made, if a file is not allowed. A file that goes wrong later is reported and what was read
            before holds: a running shop does not stop for it.
    """

    def __init__(self, folder: Path, records: Records, scenarios: Mapping[str, Scenario], clock: Clock) -> None:
        self.folder = folder
        self.scenarios = scenarios
        self._records = records
        self._clock = clock
        self._lock = threading.Lock()
        experiments = read_folder(folder, scenarios)
        self._known = Known((), {}, experiments, "", 0.0)
        self._known = self._look(strict=True)

    def known(self) -> Known:
        """As of now, or of at most a quarter of a second ago."""
        known = self._known
        if time.monotonic() >= known.until_s and self._lock.acquire(blocking=False):
            try:
                known = self._known = self._look()
            finally:
                self._lock.release()
        return known

    def fresh(self) -> Known:
        """As of now: files and records are looked at."""
        with self._lock:
            self._known = self._look()
            return self._known

    def write(self, name: str, body: Mapping[str, Any]) -> None:
        """Keeps a start or a stop; to be called by whoever is `changing` the folder."""
        self._records.put(KIND, name, body)

    def _found(self, name: str, before: Mapping[str, Any] | None, body: Mapping[str, Any]) -> None:
        """Keeps what a look found out, unless somebody is changing something: then the next look finds it out."""
        lease = change_of(self.folder)
        if lease.acquire():
            try:
                if self._records.get(KIND, name) == before:  # or somebody has started or stopped it since
                    self.write(name, body)
            finally:
                lease.release()

    def _look(self, strict: bool = False) -> Known:
        until_s = time.monotonic() + LOOK_EVERY_S
        before, bodies = self._known, dict(self._records.scan(KIND, MOST))
        mark = (marks(self.folder), orjson.dumps(bodies, option=orjson.OPT_SORT_KEYS), dict(self.scenarios))
        experiments, fault = before.experiments, before.fault
        if mark != before.mark:
            try:
                experiments, fault = read_folder(self.folder, self.scenarios), ""
                clash(live(experiments, bodies, self._clock()))
            except InputError as error:
                if strict:
                    raise
                experiments, fault = before.experiments, error.message
                note(logger, logging.WARNING, "experiments not taken up", why=fault)
        states = {name: self._state(name, experiments.get(name), bodies.get(name)) for name in {*experiments, *bodies}}
        return Known(mark, dict(sorted(states.items())), experiments, fault, until_s)

    def _state(self, name: str, experiment: Experiment | None, body: Mapping[str, Any] | None) -> State:
        now_ms = self._clock()
        if body is None and experiment is not None:
            if status_of(experiment, None, now_ms) != "running":
                return State(name, status_of(experiment, None, now_ms), experiment)
            body = started(experiment, self.scenarios, experiment.start_ms or now_ms, by="its file")
            self._found(name, None, body)
        body = body or {}
        layout = Layout.read(body["layout"])
        status = status_of(experiment, body, now_ms)
        if experiment is None:
            return _told(name, status, None, layout, body, ("its file is gone: the plain scenarios answer",))
        now = Layout.of(experiment, digests(experiment, self.scenarios))
        kept = replace(now, **{each: getattr(layout, each) for each in (*FROZEN, "digests")})
        if status == "running" and kept != layout:
            layout = kept
            self._found(name, body, {**body, "layout": layout.as_json()})
        return _told(name, status, experiment, kept, body, _remarks(layout, now))


def status_of(experiment: Experiment | None, body: Mapping[str, Any] | None, now_ms: int) -> Status:
    """draft: not started and no start is set; scheduled: its start is to come; ended: its end has passed."""
    if body is not None and body.get("state") == "stopped":
        return "stopped"
    if experiment is not None and experiment.end_ms is not None and now_ms >= experiment.end_ms:
        return "ended"
    if body is not None:
        return "running"
    if experiment is None or experiment.start_ms is None:
        return "draft"
    return "running" if now_ms >= experiment.start_ms else "scheduled"


def live(
    experiments: Mapping[str, Experiment], bodies: Mapping[str, Mapping[str, Any]], now_ms: int
) -> list[Experiment]:
    """Those that run or will by themselves, each from when it really began."""
    found = []
    for name, each in experiments.items():
        body = bodies.get(name)
        if status_of(each, body, now_ms) in ("running", "scheduled"):
            found.append(each if body is None else replace(each, start_ms=int(body["started_ms"])))
    return found


def started(experiment: Experiment, scenarios: Mapping[str, Scenario], at_ms: int, *, by: str) -> dict[str, Any]:
    """The record of a start."""
    layout = Layout.of(experiment, digests(experiment, scenarios))
    return {"state": "running", "started_ms": at_ms, "layout": layout.as_json(), "by": by}


def digests(experiment: Experiment, scenarios: Mapping[str, Scenario]) -> dict[str, str]:
    """Variant → digest of the tables it answers with."""
    found = {}
    for variant in experiment.variants:
        tables: list[Any] = [answered(scenarios, place, [(variant, None)]).table for place in experiment.scenarios]
        tables += [dict(variant.artifacts)] if variant.artifacts else []
        found[variant.name] = hashlib.blake2b(
            orjson.dumps(tables, option=orjson.OPT_SORT_KEYS), digest_size=6
        ).hexdigest()
    return found


def _told(
    name: str,
    status: Status,
    experiment: Experiment | None,
    layout: Layout,
    body: Mapping[str, Any],
    remarks: tuple[str, ...],
) -> State:
    return State(
        name,
        status,
        experiment,
        layout,
        int(body["started_ms"]),
        body.get("stopped_ms"),
        str(body.get("by", "")),
        remarks,
    )


def _remarks(layout: Layout, now: Layout) -> tuple[str, ...]:
    dealt, there = dict(layout.variants), dict(now.variants)
    said = [f"variant {name} was removed: its units see the plain scenario" for name in dealt if name not in there]
    said += [f"variant {name} came after the start: it gets nobody" for name in there if name not in dealt]
    both = [name for name in dealt if name in there]
    said += [
        f"variant {name} holds its share of {dealt[name]:g} from the start, the file says {there[name]:g}"
        for name in both
        if dealt[name] != there[name]
    ]
    said += [
        f"variant {name} answers otherwise than at the start: figures mix both"
        for name in both
        if layout.digests.get(name) != now.digests.get(name)
    ]
    said += [
        f"{'from' if name == 'first' else name} holds as at the start ({getattr(layout, name)}), "
        f"the file says {getattr(now, name)}"
        for name in FROZEN[:-1]
        if getattr(layout, name) != getattr(now, name)
    ]
    return tuple(said)
