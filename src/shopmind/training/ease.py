"""What to expect of a person from everything the person chose: one linear model of all items at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse
from scipy.linalg import lapack

from shopmind.domain import History
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import NotReadyError
from shopmind.kit.progress import Progress
from shopmind.training.people import people as people_of
from shopmind.training.recipe import Fitted, Recipe, Tables
from shopmind.training.sparse import parts, weighed
from shopmind.training.worth import WORTH, type_weights


class EaseRecipe(Recipe):
    """Item-to-item weights of the ridge regression of every item on all others, over the most chosen items.

    Source: EASE, Steck, WWW 2019: with G = XᵀX + ridge * I and P = inverse of G, B_ij = -P_ij / P_jj, B_ii = 0, and
    score = x B. X holds interest (below). Of each row the `k` largest weights by size are kept.
    The artifact holds items only, no people.
    """

    @dataclass(frozen=True)
    class Options:
        """weights: event type → weight. half_life_days: age at which an event counts half. items: the most chosen ones,
        a fit takes memory and time of their square and cube. ridge: added to G, in units of the mean of its diagonal.
        k: weights kept of one item. at_least: people who chose two of the items or more.
        """

        weights: dict[str, float] = field(default_factory=lambda: dict(WORTH))
        half_life_days: float = 180.0
        items: int = 3_000
        ridge: float = 5.0
        k: int = 300
        at_least: int = 20

    def fit(self, tables: Tables, options: Any, *, seed: int, progress: Progress) -> Fitted:
        """CSR `similar`: row = an item, columns = what it speaks for or against; `rarity` by item number; `weights`.

        Raises:
            NotReadyError: too few people chose more than one item.
        """
        arrays, people = fit_ease(tables.events, tables.now_ms, tables.columns.size, options)
        progress("fit ease", 1, 1)
        return Fitted(arrays, {"people": people, "items": int(np.count_nonzero(arrays["rarity"]))})


def fit_ease(
    events: pl.DataFrame, now_ms: int, size: int, options: EaseRecipe.Options
) -> tuple[dict[str, NDArray[Any]], int]:
    """The arrays of EaseRecipe from the events before `now_ms`, and how many people they come from."""
    weights = type_weights(options.weights)
    kept = events.filter(pl.col("type").is_in(np.flatnonzero(weights > 0).tolist())).drop_nulls("item")
    who = people_of(kept)
    known = who != 0
    who = np.unique(who[known], return_inverse=True)[1]
    items = kept["item"].to_numpy()[known]
    age_days = (now_ms - kept["timestamp_ms"].to_numpy()[known]) / DAY_MS
    worth = weights[kept["type"].to_numpy()[known]] * np.power(0.5, np.maximum(0, age_days) / options.half_life_days)
    shape = (int(who.max(initial=-1)) + 1, size)
    chosen = sparse.csr_array((worth, (who, items)), shape=shape)  # equal places are added up
    chosen.sum_duplicates()
    many = np.diff(chosen.indptr) >= 2
    people = int(np.count_nonzero(many))
    if people < options.at_least:
        raise NotReadyError(f"ease: {people} people chose more than one item; {options.at_least} are needed")
    chosen = sparse.csr_array(chosen[many])
    had = np.bincount(chosen.indices, minlength=size)
    numbers = np.sort(np.argsort(-had, kind="stable")[: min(options.items, int(np.count_nonzero(had)))])
    rarity = np.zeros(size, np.float32)
    rarity[numbers] = np.log1p(people / (1 + had[numbers]))
    interest = sparse.csr_array(chosen.tocsc()[:, numbers])
    interest.data = np.sqrt(interest.data) * rarity[numbers][interest.indices]
    small = strongest(regressed(interest, options.ridge), options.k)
    place = np.repeat(numbers, np.diff(small.indptr))
    similar = sparse.csr_array((small.data, (place, numbers[small.indices])), shape=(size, size))
    return {**parts(similar, "similar"), "rarity": rarity, "weights": weights.astype(np.float32)}, people


def interest_of(
    arrays: Mapping[str, NDArray[Any]], history: History, now_ms: int, half_life_days: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Items of a user that the model knows, and the interest in each: rarity * sqrt(sum of weight * 0.5 ** (age / H)).

    Source: as in TF-IDF, with rarity = ln(1 + people / (1 + people who chose it)).
    """
    rarity = arrays["rarity"]
    age_days = np.maximum(0, now_ms - history.times_ms) / DAY_MS
    worth = np.asarray(arrays["weights"], np.float64)[history.types] * np.power(0.5, age_days / half_life_days)
    items, place = np.unique(history.items, return_inverse=True)
    strength = np.sqrt(np.bincount(place, worth, minlength=len(items)))
    known = items < len(rarity)
    items, strength = items[known], strength[known] * rarity[items[known]]
    return items[strength > 0], strength[strength > 0]


def expected(
    arrays: Mapping[str, NDArray[Any]], items: NDArray[np.int64], interest: NDArray[np.float64], size: int
) -> NDArray[np.float32]:
    """(size,) what the model expects of each item, also against it (below 0); 0 where it knows nothing."""
    return weighed(arrays, "similar", items, interest, size)


def regressed(interest: sparse.csr_array, ridge: float) -> NDArray[np.float32]:
    """Dense B of EASE from a matrix of people, or orders, and items; `ridge` in units of the mean of the diagonal."""
    gram = np.asarray((interest.T @ interest).todense(), np.float32)
    size = len(gram)
    diagonal = np.diag_indices(size)
    gram[diagonal] += ridge * float(gram[diagonal].mean()) + 1e-6
    factor, _ = lapack.spotrf(gram, lower=1, overwrite_a=1)
    inverse, _ = lapack.spotri(factor, lower=1, overwrite_c=1)
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    weights: NDArray[np.float32] = -inverse / inverse[diagonal]
    weights[diagonal] = 0
    return weights


def strongest(weights: NDArray[np.float32], k: int) -> sparse.csr_array:
    """Of each row the k weights that are largest by size."""
    if k < weights.shape[1]:
        size = np.abs(weights)
        least = np.partition(size, size.shape[1] - k, axis=1)[:, size.shape[1] - k]
        weights = np.where(size >= least[:, None], weights, 0)
    return sparse.csr_array(weights)
