"""Randomness as an argument: named streams from one seed, and hashes that stand in for chance."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


def generator(seed: int, *names: object) -> np.random.Generator:
    """A random stream of its own for each tuple of names, so that adding one never shifts another."""
    return np.random.default_rng([seed, hash64("\x1f".join(map(str, names)))])


def hash64(text: str) -> int:
    """A stable unsigned 64-bit hash of a text (BLAKE2b), the same in every process and on every machine."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def hash64_all(texts: Iterable[str]) -> NDArray[np.uint64]:
    """`hash64` of each text: (n,) uint64. Ids in order of arrival leak; ties are broken by this instead."""
    return np.fromiter((hash64(text) for text in texts), dtype=np.uint64)
