"""Which two or three goods often stand in one order: frequent sets, counted by products of sparse matrices.

Source: Agrawal, Srikant, Fast algorithms for mining association rules, VLDB 1994 (Apriori): a set can only be frequent
when all its parts are, so triples are looked for among the orders of frequent pairs alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from shopmind.kit.progress import Progress, silent

WORK_A_BLOCK = 10_000_000
"""Pairs of lines counted at once: about 120 MB."""


@dataclass(frozen=True, slots=True)
class Itemsets:
    """Sets of one size, and how many orders hold them.

    Attributes:
        items: (n, size) int32 item numbers, rising in each row; rows in no order.
        orders: (n,) int64.
    """

    items: NDArray[np.int32]
    orders: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.orders)


def ones(holding: sparse.csr_array, at_least: int) -> tuple[sparse.csr_array, NDArray[np.int64]]:
    """The matrix of orders with the items that `at_least` orders hold, every line counting 1, and (size,) the orders
    of every item."""
    counts = np.bincount(holding.indices, minlength=holding.shape[1])
    kept = counts[holding.indices] >= at_least
    starts = np.concatenate([[0], np.cumsum(kept)])[holding.indptr]
    columns = holding.indices[kept]
    return sparse.csr_array((np.ones(len(columns), np.float32), columns, starts), shape=holding.shape), counts


def pairs(holding: sparse.csr_array, at_least: int, *, progress: Progress = silent) -> Itemsets:
    """Every two items that `at_least` orders hold both of.

    Args:
        holding: (orders, size) 1 for each line, as `ones` makes it.
    """
    by_item = sparse.csr_array(holding.T)
    work = np.asarray(by_item @ np.diff(holding.indptr).astype(np.float64)).ravel()
    items, orders = [np.empty((0, 2), np.int32)], [np.empty(0, np.int64)]
    for rows in blocks(work, WORK_A_BLOCK):
        found = sparse.csr_array(by_item[rows] @ holding)
        first = np.repeat(np.arange(rows.start, rows.stop), np.diff(found.indptr))
        kept = (found.data >= at_least) & (found.indices > first)
        items.append(np.stack([first[kept], found.indices[kept]], axis=1).astype(np.int32))
        orders.append(found.data[kept].astype(np.int64))
        progress("pairs of goods", rows.stop, len(work))
    return Itemsets(np.concatenate(items), np.concatenate(orders))


def triples(holding: sparse.csr_array, among: Itemsets, at_least: int, *, progress: Progress = silent) -> Itemsets:
    """Every three items that `at_least` orders hold all of.

    Args:
        holding: as of `pairs`.
        among: all pairs that so many orders hold both of; more do no harm.
    """
    frequent = among.orders >= at_least
    first, second = among.items[frequent, 0], among.items[frequent, 1]
    by_item = sparse.csr_array(holding.T)
    size = holding.shape[1]
    lines = float(np.diff(holding.indptr).mean()) if holding.shape[0] else 0.0
    items, orders = [np.empty((0, 3), np.int32)], [np.empty(0, np.int64)]
    for rows in blocks(among.orders[frequent] * 4.0 * max(lines, 1.0) + size / 100, WORK_A_BLOCK):
        both = by_item[first[rows]].multiply(by_item[second[rows]])
        found = sparse.csr_array(sparse.csr_array(both) @ holding)
        pair = np.repeat(np.arange(rows.start, rows.stop), np.diff(found.indptr))
        kept = (found.data >= at_least) & (found.indices > second[pair])
        pair, third = pair[kept], found.indices[kept]
        items.append(np.stack([first[pair], second[pair], third], axis=1).astype(np.int32))
        orders.append(found.data[kept].astype(np.int64))
        progress("triples of goods", rows.stop, len(first))
    return Itemsets(np.concatenate(items), np.concatenate(orders))


def blocks(work: NDArray[np.floating], most: float) -> Iterator[slice]:
    """Runs of rows whose work stays within `most`, or single rows that go beyond it."""
    done = np.cumsum(work + 1)
    start = 0
    while start < len(done):
        before = done[start - 1] if start else 0.0
        stop = max(start + 1, int(np.searchsorted(done, before + most, side="right")))
        yield slice(start, min(stop, len(done)))
        start = stop


def counts_of(sets: Itemsets, asked: NDArray[np.integer], size: int) -> NDArray[np.int64]:
    """(n,) orders of the asked pairs, rising numbers in each row; 0 for one that is not among the sets."""
    held = sets.items[:, 0].astype(np.int64) * size + sets.items[:, 1]
    order = np.argsort(held)
    wanted = asked[:, 0].astype(np.int64) * size + asked[:, 1]
    place = np.minimum(np.searchsorted(held[order], wanted), max(len(held) - 1, 0))
    if not len(held):
        return np.zeros(len(asked), np.int64)
    found = order[place]
    return np.where(held[found] == wanted, sets.orders[found], 0)
