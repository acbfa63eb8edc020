"""What may be done with the files of a shop's scenarios: `shop.scenario_files`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass

from shopmind.kit.errors import InputError, NotFoundError
from shopmind.kit.files import storage_faults, write_whole
from shopmind.pipeline.engine import Engine
from shopmind.pipeline.scenario import Scenario
from shopmind.scenarios.experiments import read_folder
from shopmind.scenarios.load import load, texts
from shopmind.shop.answering import Answering
from shopmind.shop.folder import EXPERIMENTS, SCENARIOS, Folder
from shopmind.stores.lease import changing

KIND = "scenario_file"
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_LETTERS = 50_000
KEPT = 50
"""Versions of one scenario; older ones are let go."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One version of a file.

    Attributes:
        version: from 1 on; each scenario counts for itself.
        text: "" where the shop's own file was taken away, so that the packaged one answered.
        by: public prefix of the key that wrote it; "" in an open shop, "file" where it was found in the folder.
    """

    version: int
    text: str
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class ScenarioFile:
    """A scenario as text.

    Attributes:
        text: what answers now.
        packaged: the text that comes with shopmind; "" where none does.
        own: whether the shop has a file of its own for it.
        version: of the newest version that was kept; 0 while nothing was changed here.
        history: newest first.
    """

    name: str
    text: str
    packaged: str
    own: bool
    version: int
    history: tuple[Kept, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a text would do.

    Attributes:
        diff: lines of a unified difference from the text that answers now; empty when nothing changes.
        missing: part → what it would still need.
        affected: other scenarios that are built on this one and would change.
    """

    scenario: Scenario
    diff: tuple[str, ...]
    missing: dict[str, str]
    affected: tuple[str, ...]


class ScenarioFiles:
    """Reads, checks, writes and rolls back scenario files; what cannot be read never replaces what can.

    A change works in the next answers of this process, and within a second in every other that serves the shop.
    """

    def __init__(self, folder: Folder, answering: Callable[[], Answering]) -> None:
        self._records, self._clock, self._path = folder.records, folder.clock, folder.path
        self._answering = answering

    def get(self, name: str) -> ScenarioFile:
        """One scenario; raises NotFoundError."""
        packaged, own = texts().get(name, ""), self._own(name)
        if not packaged and own is None:
            there = ", ".join(sorted(self._answering().scenarios))
            raise NotFoundError(f"scenario: there is no scenario {name!r}; there are: {there}", field="name")
        history = self._history(name)
        text = packaged if own is None else own
        return ScenarioFile(name, text, packaged, own is not None, history[0].version if history else 0, history)

    def check(self, name: str, text: str) -> Checked:
        """What a text would do; nothing is stored.

        Raises:
            InputError: a name that is not one, or a text that is not a scenario, with its line and what is allowed; or
                one that a scenario built on it, or an experiment, could not live with.
        """
        before = self._answering().scenarios
        after = self._loaded(name, text)
        former = self._own(name)
        former = texts().get(name, "") if former is None else former
        diff = difflib.unified_diff(former.splitlines(), text.splitlines(), "now", "then", lineterm="")
        others = sorted(each for each in after if each != name and after[each] != before.get(each))
        missing = Engine(after[name], self._answering().tools).missing()
        return Checked(after[name], tuple(diff), missing, tuple(others))

    def put(self, name: str, text: str, *, by: str, version: int | None = None) -> ScenarioFile:
        """Writes the shop's own file of a scenario.

        Args:
            version: that the writer has read; None writes whatever there is.

        Raises:
            InputError: as `check`; or somebody else changed it since.
        """
        home = self._path / SCENARIOS
        with changing(home):  # of two who have read the same version, one is told; nor does what it is built on go
            self._loaded(name, text)
            self._keep(name, text, by, version)
            with storage_faults(home):
                home.mkdir(exist_ok=True)
            write_whole(home / f"{name}.toml", text.encode())
        self._take_up()
        return self.get(name)

    def remove(self, name: str, *, by: str) -> ScenarioFile | None:
        """Takes the shop's own file away: the packaged one answers again. None where there is none: it is gone.

        Raises:
            NotFoundError: the shop has no file of its own for it.
            InputError: something is built on it.
        """
        with changing(self._path / SCENARIOS):
            if self._own(name) is None:
                raise NotFoundError(f"scenario: the shop has no file of its own for {name!r}", field="name")
            self._loaded(name, None)
            self._keep(name, "", by, None)
            with storage_faults(self._path):
                (self._path / SCENARIOS / f"{name}.toml").unlink(missing_ok=True)
        self._take_up()
        return self.get(name) if name in texts() else None

    def roll_back(self, name: str, version: int, *, by: str) -> ScenarioFile:
        """Makes an older version the newest again; 0 is the packaged file.

        Raises:
            NotFoundError: no such version, or none of it is packaged; or the shop has no file of its own to take away.
            InputError: it cannot be read any more, or something built on it could not.
        """
        kept = {each.version: each.text for each in self._history(name)} | ({0: ""} if name in texts() else {})
        if version not in kept:
            known = ", ".join(map(str, sorted(kept))) or "none"
            raise NotFoundError(f"scenario {name}: there is no version {version}; kept: {known}", field="version")
        if kept[version]:
            return self.put(name, kept[version], by=by)
        self.remove(name, by=by)
        return self.get(name)

    def _take_up(self) -> None:
        answering = self._answering()
        answering.refresh()
        answering.take_up()

    def _loaded(self, name: str, text: str | None) -> dict[str, Scenario]:
        if not NAME.fullmatch(name):
            raise InputError(
                f"scenario: {name!r} is not a name: a small letter, then at most 39 small letters, digits or _",
                field="name",
            )
        if text is not None and len(text) > MOST_LETTERS:
            raise InputError(f"scenario {name}: longer than {MOST_LETTERS:,} characters", field="text")
        after = load(self._path / SCENARIOS, {name: text})
        read_folder(self._path / EXPERIMENTS, after)
        return after

    def _own(self, name: str) -> str | None:
        if not NAME.fullmatch(name):
            return None
        try:
            return (self._path / SCENARIOS / f"{name}.toml").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def _history(self, name: str) -> tuple[Kept, ...]:
        rows = (self._records.get(KIND, name) or {}).get("versions", [])
        return tuple(Kept(row["version"], row["text"], row["by"], row["at_ms"]) for row in rows)

    def _keep(self, name: str, text: str, by: str, expected: int | None) -> None:
        """Adds a version; what somebody wrote into the folder, and nobody kept, is kept before it."""
        history, now_ms = self._history(name), self._clock()
        newest = history[0].version if history else 0
        if expected is not None and expected != newest:
            raise InputError(
                f"scenario {name}: it was changed since it was read: version {newest} stands, {expected} was read",
                field="version",
            )
        found = self._own(name)
        if found is not None and (not history or history[0].text != found):
            newest += 1
            history = (Kept(newest, found, "file", now_ms), *history)
        history = (Kept(newest + 1, text, by, now_ms), *history)[:KEPT]
        rows = [{"version": each.version, "text": each.text, "by": each.by, "at_ms": each.at_ms} for each in history]
        self._records.put(KIND, name, {"versions": rows})
