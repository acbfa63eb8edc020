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


def uniforms(seed: int, hashes: NDArray[np.uint64]) -> NDArray[np.float64]:
    """A uniform number in (0, 1) for each hash: (n,) float64, the same for the same seed and hash whatever else is
    asked for, so that what comes or goes beside a thing does not change its lot.

    Source: the output function of SplitMix64, Steele, Lea and Flood, Fast splittable pseudorandom number generators,
    OOPSLA 2014.
    """
    mixed = hashes.astype(np.uint64) ^ np.uint64(hash64(f"uniforms {seed}"))
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return ((mixed >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53
