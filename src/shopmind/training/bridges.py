"""From what someone chose in one part of the catalogue to what they may want in another that they never entered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import cho_factor, cho_solve

from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress
from shopmind.stores.columns import ItemColumns, TextColumn
from shopmind.training.people import people as people_of
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.sparse import best_of_rows, parts
from shopmind.training.worth import WORTH, type_weights

Floats = NDArray[np.float64]


class BridgesRecipe(Recipe):
    """Two ways over, for each ordered pair of domains that enough people chose in both of.

    By people: the ridge regression of every item of the one domain on all items of the other, B = (XᵀX + r I)⁻¹ XᵀY
    with X and Y what people chose here and there; of each row the `k` largest are kept for each domain.
    By texts: the ridge regression from the mean text vector of what a person chose here to that of what they chose
    there, both less their means, for items that nobody chose yet and goods beyond the `items` most chosen.

    Source: EMCDR, Man et al., IJCAI 2017 (a mapping learned from shared users), with texts in place of factors; the
    regression is EASE, Steck, WWW 2019, of another domain's items, where no diagonal needs to be kept out.
    """

    @dataclass(frozen=True)
    class Options:
        """by: column whose values are the domains: kind, category, brand, shop_id or an attribute. weights: event type
        → weight. half_life_days: age at which an event counts half. items: the most chosen ones of each domain; a fit
        takes the square of it in memory. most: domains, those with the most events. ridge: in units of the mean of the
        diagonal of XᵀX. text_ridge: penalty of the mapping of vectors, in people. k: goods kept of each row.
        at_least: people a pair needs.
        """

        by: str = "kind"
        weights: dict[str, float] = field(default_factory=lambda: dict(WORTH))
        half_life_days: float = 180.0
        items: int = 3_000
        most: int = 8
        ridge: float = 10.0
        text_ridge: float = 10.0
        k: int = 100
        at_least: int = 20

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """CSR `similar`: row = an item, columns = items of other domains; `weights` by event type code; and of each
        pair that has texts `pairs` (p, 2) the domains' codes in `domains`, `maps` (p, d, d), `centres` (p, 2, d).

        Raises:
            NotReadyError: the items are all of one domain, or no two domains share enough people.
        """
        codes, names = domains(tables.columns, options.by)
        if len(names) < 2:
            raise NotReadyError(f"bridges: the items have {len(names)} different {options.by}; two are needed")
        chosen, weights = _chosen(tables, options)
        sides = _sides(chosen, codes, options)
        shared = {
            (here, there): int(np.count_nonzero((sides[here].people > 0) & (sides[there].people > 0)))
            for here in sides
            for there in sides
            if here != there
        }
        pairs = [pair for pair, count in shared.items() if count >= options.at_least]
        if not pairs:
            most = max(shared.values(), default=0)
            raise NotReadyError(
                f"bridges: no two of {len(sides)} different {options.by} share {options.at_least} people who chose in "
                f"both; the most is {most}"
            )
        similar = _by_people(chosen, sides, pairs, options, progress)
        found: dict[str, NDArray[Any]] = {**parts(similar, "similar"), "weights": weights.astype(np.float32)}
        found["domains"] = np.array(names)
        found |= _by_texts(chosen, sides, pairs, tables, options)
        figures = {
            "people": {f"{names[here]} > {names[there]}": shared[here, there] for here, there in pairs},
            "items": int(np.count_nonzero(np.diff(similar.indptr))),
            "texts": "maps" in found,
        }
        return Fitted(found, figures)


def domains(columns: ItemColumns, by: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """(size,) the domain of each item that is shown, -1 for none; and the domains' names by code."""
    column = columns.column(by)
    codes = np.full(columns.size, -1, np.int64)
    if not isinstance(column, TextColumn):
        return codes, ()
    size = min(columns.size, len(column.codes))
    codes[:size] = np.where(columns.shown[:size], column.codes[:size], -1)
    return codes, column.vocabulary


@dataclass(frozen=True)
class _Side:
    """One domain: its most chosen items, and how many of all its items each person chose."""

    items: NDArray[np.int64]
    people: NDArray[np.int64]


def _chosen(tables: Tables, options: Any) -> tuple[sparse.csc_array, Floats]:
    """(people, size) sqrt of sum of weight * 0.5 ** (age / H); and the weights by event type code."""
    weights = type_weights(options.weights)
    rows = tables.events.filter(pl.col("type").is_in(np.flatnonzero(weights > 0).tolist())).drop_nulls("item")
    who = people_of(rows)
    known = who != 0
    who = np.unique(who[known], return_inverse=True)[1]
    age_days = np.maximum(0, tables.now_ms - rows["timestamp_ms"].to_numpy()[known]) / DAY_MS
    worth = weights[rows["type"].to_numpy()[known]] * np.power(0.5, age_days / options.half_life_days)
    shape = (int(who.max(initial=-1)) + 1, tables.columns.size)
    chosen = sparse.csc_array((worth, (who, rows["item"].to_numpy()[known])), shape=shape)
    chosen.sum_duplicates()
    chosen.data = np.sqrt(chosen.data)
    return chosen, weights


def _sides(chosen: sparse.csc_array, codes: NDArray[np.int64], options: Any) -> dict[int, _Side]:
    had = np.diff(chosen.indptr)
    events = np.bincount(codes[codes >= 0], had[codes >= 0])
    found = {}
    for domain in np.argsort(-events, kind="stable")[: options.most].tolist():
        inside = np.flatnonzero((codes == domain) & (had > 0))
        if len(inside):
            people = np.asarray((chosen[:, inside] > 0).sum(axis=1)).ravel()
            found[domain] = _Side(np.sort(inside[np.argsort(-had[inside], kind="stable")[: options.items]]), people)
    return found


def _by_people(
    chosen: sparse.csc_array,
    sides: dict[int, _Side],
    pairs: list[tuple[int, int]],
    options: Any,
    progress: Progress,
) -> sparse.csr_array:
    size = chosen.shape[1]
    total = sparse.csr_array(
        (np.empty(0, np.float32), (np.empty(0, np.int64), np.empty(0, np.int64))), shape=(size, size)
    )
    for done, here in enumerate(dict.fromkeys(pair[0] for pair in pairs), start=1):
        own = sides[here].items
        source = chosen[:, own]
        gram = np.asarray((source.T @ source).todense(), np.float32)
        diagonal = np.diag_indices(len(own))
        gram[diagonal] += options.ridge * float(gram[diagonal].mean()) + 1e-6
        factor = cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
        for there in [pair[1] for pair in pairs if pair[0] == here]:
            other = sides[there].items
            right = np.asarray((source.T @ chosen[:, other]).todense(), np.float32)
            small = best_of_rows(sparse.csr_array(cho_solve(factor, right, overwrite_b=True)), options.k)
            row = np.repeat(own, np.diff(small.indptr))
            total = total + sparse.csr_array((small.data, (row, other[small.indices])), shape=(size, size))
        progress("fit bridges", done, len(sides))
    total.sort_indices()
    return total


def _by_texts(
    chosen: sparse.csc_array,
    sides: dict[int, _Side],
    pairs: list[tuple[int, int]],
    tables: Tables,
    options: Any,
) -> dict[str, NDArray[Any]]:
    """Mappings of profiles; a pair whose shared people have no texts on one of the sides has none."""
    if tables.vectors is None:
        return {}
    profiles = {
        domain: profile_rows(chosen[:, side.items], tables.vectors(side.items)) for domain, side in sides.items()
    }
    kept, maps, centres = [], [], []
    for here, there in pairs:
        both = (np.abs(profiles[here]).sum(axis=1) > 0) & (np.abs(profiles[there]).sum(axis=1) > 0)
        if np.count_nonzero(both) < options.at_least:
            continue
        source, target = profiles[here][both], profiles[there][both]
        middle = np.stack([source.mean(axis=0), target.mean(axis=0)])
        source, target = source - middle[0], target - middle[1]
        gram = source.T @ source + options.text_ridge * np.eye(source.shape[1])
        kept.append((here, there))
        maps.append(np.linalg.solve(gram, source.T @ target).astype(np.float32))
        centres.append(middle.astype(np.float32))
    if not kept:
        return {}
    return {"pairs": np.array(kept, np.int64), "maps": np.stack(maps), "centres": np.stack(centres)}


def profile_rows(chosen: sparse.csc_array, vectors: NDArray[np.float32]) -> Floats:
    """(people, d) unit mean of the vectors of what each chose, weighed; zeros where there is none."""
    found: Floats = np.asarray(chosen @ np.nan_to_num(vectors.astype(np.float64)), np.float64)
    length = np.linalg.norm(found, axis=1, keepdims=True)
    unit: Floats = np.divide(found, length, out=np.zeros_like(found), where=length > 0)
    return unit
