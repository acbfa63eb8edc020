"""What a figure was made with: the version of the data and the version of the code."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import shopmind
from shopmind.shop import Shop


def data_version(shop: Shop) -> dict[str, Any]:
    """event_number and change: the newest of both; events: how many; digest: of these and the log's time range.

    The log only grows but for erasure, and every write of an item, user or link raises the change number: equal digests
    mean the same data but for erasures that were made up for by as many events at the ends of the same range.
    """
    number, change, events, span = (
        shop.events.last_number(),
        shop.catalogue.last_change(),
        shop.events.count(),
        shop.events.time_range(),
    )
    digest = hashlib.blake2b(repr((number, change, events, span)).encode(), digest_size=6).hexdigest()
    return {"event_number": number, "change": change, "events": events, "digest": digest}


@cache
def code_version() -> str:
    """VERSION+DIGEST, a digest over the package's own sources: it tells code that was changed in place too."""
    folder = Path(shopmind.__file__).parent
    summed = hashlib.blake2b(digest_size=6)
    for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.toml")]):
        summed.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return f"{shopmind.__version__}+{summed.hexdigest()}"
