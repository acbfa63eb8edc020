"""Artifacts of which some stand at a version of their own choosing: candidates beside those that are served."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from shopmind.kit.errors import StorageError
from shopmind.stores.ports import Artifact, Artifacts, Number


class PinnedArtifacts:
    """The port Artifacts over others: names that are pinned are current at that version, the rest as they are.

    What is saved is kept in the store beneath, is promoted by nobody, and is pinned here when `promote` says so: a fit
    that reads what was fitted before it reads the candidates. A fit that gives what is served leaves that card alone.
    """

    def __init__(self, under: Artifacts, pinned: Mapping[str, str] | None = None) -> None:
        self._under = under
        self._pinned = dict(pinned or {})

    @property
    def pinned(self) -> Mapping[str, str]:
        """name → version."""
        return dict(self._pinned)

    def save(
        self, name: str, arrays: Mapping[str, NDArray[Any]], card: Mapping[str, Any], *, promote: bool = True
    ) -> Artifact:
        """See the class."""
        served = self._under.load(name)
        saved = self._under.save(name, arrays, card, promote=False)
        if served is not None and saved.version == served.version:
            saved = self._under.save(name, arrays, served.card, promote=False)
        if promote:
            self._pinned[name] = saved.version
        return saved

    def load(self, name: str, version: str | None = None) -> Artifact | None:
        """See the port; a pinned version that is gone gives way to what is served."""
        pinned = self._pinned.get(name)
        if version is None and pinned is not None:
            found = self._under.load(name, pinned)
            if found is not None:
                return found
        return self._under.load(name, version)

    def promote(self, name: str, version: str) -> None:
        """Raises StorageError: what is served is not touched from here."""
        raise StorageError(f"artifact {name}: nothing is promoted among candidates")

    def versions(self, name: str) -> list[str]:
        """See the port."""
        return self._under.versions(name)

    def names(self) -> list[str]:
        """See the port."""
        return self._under.names()

    def current(self) -> Mapping[str, str]:
        """See the port."""
        return {**self._under.current(), **self._pinned}

    def wipe(self, number: Number) -> int:
        """See the port."""
        return self._under.wipe(number)
