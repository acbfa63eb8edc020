"""Who holds what: an event table as a sparse matrix of owners and items."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy import sparse

from shopmind.domain import EVENT_TYPES, EventType
from shopmind.kit.seeds import generator


def codes(types: tuple[EventType, ...]) -> list[int]:
    """Positions in EVENT_TYPES."""
    return [EVENT_TYPES.index(kind) for kind in types]


def held(pairs: pl.DataFrame, size: int, most: int, seed: int) -> sparse.csr_array:
    """(owners, size) matrix of the columns owner, item, worth (float) and last_ms; equal pairs keep the largest worth.

    Args:
        most: items of one owner; of a larger one the newest are kept, equal times by chance of `seed`.
    """
    pairs = pairs.group_by("owner", "item").agg(pl.col("worth").max(), pl.col("last_ms").max()).sort("owner", "item")
    owner = pairs["owner"].rank("dense").to_numpy().astype(np.int64) - 1
    items, worth = pairs["item"].to_numpy(), pairs["worth"].to_numpy().astype(np.float32)
    lengths = np.bincount(owner)
    if lengths.max(initial=0) > most:
        chance = generator(seed, "held").random(len(owner))
        order = np.lexsort((chance, -pairs["last_ms"].to_numpy(), owner))
        place = np.arange(len(owner)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        kept = np.sort(order[place < most])
        owner, items, worth = owner[kept], items[kept], worth[kept]
    return sparse.csr_array((worth, (owner, items)), shape=(len(lengths), size))
