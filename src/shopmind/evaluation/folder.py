"""A shop, or a data folder opened as a temporary one."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from shopmind import shop as shops
from shopmind.kit.errors import InputError, NotFoundError
from shopmind.kit.progress import Progress, silent
from shopmind.settings import FILE
from shopmind.shop import Shop, fitting

READERS: dict[str, Callable[[Path], pl.DataFrame]] = {
    ".parquet": pl.read_parquet,
    ".csv": lambda path: pl.read_csv(path, infer_schema=False),  # "007" is an id, not a number
    ".ndjson": pl.read_ndjson,
}
"""Suffixes of data files, in the order they are looked for."""


@dataclass(frozen=True)
class Source:
    """What is evaluated: a shop and the tables beside it that no store keeps.

    Attributes:
        folder: where the tables are.
    """

    shop: Shop
    folder: Path

    def table(self, name: str) -> pl.DataFrame | None:
        """The data file `name`, or None when the folder has none."""
        return read_table(self.folder, name)


@contextlib.contextmanager
def opened(source: Shop | Path | str, progress: Progress = silent, *, scenario: str | None = None) -> Iterator[Source]:
    """A folder with shop.toml is a shop, any other a data folder: it becomes a shop in the system's temporary folder
    (TMPDIR), indexed and thrown away afterwards.

    Args:
        scenario: the new shop is trained in what this scenario needs, as `shopmind train` does with its catalogue and
            log; judgments are not seen.

    Raises:
        NotFoundError: there is no such folder.
        InputError: the folder is neither a shop nor has it an items file.
    """
    if isinstance(source, Shop):
        yield Source(source, source.path)
        return
    folder = Path(source)
    if not folder.is_dir():
        raise NotFoundError(f"{folder}: there is no such folder", field="folder")
    if (folder / FILE).is_file():
        with shops.open(folder) as shop:
            yield Source(shop, folder)
        return
    if not any((folder / f"items{suffix}").is_file() for suffix in READERS):
        raise InputError(f"{folder}: neither a shop (no {FILE}) nor a data folder (no items file)", field="folder")
    with tempfile.TemporaryDirectory(prefix="shopmind-evaluate-") as scratch:
        with shops.create(Path(scratch) / "shop", name=folder.name) as shop:
            shop.ingest(folder, progress=progress)
        with shops.open(Path(scratch) / "shop") as shop:  # opened again: the encoder is chosen by the catalogue
            shop.index(progress)
            if scenario is not None:
                shop.train(fitting.needed([shop.scenarios[scenario]]), progress)
            yield Source(shop, folder)


def read_table(folder: Path, name: str) -> pl.DataFrame | None:
    """The data file called `name`, whatever its format; None when there is none."""
    for suffix, read in READERS.items():
        path = folder / f"{name}{suffix}"
        if path.is_file():
            return read(path)
    return None
