"""From item to item along what users did: sequence rules, and their smoothed and doubled forms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from shopmind.training.sparse import best_of_rows

TINY = 1e-9
PRODUCTS_A_BLOCK = 5_000_000
"""Products made at once: about 240 MB."""


@dataclass(frozen=True, slots=True)
class Sequences:
    """Who did what in which order.

    Attributes:
        users: (m,) rising code of the user, 0 .. people - 1.
        items: (m,) each user's items, oldest first.
        size: 1 + the largest item number there may be.
    """

    users: NDArray[np.int64]
    items: NDArray[np.int64]
    size: int

    @staticmethod
    def of(lines: pl.DataFrame, size: int, newest: int) -> Sequences:
        """The newest events of each user.

        Args:
            lines: user and item by user and time, as hold_out.doings gives them.
        """
        kept = lines.filter(pl.int_range(pl.len()).reverse().over("user") < newest)
        users = np.unique(kept["user"].to_numpy(), return_inverse=True)[1]
        return Sequences(users.astype(np.int64), kept["item"].to_numpy(), size)

    @property
    def people(self) -> int:
        """How many users."""
        return int(self.users[-1]) + 1 if len(self.users) else 0

    def held(self) -> sparse.csr_array:
        """(people, size) 1 where a user had an item."""
        matrix = sparse.csr_array(
            (np.ones(len(self.items), np.float32), (self.users, self.items)), shape=(self.people, self.size)
        )
        matrix.sum_duplicates()
        matrix.data[:] = 1.0
        return matrix


def followed(sequences: Sequences, window: int) -> sparse.csr_array:
    """(size, size) how often column came after row within `window` steps of one user, a step of g counting 1 / g."""
    users, items, size = sequences.users, sequences.items, sequences.size
    total = sparse.csr_array(sparse.coo_array((size, size), dtype=np.float32))
    for gap in range(1, window):
        same = users[gap:] == users[:-gap]
        first, then = items[:-gap][same], items[gap:][same]
        apart = first != then
        first, then = first[apart], then[apart]
        weights = np.full(len(first), 1.0 / gap, np.float32)
        total = total + sparse.csr_array((weights, (first, then)), shape=(size, size))
    return sparse.csr_array(total)


def following(sequences: Sequences, sure: float) -> sparse.csr_array:
    """(size, size) share of the row's users who took the column as the very next other item, of n as n / (n + sure)."""
    apart = np.ones(len(sequences.items), bool)
    apart[1:] = (sequences.users[1:] != sequences.users[:-1]) | (sequences.items[1:] != sequences.items[:-1])
    once = Sequences(sequences.users[apart], sequences.items[apart], sequences.size)
    counts = np.bincount(once.items, minlength=once.size) + sure
    return sparse.csr_array(sparse.diags_array(1 / counts) @ followed(once, 2)).astype(np.float32)


def tempered(counts: sparse.csr_array, tilt: float) -> sparse.csr_array:
    """Each count over row sum ** (1 - tilt) * column sum ** tilt: 0 is a share of the row, more favours rare items."""
    rows = np.asarray(counts.sum(axis=1)).ravel() + TINY
    columns = np.asarray(counts.sum(axis=0)).ravel() + TINY
    scaled = sparse.diags_array(rows ** (tilt - 1)) @ counts @ sparse.diags_array(columns**-tilt)
    return sparse.csr_array(scaled).astype(np.float32)


def rules(forward: sparse.csr_array, back: float, tilt: float) -> sparse.csr_array:
    """What comes after and, weighing `back`, before each item."""
    return tempered(sparse.csr_array(forward + back * forward.T), tilt)


def chained(first: sparse.csr_array, then: sparse.csr_array, k: int) -> sparse.csr_array:
    """The k largest entries of each row of the product, in bounded memory."""
    work = np.asarray(first.astype(bool) @ np.diff(then.indptr).astype(np.int64), np.int64)
    block = np.cumsum(work) // PRODUCTS_A_BLOCK
    parts = []
    for rows in np.split(np.arange(first.shape[0]), np.flatnonzero(np.diff(block)) + 1):
        part = sparse.csr_array(first[rows[0] : rows[-1] + 1] @ then)
        parts.append(best_of_rows(part, k))
    return sparse.csr_array(sparse.vstack(parts)).astype(np.float32)
