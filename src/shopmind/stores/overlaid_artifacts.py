"""Artifacts that stand before others for a while and are written nowhere: for trials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from shopmind.kit.errors import StorageError
from shopmind.stores.ports import Artifact, Artifacts, Number


class OverlaidArtifacts:
    """The port Artifacts over others: what is `tried` is current, everything else is as it was."""

    def __init__(self, under: Artifacts, tried: Mapping[str, Artifact]) -> None:
        self._under = under
        self._tried = tried

    def save(
        self, name: str, arrays: Mapping[str, NDArray[Any]], card: Mapping[str, Any], *, promote: bool = True
    ) -> Artifact:
        """Raises StorageError: a trial leaves nothing behind."""
        raise StorageError(f"artifact {name}: nothing is saved during a trial")

    def load(self, name: str, version: str | None = None) -> Artifact | None:
        """See the port."""
        tried = self._tried.get(name)
        return tried if tried is not None and version in (None, tried.version) else self._under.load(name, version)

    def promote(self, name: str, version: str) -> None:
        """Raises StorageError: a trial leaves nothing behind."""
        raise StorageError(f"artifact {name}: nothing is promoted during a trial")

    def versions(self, name: str) -> list[str]:
        """See the port; what is tried is the newest."""
        tried = self._tried.get(name)
        return [*self._under.versions(name), *([tried.version] if tried is not None else [])]

    def names(self) -> list[str]:
        """See the port."""
        return sorted({*self._under.names(), *self._tried})

    def current(self) -> Mapping[str, str]:
        """See the port."""
        return {**self._under.current(), **{name: artifact.version for name, artifact in self._tried.items()}}

    def wipe(self, number: Number) -> int:
        """See the port."""
        return self._under.wipe(number)
