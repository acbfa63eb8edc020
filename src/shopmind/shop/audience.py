"""Who is most likely to want an item that nobody knows yet: those who chose what reads like it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import orjson
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import HISTORY_TYPES
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotFoundError, NotReadyError
from shopmind.shop.folder import Folder
from shopmind.stores.ports import Numbers
from shopmind.training.sparse import row
from shopmind.training.worth import UNWANTED, WORTH, type_weights

ALIKE = 100
"""Goods that are read beside the item."""
HALF_LIFE_DAYS = 180.0


@dataclass(frozen=True, slots=True)
class Likely:
    """One of an audience: a pseudonym, and how much the person chose of what reads like the item."""

    user_id: str
    score: float


def audience(folder: Folder, item_id: str, n: int) -> list[Likely]:
    """The n people who chose most of what reads like the item, best first; who refuses to be personalised is left out.

    It reads the whole log: a question for a campaign, not for a page.

    Raises:
        NotFoundError: no such item.
        NotReadyError: nothing is known that is like it: the shop has no encoder, and `relations` does not know it.
    """
    number = int(folder.catalogue.numbers([item_id])[0])
    if number <= 0:
        raise NotFoundError(f"item {item_id!r}: there is no such item", field="item_id")
    items, nearness = alike(folder, number)
    if not len(items):
        raise NotReadyError(f"item {item_id!r}: nothing is known that is like it; run: shopmind train FOLDER relations")
    events = folder.events.table([kind for kind in HISTORY_TYPES if kind not in UNWANTED])
    people, scores = wanting(events.drop_nulls(["user", "item"]), items, nearness, folder.clock())
    table = folder.users.table()
    ids = dict(zip(table["number"].to_list(), table["user_id"].to_list(), strict=True))
    refused = {
        number
        for number, consent in zip(table["number"].to_list(), table["consent"].to_list(), strict=True)
        if orjson.loads(consent).get("personalise") is False
    }
    best = [at for at in np.lexsort((people, -scores)).tolist() if int(people[at]) not in refused]
    return [Likely(ids[int(people[at])], float(scores[at])) for at in best[:n]]


def alike(folder: Folder, number: int) -> tuple[Numbers, NDArray[np.float32]]:
    """Other goods of the item's kind by how alike their texts are, above the average; without an encoder or a vector
    what `relations` holds for substitutes."""
    columns = folder.catalogue.columns()
    if folder.encoder is not None:
        vector = folder.vector_index.vectors(np.array([number]))[0]
        if np.isfinite(vector).all():
            item = folder.catalogue.get([number])[0]
            allowed = columns.shown & columns.kinds(("product",) if item is None else (item.kind,))
            allowed[number] = False
            found, cosines = folder.vector_index.search(vector, ALIKE, allowed=allowed)
            mean = min(float(folder.vector_index.centre() @ vector), 0.99)
            nearness = (cosines - mean) / (1 - mean)
            return found[nearness > 0], np.asarray(nearness[nearness > 0], np.float32)
    artifact = folder.artifacts.load("relations")
    if artifact is None:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    found, values = row(artifact.arrays, "substitutes", number)
    return found.astype(np.int64), np.asarray(values, np.float32)


def wanting(
    events: pl.DataFrame, items: Numbers, nearness: NDArray[np.float32], now_ms: int
) -> tuple[Numbers, NDArray[np.float64]]:
    """User numbers and scores: sum over the items of nearness * ln(1 + sum over events of weight * 0.5 ** (age / H)).

    Source: the weights of EASE's interest (training/ease.py) over neighbours by text, as content-based filtering;
    the logarithm keeps one staple from deciding.
    """
    order = np.argsort(items)
    known = events.filter(pl.col("item").is_in(items.tolist()))
    age_days = np.maximum(0, now_ms - known["timestamp_ms"].to_numpy()) / DAY_MS
    worth = type_weights(WORTH)[known["type"].to_numpy()] * np.power(0.5, age_days / HALF_LIFE_DAYS)
    place = order[np.searchsorted(items[order], known["item"].to_numpy())]
    users, back = np.unique(known["user"].to_numpy(), return_inverse=True)
    pairs, where = np.unique(back * len(items) + place, return_inverse=True)
    interest = np.log1p(np.bincount(where, worth, minlength=len(pairs)))
    scores = np.bincount(pairs // len(items), interest * nearness[pairs % len(items)], minlength=len(users))
    kept = scores > 0
    return users[kept].astype(np.int64), scores[kept].astype(np.float64)
