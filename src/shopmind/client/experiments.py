"""The part of the client that is about experiments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from shopmind.client.answers import ExperimentState
from shopmind.client.calls import Calls, Row
from shopmind.client.typed import read, read_all


@dataclass(frozen=True, slots=True)
class ExperimentDay:
    """All units dealt in before the end of a UTC day.

    Attributes:
        units: variant → how many.
        changes: variant → value, low and high of what it changes; None while there is too little to say.
        split: p of the counts under the shares.
    """

    day: str
    units: Mapping[str, int]
    changes: Mapping[str, Mapping[str, float | None]]
    split: float | None


class Experiments(Calls):
    """Experiments: written, started, stopped, reported."""

    def experiments(self) -> list[ExperimentState]:
        """Every experiment by name."""
        return read_all(ExperimentState, self._call("GET", "v1/experiments")["experiments"])

    def experiment(self, name: str) -> ExperimentState:
        """One experiment; raises NotFoundError."""
        return read(ExperimentState, self._call("GET", f"v1/experiments/{quote(name, safe='')}")["experiment"])

    def put_experiment(self, name: str, definition: Row) -> ExperimentState:
        """Writes the file of an experiment; `definition` has the keys of the file. Raises InputError."""
        found = self._call("POST", "v1/experiments", body={**definition, "name": name})
        return read(ExperimentState, found["experiment"])

    def start_experiment(self, name: str) -> ExperimentState:
        """Deals out its units from now on; raises NotFoundError, and InputError where it would meet another one."""
        return self._change(name, "start")

    def stop_experiment(self, name: str) -> ExperimentState:
        """Gives everybody the plain scenario from now on; raises NotFoundError."""
        return self._change(name, "stop")

    def experiment_report(self, name: str) -> dict[str, Any]:
        """What came out so far, as the API tells it; raises NotFoundError."""
        report: dict[str, Any] = self._call("GET", f"v1/experiments/{quote(name, safe='')}/report")
        return report

    def experiment_days(self, name: str) -> list[ExperimentDay]:
        """One point a day: what the units dealt in until then show, as known now; none before the start."""
        return read_all(ExperimentDay, self._call("GET", f"v1/experiments/{quote(name, safe='')}/days")["days"])

    def decide_experiment(self, name: str, choice: str = "", *, why: str = "", stop: bool = True) -> str:
        """Writes down what was chosen, with the figures, and stops the experiment; the entry's key.

        Raises:
            NotFoundError: there is no such experiment.
            InputError: it has no such variant.
        """
        body = {"choice": choice, "why": why, "stop": stop}
        told = self._call("POST", f"v1/experiments/{quote(name, safe='')}/decision", body=body)
        return str(told["key"])

    def _change(self, name: str, action: str) -> ExperimentState:
        found = self._call("POST", f"v1/experiments/{quote(name, safe='')}", body={"action": action})
        return read(ExperimentState, found["experiment"])
