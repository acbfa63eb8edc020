"""The scenarios of an open shop follow their files: a changed one answers without a restart, a broken one never."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

from shopmind.kit.errors import InputError
from shopmind.kit.log import note
from shopmind.pipeline.scenario import Scenario
from shopmind.scenarios import load
from shopmind.scenarios.folder import marks

logger = logging.getLogger(__name__)


class ScenarioBook(Mapping[str, Scenario]):
    """Name → scenario, as last taken up; safe for many threads.

    Attributes:
        fault: why files that were changed since could not be taken up; "" when they were.

    Raises:
        InputError: when made, if a file is not allowed. What goes wrong later is reported, and what was read before
            holds: a running shop does not stop for it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.fault = ""
        self._lock = threading.Lock()
        self._marks = marks(folder)
        self._held: Mapping[str, Scenario] = load(folder)

    def changed(self) -> dict[str, Scenario] | None:
        """All scenarios when a file was changed since the last look and all can be read; None otherwise.

        Those that say the same as before are the same objects. Nothing is taken up until `take`.
        """
        with self._lock:
            found_marks = marks(self.folder)
            if found_marks == self._marks:
                return None
            self._marks = found_marks
            try:
                found = load(self.folder)
            except InputError as error:
                self.fault = error.message
                note(logger, logging.WARNING, "scenarios not taken up", why=self.fault)
                return None
            self.fault = ""
            same = {name: held for name, held in self._held.items() if found.get(name) == held}
            return {name: same.get(name, scenario) for name, scenario in found.items()}

    def take(self, scenarios: Mapping[str, Scenario]) -> None:
        """Lets these answer from now on."""
        self._held = scenarios

    def __getitem__(self, name: str) -> Scenario:
        return self._held[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)
