"""A catalogue made larger by seeded edits of words, sizes and brands: neighbours that are alike but not the same.

Copies would tell nothing: they tie, and recall of ties means nothing. Each new item is one item with words of a second
one in the place of its own. Its vector is mixed of the two items' encoded vectors in the same share, with a little
noise: encoding a million texts on two cores takes an hour, and the index does not know the difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks.search.peers.peer import Goods
from shopmind.kit.seeds import generator

CHUNK = 50_000
LONGEST_DESCRIPTION = 30
NOISE = 0.1
"""Length of the noise beside a vector of length 1."""

_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True)
class Edited:
    """One new item.

    Attributes:
        share: how much of the title is not the base's own, in 0..1.
    """

    title: str
    brand: str
    description: str
    share: float


class Texts:
    """The words that items are made of."""

    def __init__(self, goods: Goods) -> None:
        self.titles = [title.split() for title in goods.titles]
        self.brands = goods.brands
        self.descriptions = [text.split()[:LONGEST_DESCRIPTION] for text in goods.descriptions]

    def edited(self, base: int, second: int, chance: np.random.Generator) -> Edited:
        """The item `base` with other numbers, one to four words of `second` (fewer in a short title) and, half the
        time, its brand.
        """
        words, others = list(self.titles[base]), self.titles[second]
        draws = chance.random(16)
        changed = 0
        brand = self.brands[base]
        if draws[0] < 0.5 and self.brands[second]:
            brand = self.brands[second]
            own = self.brands[base].split()
            if own and words[: len(own)] == own:
                words[: len(own)] = brand.split()
                changed += len(own)
        for place, word in enumerate(words[:6]):
            if draws[1 + place] < 0.6 and _DIGITS.search(word):
                shift = 1 + int(draws[7 + place] * 97)
                words[place] = _DIGITS.sub(partial(_moved, shift), word)
                changed += 1
        if others:
            for pick in chance.integers(0, 1 << 30, 1 + int(draws[15] * min(4, len(words) / 3))).tolist():
                place, word = pick % (len(words) + 1), others[pick % len(others)]
                words[place : place + 1] = [word]
                changed += 1
        description = list(self.descriptions[base])
        if description and self.descriptions[second]:
            for pick in chance.integers(0, 1 << 30, 3).tolist():
                theirs = self.descriptions[second]
                description[pick % len(description)] = theirs[pick % len(theirs)]
        return Edited(" ".join(words), brand, " ".join(description), min(1.0, changed / max(1, len(words))))


def grow(goods: Goods, size: int, folder: Path, *, seed: int = 0) -> dict[str, float]:
    """Writes a data folder of `size` items with vectors.npy in their order.

    Returns:
        Shares of distinct titles and of distinct words a title, for the report.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = Texts(goods)
    own = np.asarray(goods.vectors)
    vectors = np.lib.format.open_memmap(folder / "vectors.npy", "w+", np.float32, (size, own.shape[1]))
    frames = []
    for start, bases, seconds, chance in _chunks(len(goods.ids), size, seed):
        made = [texts.edited(base, second, chance) for base, second in zip(bases, seconds, strict=True)]
        share = np.array([each.share for each in made], np.float32)[:, None]
        vectors[start : start + len(made)] = _mixed(own, bases, seconds, share, chance)
        frames.append(
            pl.DataFrame(
                {
                    "item_id": [f"g{number}" for number in range(start, start + len(made))],
                    "kind": "product",
                    "title": [each.title for each in made],
                    "brand": [each.brand or None for each in made],
                    "description": [each.description for each in made],
                },
                schema_overrides={"brand": pl.String},
            )
        )
    vectors.flush()
    items = pl.concat(frames)
    items.write_parquet(folder / "items.parquet")
    return {"distinct_titles": round(items["title"].n_unique() / size, 4)}


def _chunks(
    items: int, size: int, seed: int
) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.int64], np.random.Generator]]:
    for start in range(0, size, CHUNK):
        chance = generator(seed, f"grown catalogue {start}")
        count = min(CHUNK, size - start)
        bases = np.arange(start, start + count) % items
        yield start, bases, chance.integers(0, items, count), chance


def _mixed(
    own: NDArray[np.float32],
    bases: NDArray[np.int64],
    seconds: NDArray[np.int64],
    share: NDArray[np.float32],
    chance: np.random.Generator,
) -> NDArray[np.float32]:
    noise = chance.standard_normal((len(bases), own.shape[1]), np.float32) * np.float32(NOISE / own.shape[1] ** 0.5)
    made = (1 - share) * own[bases] + share * own[seconds] + noise
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    return np.asarray(made, np.float32)


def _moved(shift: int, found: re.Match[str]) -> str:
    """Another number of as many digits."""
    digits = found[0]
    return str((int(digits[:15]) + shift) % 10 ** min(len(digits), 15)).zfill(min(len(digits), 15))
