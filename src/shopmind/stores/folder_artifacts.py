"""Artifacts in a folder: NAME/VERSION/{card.json, ARRAY.npy}, and NAME/current naming one version."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import orjson
from numpy.typing import NDArray

from shopmind.kit.clock import Clock, system_clock
from shopmind.kit.errors import InputError, NotFoundError, StorageError
from shopmind.kit.files import settling, storage_faults, sync_folder, write_whole
from shopmind.stores.lease import Lease
from shopmind.stores.ports import Artifact, Number

KEPT_VERSIONS = 3
LOCK = ".lock"
"""Name of the lease that whoever changes anything in the folder holds: nothing is saved or dropped meanwhile."""

_PATIENCE_S = 60.0
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_DRAFT = ".draft-"


class FolderArtifacts:
    """The port Artifacts. The newest three versions of a name are kept, and the current one always.

    Args:
        folder: made at the first save.
        clock: stamps `saved_at_ms` into cards, which orders versions.
    """

    def __init__(self, folder: Path, *, clock: Clock = system_clock) -> None:
        self.folder = folder
        self._clock = clock
        self._mapped: WeakValueDictionary[tuple[Path, int], NDArray[Any]] = WeakValueDictionary()

    def save(
        self, name: str, arrays: Mapping[str, NDArray[Any]], card: Mapping[str, Any], *, promote: bool = True
    ) -> Artifact:
        """See the port. Arrays and options already saved keep their version and get the new card.

        Raises:
            InputError: a name that is no plain word, or an array of objects.
        """
        for each in (name, *arrays):
            if not _NAME.fullmatch(each):
                raise InputError(f"artifact {name!r}: {each!r} is not a plain name (letters, digits, _ . -)")
        version = digest(arrays, card.get("options", {}))
        home = self.folder / name
        with storage_faults(home):
            home.mkdir(parents=True, exist_ok=True)
        with self._alone(), storage_faults(home):
            self._drop_drafts(name)
            saved_at = max([self._clock(), *(1 + self._saved_at(name, held) for held in self.versions(name))])
            full = {**card, "name": name, "version": version, "arrays": sorted(arrays), "saved_at_ms": saved_at}
            content = orjson.dumps(full, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY, default=str)
            if (home / version / "card.json").exists():
                write_whole(home / version / "card.json", content)
            else:
                self._write(home, version, arrays, content)
            if promote:
                write_whole(home / "current", version.encode())
            self._drop_old(name)
            saved = self.load(name, version)
        if saved is None:
            raise StorageError(f"{home / version}: vanished while it was being saved")
        return saved

    def _write(self, home: Path, version: str, arrays: Mapping[str, NDArray[Any]], card: bytes) -> None:
        draft = home / f"{_DRAFT}{secrets.token_hex(4)}"
        draft.mkdir()
        try:
            for key, array in arrays.items():
                with open(draft / f"{key}.npy", "wb") as file:
                    np.save(file, array, allow_pickle=False)
                    file.flush()
                    os.fsync(file.fileno())
            write_whole(draft / "card.json", card)
            draft.rename(home / version)
            sync_folder(home)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def load(self, name: str, version: str | None = None) -> Artifact | None:
        """See the port; arrays are read-only maps of their files.

        Raises:
            StorageError: a file of the version is damaged.
        """
        if not _NAME.fullmatch(name):
            return None
        for chosen in settling(lambda: self._current(name) if version is None else version):
            if chosen is None or not _NAME.fullmatch(chosen):
                return None
            found = self._opened(name, chosen)
            if found is not None:
                return found
        return None

    def _opened(self, name: str, chosen: str) -> Artifact | None:
        home = self.folder / name / chosen
        try:
            card = orjson.loads((home / "card.json").read_bytes())
            arrays = {key: self._map(home / f"{key}.npy") for key in card["arrays"]}
        except FileNotFoundError as error:
            if not home.exists():
                return None
            raise StorageError(f"{error.filename}: is missing; train {name} again") from error
        except (ValueError, EOFError, KeyError) as error:
            raise StorageError(f"{home}: is damaged ({error}); train {name} again") from error
        return Artifact(name, chosen, arrays, card)

    def _map(self, file: Path) -> NDArray[Any]:
        """The file as an array; all who hold it share one map, for each map counts as memory of its own."""
        key = file, file.stat().st_ino
        array = self._mapped.get(key)
        if array is None:
            self._mapped[key] = array = np.load(file, mmap_mode="r")
        return array

    def promote(self, name: str, version: str) -> None:
        """Makes a version the current one.

        Raises:
            NotFoundError: there is no such version.
        """
        with self._alone():
            if version not in self.versions(name):
                known = ", ".join(self.versions(name)) or "none"
                raise NotFoundError(f"artifact {name!r}: no version {version!r}; there are: {known}")
            write_whole(self.folder / name / "current", version.encode())

    def versions(self, name: str) -> list[str]:
        """See the port."""
        found = (card.parent.name for card in self.folder.glob(f"{name}/*/card.json"))
        return sorted((each for each in found if not each.startswith(".")), key=lambda v: self._saved_at(name, v))

    def names(self) -> list[str]:
        """Names with at least one whole version, sorted."""
        return sorted({card.parent.parent.name for card in self.folder.glob("*/[!.]*/card.json")})

    def current(self) -> Mapping[str, str]:
        """See the port."""
        if not self.folder.exists():
            return {}
        names = sorted(entry.name for entry in os.scandir(self.folder) if entry.is_dir())
        return {name: version for name in names if (version := self._current(name)) is not None}

    def wipe(self, number: Number) -> int:
        """See the port; the files are altered where they lie, so that processes that have them open see it, too."""
        wiped = 0
        with self._alone():
            self._drop_drafts("*")
            for path in self.folder.glob("*/[!.]*/card.json"):
                for matrix in orjson.loads(path.read_bytes()).get("personal", ()):
                    with storage_faults(path.parent):
                        wiped += _blanked(path.parent, matrix, number)
        return wiped

    def _alone(self) -> AbstractContextManager[None]:
        return Lease(self.folder / LOCK).hold(wait_s=_PATIENCE_S)

    def _current(self, name: str) -> str | None:
        try:
            return (self.folder / name / "current").read_text("ascii", errors="replace").strip()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _saved_at(self, name: str, version: str) -> int:
        try:
            return int(orjson.loads((self.folder / name / version / "card.json").read_bytes())["saved_at_ms"])
        except (FileNotFoundError, ValueError, KeyError):
            return 0

    def _drop_drafts(self, names: str) -> None:
        """The lease is held, so a draft is what a killed process left, of saving or of dropping."""
        for draft in self.folder.glob(f"{names}/{_DRAFT}*"):
            shutil.rmtree(draft, ignore_errors=True)

    def _drop_old(self, name: str) -> None:
        current = self._current(name)
        for version in self.versions(name)[:-KEPT_VERSIONS]:
            if version != current:
                gone = self.folder / name / f"{_DRAFT}{secrets.token_hex(4)}"
                (self.folder / name / version).rename(gone)  # in one step: nobody reads what is half removed
                shutil.rmtree(gone, ignore_errors=True)


def _blanked(home: Path, matrix: str, row: int) -> int:
    """Sets a row of a sparse matrix to nothing, in its files; returns whether there was anything, as 0 or 1."""
    starts = np.load(home / f"{matrix}_starts.npy", mmap_mode="r")
    if not 0 <= row < len(starts) - 1 or starts[row] == starts[row + 1]:
        return 0
    here = slice(int(starts[row]), int(starts[row + 1]))
    columns = np.load(home / f"{matrix}_columns.npy", mmap_mode="r+")
    values = np.load(home / f"{matrix}_values.npy", mmap_mode="r+")
    there = bool(values[here].any() or columns[here].any())
    values[here], columns[here] = 0, 0
    values.flush()
    columns.flush()
    return int(there)


def digest(arrays: Mapping[str, NDArray[Any]], options: object) -> str:
    """12 hex digits over names, types, shapes and bytes of the arrays, and the options.

    Raises:
        InputError: an array of Python objects, whose bytes mean nothing.
    """
    summed = hashlib.blake2b(
        orjson.dumps(options, option=orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY, default=str)
    )
    for key in sorted(arrays):
        array = np.ascontiguousarray(arrays[key])
        if array.dtype.hasobject:
            raise InputError(f"array {key!r} holds Python objects; only numbers, booleans and texts can be kept")
        summed.update(f"{key} {array.dtype.str} {arrays[key].shape} ".encode())
        summed.update(array.reshape(-1).view(np.uint8).data)
    return summed.hexdigest()[:12]
