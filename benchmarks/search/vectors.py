"""The vectors of a set, made once by the encoder that a shop with these items chooses, and the same for every system.

`python -m benchmarks.search.vectors FOLDER` writes them beside the items. Encoding is measured here and is part of no
system's building.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import shopmind
from shopmind import shop as shops
from shopmind.encoders.cache import encode_cached
from shopmind.indexing.documents import passage

FILES = ("vectors.db", "vectors.npy", "encoder.json")


def make(folder: Path) -> None:
    """Writes vectors.db (the cache of a shop's folder), vectors.npy (n, d) in the items' order and encoder.json."""
    with tempfile.TemporaryDirectory(prefix="shopmind-bench-") as scratch:
        place = Path(scratch) / "shop"
        with shops.create(place, name="bench") as shop:
            shop.ingest(folder)
        if (folder / "vectors.db").is_file():
            (place / "vectors").mkdir(exist_ok=True)
            shutil.copy(folder / "vectors.db", place / "vectors" / "cache.db")
        with shopmind.open(place) as shop:
            _encode(shop, folder)
        shutil.copy(place / "vectors" / "cache.db", folder / "vectors.db")


def _encode(shop: shopmind.Shop, folder: Path) -> None:
    encoder, cache = shop.folder.encoder, shop.folder.vector_cache
    if encoder is None:
        raise SystemExit(f"search is compared with an encoder: {shop.folder.encoder_missing}")
    import polars as pl

    ids = pl.read_parquet(folder / "items.parquet", columns=["item_id"])["item_id"].to_list()
    passages = [passage(item) for item in shop.catalogue.get(shop.catalogue.numbers(ids)) if item is not None]
    if len(passages) != len(ids):
        raise SystemExit(f"{len(ids) - len(passages)} items of {folder.name} were refused by ingest")
    before, start = len(cache), time.perf_counter()
    vectors = encode_cached(encoder, passages, cache, threads=shop.settings.threads)
    seconds, made = time.perf_counter() - start, len(cache) - before
    np.save(folder / "vectors.npy", vectors)
    file = folder / "encoder.json"
    told = json.loads(file.read_text()) if file.is_file() else {}
    told |= {"spec": encoder.name, "version": encoder.version, "distinct_texts": len(cache)}
    if made > 0.9 * len(set(passages)):
        told |= {"seconds": round(seconds, 1), "texts_per_s": round(made / seconds)}
    file.write_text(json.dumps(told))


if __name__ == "__main__":
    make(Path(sys.argv[1]))
