"""What may be done with a shop's experiments: `shop.experiments`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from shopmind.kit.errors import InputError, NotFoundError
from shopmind.kit.files import storage_faults, write_whole
from shopmind.kit.toml import dumps
from shopmind.scenarios.experiment import Experiment
from shopmind.scenarios.experiments import clash, parse
from shopmind.shop.choosing import Chooser
from shopmind.shop.experiment_book import KIND, ExperimentBook, State, live, started
from shopmind.shop.folder import EXPERIMENTS, Folder
from shopmind.stores.lease import changing


class Experiments:
    """The shop's experiments: read, written, started and stopped. A change works in the very next answer.

    A file belongs to one experiment; a start keeps how its units are dealt out, and no later change moves them. Of
    processes that change experiments at the same moment one goes first, and what it wrote is looked at by the next.
    """

    def __init__(self, folder: Folder, scenarios: Mapping[str, Any]) -> None:
        self._folder = folder
        self._clock = folder.clock
        self._book = ExperimentBook(folder.path / EXPERIMENTS, folder.records, scenarios, folder.clock)
        self.chooser = Chooser(self._book, folder.clock)

    def all(self) -> list[State]:
        """Every experiment by name."""
        return list(self._book.fresh().states.values())

    @property
    def fault(self) -> str:
        """Why files that were changed could not be taken up; "" when they were."""
        return self._book.fresh().fault

    def get(self, name: str) -> State:
        """One experiment; raises NotFoundError."""
        states = self._book.fresh().states
        if name not in states:
            there = f"there are: {', '.join(states)}" if states else "a file experiments/NAME.toml makes one"
            raise NotFoundError(f"experiments: there is no experiment {name!r}; {there}", field="name")
        return states[name]

    def put(self, name: str, table: Mapping[str, Any]) -> State:
        """Writes the file of an experiment; the table has the keys of the file.

        Raises:
            InputError: a key or value that is not allowed, or a running experiment that it would meet.
        """
        text = dumps(table, sections=("variants",) if _nested(table) else ())
        experiment = parse(name, text, self._book.scenarios)
        with changing(self._book.folder):
            known = self._book.fresh()
            bodies = dict(self._folder.records.scan(KIND))
            clash(live({**known.experiments, name: experiment}, bodies, self._clock()))
            with storage_faults(self._book.folder):
                self._book.folder.mkdir(exist_ok=True)
            write_whole(self._book.folder / f"{name}.toml", text.encode())
        return self.get(name)

    def start(self, name: str, *, by: str = "") -> State:
        """Starts an experiment now, whatever start its file gives; one that runs goes on.

        Raises:
            NotFoundError: there is no such experiment.
            InputError: its end has passed, or it would meet another one.
        """
        with changing(self._book.folder):
            state = self.get(name)
            if state.status == "running":
                return state
            experiment, now_ms = _with_file(state), self._clock()
            if experiment.end_ms is not None and experiment.end_ms <= now_ms:
                raise InputError(f"experiment {name!r}: the end its file gives has passed", field="end")
            bodies = dict(self._folder.records.scan(KIND))
            others = [each for each in live(self._book.known().experiments, bodies, now_ms) if each.name != name]
            clash([*others, replace(experiment, start_ms=now_ms)])
            self._book.write(name, started(experiment, self._book.scenarios, now_ms, by=by))
        return self.get(name)

    def stop(self, name: str, *, by: str = "") -> State:
        """Stops an experiment: from the next answer on, everybody sees the plain scenario. Raises as `start`."""
        with changing(self._book.folder):
            state, now_ms = self.get(name), self._clock()
            if state.status == "stopped":
                return state
            body = self._folder.records.get(KIND, name)
            if body is None:
                since_ms = now_ms if state.started_ms is None else state.started_ms
                body = started(_with_file(state), self._book.scenarios, since_ms, by=by)
            self._book.write(name, {**body, "state": "stopped", "stopped_ms": now_ms, "by": by})
        return self.get(name)


def _with_file(state: State) -> Experiment:
    if state.experiment is None:
        raise InputError(f"experiment {state.name!r}: its file is gone", field="name")
    return state.experiment


def _nested(table: Mapping[str, Any]) -> bool:
    variants = table.get("variants")
    return isinstance(variants, Mapping) and all(isinstance(each, Mapping) for each in variants.values())
