"""Takes an adapted encoder into use without a gap: its vectors are made beside the old ones, then both are switched."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

from shopmind import encoders
from shopmind.indexing import Indexer
from shopmind.kit.errors import NotFoundError, StorageError
from shopmind.kit.log import note
from shopmind.kit.progress import Progress, silent
from shopmind.shop.folder import ADAPTED, ARTIFACTS, ENCODER, ENCODER_ARTIFACT, VECTORS, Folder, serving, vector_index
from shopmind.stores.lease import Lease

logger = logging.getLogger(__name__)

LEASE = "adopting.lease"


def waiting(folder: Folder) -> str:
    """Version of the promoted encoder that does not answer yet; "" when none waits.

    A shop whose settings name an encoder stays with it; one that says "auto" takes what was adapted for it.
    """
    if folder.settings.encoder != "auto":
        return ""
    promoted = folder.artifacts.current().get(ENCODER_ARTIFACT, "")
    return "" if promoted == serving(folder.database) else promoted


def adopt(folder: Folder, *, wait_s: float, progress: Progress = silent) -> bool:
    """Indexes the catalogue with the encoder that waits, and switches to it when every item has its vector.

    Until then, and after a kill at any point, the old encoder answers from the old index; what was indexed before a
    kill is not indexed again. The switch is one record, and a process takes up encoder and index together.

    Returns:
        Whether another encoder answers now; False too when the artifact cannot be opened, which is logged.
    """
    version = waiting(folder)
    if not version:
        return False
    try:
        encoder = encoders.load(f"artifact:{folder.path / ARTIFACTS / ENCODER_ARTIFACT / version}")
    except (NotFoundError, StorageError) as error:
        note(logger, logging.WARNING, "the promoted encoder cannot be opened", version=version, why=error.message)
        return False
    index = vector_index(folder.path, encoder, version)
    indexer = Indexer(
        folder.catalogue, folder.text_index, index, encoder, folder.vector_cache, threads=folder.settings.threads
    )
    with Lease(folder.path / VECTORS / LEASE).hold(wait_s=wait_s):
        indexer.catch_up_meaning(progress)  # takes long, so nobody is kept from indexing what answers meanwhile
        with folder.lease.hold(wait_s=wait_s):
            indexer.catch_up_meaning(progress)
            before = folder.records.get(*ENCODER) or {}
            folder.records.put(*ENCODER, {**before, "adapted": version})
        _drop(folder.path / VECTORS, keep={version, str(before.get("adapted", ""))})
    return True


def _drop(vectors: Path, keep: set[str]) -> None:
    """Indexes of older adapted encoders; the last one stays, for processes that have not looked yet."""
    for home in vectors.glob(f"{ADAPTED}*"):
        if home.name.removeprefix(ADAPTED) not in keep:
            shutil.rmtree(home, ignore_errors=True)
