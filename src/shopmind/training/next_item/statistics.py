"""What the signals are made of: every matrix and table, from the events that may be known."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import scipy  # its parts are loaded when they are first named
from numpy.typing import NDArray
from scipy import sparse

from shopmind.kit.progress import silent
from shopmind.kit.seeds import generator
from shopmind.training.baskets import held
from shopmind.training.neighbours import neighbours
from shopmind.training.next_item import walks
from shopmind.training.next_item.explained import explained
from shopmind.training.next_item.walks import Sequences
from shopmind.training.sparse import best_of_rows, parts

SEVERAL = 1.2
"""Items of an order, on average, below which orders say nothing of what goes together."""


@dataclass(frozen=True)
class Shape:
    """How the statistics are made.

    window: steps between two events that still count as following each other. back: what coming before counts beside
    coming after. tilt: see walks.tempered. shrink, people_tilt: see neighbours.neighbours. k: entries kept of one item
    in each walk. factors: dimensions of the factors. alike: text neighbours that smooth. least_alike: their least
    cosine. newest: events of one user that make statistics. sure: see walks.following. worth, penalty, explaining:
    see explained.explained, its ridge and its k. like: neighbours of one item whose likeness is kept. k_in_orders:
    entries kept of items of the same orders. largest_order: items of one order that count.
    """

    window: int = 10
    back: float = 0.5
    tilt: float = 0.2
    shrink: float = 5.0
    people_tilt: float = 0.5
    k: int = 100
    factors: int = 256
    alike: int = 20
    least_alike: float = 0.5
    newest: int = 200
    sure: float = 2.0
    worth: float = 2.5
    penalty: float = 50.0
    explaining: int = 100
    like: int = 100
    k_in_orders: int = 50
    largest_order: int = 200


@dataclass(frozen=True, slots=True)
class Goods:
    """What items say of themselves, whoever takes them.

    Attributes:
        traits: see meaning.traits.
        alike: see meaning.alike, rows summing to 1.
        likeness: see wording.likeness.
    """

    traits: sparse.csr_array
    alike: sparse.csr_array
    likeness: sparse.csr_array


def statistics(
    sequences: Sequences, goods: Goods, shape: Shape, seed: int, needed: Collection[str]
) -> dict[str, NDArray[Any]]:
    """The arrays that Signals reads.

    Args:
        goods: what items say of themselves.
        needed: see evidence.needed.
    """
    owned = sequences.held()
    arrays: dict[str, NDArray[Any]] = {"popular": np.log1p(np.asarray(owned.sum(axis=0)).ravel()).astype(np.float32)}
    rules = owned[:0]
    if {"factors", "rules", "before"} & set(needed):
        forward = walks.followed(sequences, shape.window)  # the largest of all, so it goes before others come
        if "factors" in needed:
            arrays |= factors(forward, shape.factors, seed)
        rules = best_of_rows(walks.rules(forward, shape.back, shape.tilt), shape.k)
        del forward
    makers: Mapping[str, Callable[[], sparse.csr_array]] = {
        "rules": lambda: rules,
        "neighbours": lambda: neighbours(
            owned, shape.k, tilt=shape.people_tilt, shrink=shape.shrink, at_least=1, progress=silent, title=""
        ),
        "alike": lambda: goods.alike,
        "before": lambda: sparse.csr_array(rules.T),
        "following": lambda: walks.following(sequences, shape.sure),
        "explained": lambda: explained(
            owned, goods.likeness, worth=shape.worth, ridge=shape.penalty, k=shape.explaining
        ),
        "traits": lambda: goods.traits,
        "having": lambda: sparse.csr_array(goods.traits.T),
        "likeness": lambda: goods.likeness,
    }
    for name, make in makers.items():
        if name in needed:
            arrays |= parts(make(), name)
    return arrays


def several(lines: pl.DataFrame) -> bool:
    """Whether orders hold several items, so that they say what goes together.

    Args:
        lines: of hold_out.doings.
    """
    pairs = lines.drop_nulls("order").select("order", "item").unique()
    return pairs.height >= SEVERAL * max(1, pairs["order"].n_unique())


def in_orders(lines: pl.DataFrame, size: int, shape: Shape, seed: int) -> dict[str, NDArray[Any]]:
    """`together`: cosine of items by the orders that hold both."""
    pairs = lines.drop_nulls("order").select(
        owner="order", item="item", worth=pl.lit(1.0, pl.Float32), last_ms=pl.lit(0, pl.Int64)
    )
    orders = held(pairs, size, shape.largest_order, seed)
    found = neighbours(orders, shape.k_in_orders, tilt=0.5, shrink=shape.shrink, at_least=1, progress=silent, title="")
    return parts(found, "together")


def factors(forward: sparse.csr_array, dimensions: int, seed: int) -> Mapping[str, NDArray[np.float16]]:
    """Low-rank form of what goes together, both directions alike: `left` and `right`, (size, d).

    Source: randomised range finding, Halko, Martinsson, Tropp, SIAM Review 2011, with two power iterations kept apart
    by LU (as scikit-learn does; QR takes twelve times as long), of D^-1/2 (F + Fᵀ) D^-1/2 with D = row sums + 5. What a
    history h expects is, but for a constant, D^-0.1 V (S Uᵀ D^-1/2 h).
    """
    both = sparse.csr_array(forward + forward.T).astype(np.float32)
    sums = np.asarray(both.sum(axis=1)).ravel() + 5
    scale = sparse.diags_array((1 / np.sqrt(sums)).astype(np.float32))
    matrix = sparse.csr_array(scale @ both @ scale).astype(np.float32)
    size = matrix.shape[0]
    rank = min(dimensions, size)
    found = matrix @ generator(seed, "factors").standard_normal((size, min(rank + 10, size))).astype(np.float32)
    for _ in range(2):
        found = matrix @ (matrix.T @ scipy.linalg.lu(found, permute_l=True, check_finite=False)[0])
    basis = np.linalg.qr(found)[0]
    small = np.asarray(basis.T @ matrix)
    strength, turn = np.linalg.eigh(small @ small.T)  # the wide matrix's own decomposition costs ten times as much
    strongest = np.argsort(-strength)[:rank]
    values = np.sqrt(np.maximum(strength[strongest], 1e-12))
    turn = turn[:, strongest]
    left, right = basis @ turn * values, (turn.T @ small) / values[:, None]
    return {
        "left": _half(left / np.sqrt(sums)[:, None]),
        "right": _half(right.T * (sums**-0.1)[:, None]),
    }


def _half(matrix: NDArray[np.floating]) -> NDArray[np.float16]:
    """In half precision, the largest entry 1: only the order of scores counts, and small entries keep their digits."""
    return np.ascontiguousarray(matrix / max(float(np.abs(matrix).max(initial=0)), 1e-12)).astype(np.float16)
