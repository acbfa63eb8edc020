"""A consistent copy of a shop while it serves, and back.

What is derived (text and vector index, vector cache) is left out: the next opening makes it again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
from pathlib import Path
from typing import Any

import orjson

import shopmind
from shopmind.kit.clock import format_time
from shopmind.kit.errors import InputError, NotFoundError, StorageError
from shopmind.kit.files import storage_faults, sync_folder, write_whole
from shopmind.operations.messages.campaigns import FILE as CAMPAIGNS
from shopmind.operations.messages.rendering import FOLDER as WORDS
from shopmind.operations.strategy.rules import FILE as RULES
from shopmind.settings import FILE
from shopmind.shop import Shop
from shopmind.shop.folder import ARTIFACTS, DATABASE, EXPERIMENTS, REJECTED, SCENARIOS, SECRET
from shopmind.shop.postbox import FILE as MESSAGES
from shopmind.stores.folder_artifacts import LOCK
from shopmind.stores.lease import Lease

MANIFEST = "backup.json"
PATIENCE_S = 60.0
"""For a training that is just saving what it learned."""


def backup(shop: Shop, target: Path) -> dict[str, Any]:
    """Copies the shop to the new folder `target`, whole or not there; returns the manifest.

    The pseudonym key is copied too: without it nobody could be recognised or forgotten again. Keep backups private.

    Raises:
        InputError: the target exists.
        StorageError: it cannot be written.
    """
    if target.exists():
        raise InputError(f"{target}: exists already; a backup is a new folder", field="target")
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    with storage_faults(target):
        try:
            draft.mkdir(parents=True, mode=0o700)
            shop.folder.database.backup(draft / DATABASE)
            if shop.postbox.used:
                shop.postbox.outbox.backup(draft / MESSAGES)
                os.chmod(draft / MESSAGES, 0o600)
            for name in (FILE, SECRET, REJECTED, RULES, CAMPAIGNS):
                _copy(shop.path / name, draft / name)
            with Lease(shop.path / ARTIFACTS / LOCK).hold(wait_s=PATIENCE_S):  # nothing is saved or dropped meanwhile
                _copy_folder(shop.path / ARTIFACTS, draft / ARTIFACTS)
            for name in (SCENARIOS, EXPERIMENTS, WORDS):
                _copy_folder(shop.path / name, draft / name)
            files = sorted(file for file in draft.rglob("*") if file.is_file())
            manifest = {
                "shopmind": shopmind.__version__,
                "made_at": format_time(shop.folder.clock()),
                "files": {str(file.relative_to(draft)): _digest(file) for file in files},
            }
            write_whole(draft / MANIFEST, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
            os.replace(draft, target)
            sync_folder(target.parent)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return manifest


def restore(source: Path, target: Path) -> dict[str, Any]:
    """Makes the new folder `target` the shop that was backed up in `source`; returns the manifest.

    Raises:
        NotFoundError: the source is no backup.
        InputError: the target exists.
        StorageError: a file of the backup is missing or was altered.
    """
    if not (source / MANIFEST).is_file():
        raise NotFoundError(f"{source}: not a backup, it has no {MANIFEST}")
    if target.exists():
        raise InputError(f"{target}: exists already; restore into a new folder", field="target")
    manifest: dict[str, Any] = orjson.loads((source / MANIFEST).read_bytes())
    for name, digest in manifest["files"].items():
        file = source / name
        if not file.is_file():
            raise StorageError(f"{file}: is missing from the backup")
        if _digest(file) != digest:
            raise StorageError(f"{file}: is not what was backed up (its digest differs)")
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    with storage_faults(target):
        try:
            shutil.copytree(source, draft, ignore=shutil.ignore_patterns(MANIFEST))
            os.replace(draft, target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return manifest


def _copy_folder(source: Path, target: Path) -> None:
    """Without what is being written: drafts and leases have names that begin with a dot."""
    if source.is_dir():
        shutil.copytree(source, target, copy_function=_copy, ignore=shutil.ignore_patterns(".*"))


def _copy(source: Path | str, target: Path | str) -> None:
    """Nothing of a file that is not there, or that somebody takes away just now."""
    with contextlib.suppress(FileNotFoundError):
        shutil.copy2(source, target)


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
