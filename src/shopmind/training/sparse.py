"""Sparse matrices by item number, as plain arrays that an artifact can memory-map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from shopmind.kit.errors import NotReadyError


def parts(matrix: sparse.csr_array, name: str) -> dict[str, NDArray[Any]]:
    """A CSR matrix as its three arrays: NAME_starts and NAME_columns int32, NAME_values float32.

    Starts are int64 where there are 2³¹ entries or more.
    """
    matrix = sparse.csr_array(matrix)
    few = matrix.nnz < 2**31
    return {
        f"{name}_starts": matrix.indptr.astype(np.int32 if few else np.int64, copy=False),
        f"{name}_columns": matrix.indices.astype(np.int32, copy=False),
        f"{name}_values": matrix.data.astype(np.float32, copy=False),
    }


def matrix(arrays: Mapping[str, NDArray[Any]], name: str, width: int) -> sparse.csr_array:
    """The matrix upon its arrays, `width` columns wide; nothing is copied.

    Raises:
        NotReadyError: the arrays are of an earlier version, which had no such matrix.
    """
    try:
        starts, columns, values = (np.asarray(arrays[f"{name}_{part}"]) for part in ("starts", "columns", "values"))
    except KeyError as error:
        raise NotReadyError(f"no {error.args[0]}: made by an earlier version of shopmind; train it again") from error
    return sparse.csr_array((values, columns, starts), shape=(len(starts) - 1, width))


def row(arrays: Mapping[str, NDArray[Any]], name: str, number: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Columns and values of one row; empty for a number beyond the matrix (an item newer than the fit)."""
    starts, columns, values = (np.asarray(arrays[f"{name}_{part}"]) for part in ("starts", "columns", "values"))
    if number + 1 >= len(starts) or number < 0:
        return np.empty(0, np.int32), np.empty(0, np.float32)
    here = slice(int(starts[number]), int(starts[number + 1]))
    return columns[here], values[here]


def rows(
    arrays: Mapping[str, NDArray[Any]], name: str, numbers: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.float32]]:
    """Place in `numbers`, column and value of every entry of many rows; rows beyond the matrix are empty."""
    starts, columns, values = (np.asarray(arrays[f"{name}_{part}"]) for part in ("starts", "columns", "values"))
    inside = np.flatnonzero((numbers >= 0) & (numbers < len(starts) - 1))
    begin = starts[numbers[inside]]
    lengths = starts[numbers[inside] + 1] - begin
    place = np.repeat(inside, lengths)
    here = np.arange(len(place)) + np.repeat(begin - (np.cumsum(lengths) - lengths), lengths)
    return place, columns[here].astype(np.int64), values[here]


def weighed(
    arrays: Mapping[str, NDArray[Any]],
    name: str,
    numbers: NDArray[np.int64],
    weights: NDArray[np.float64],
    size: int,
) -> NDArray[np.float32]:
    """(size,) the rows of a square matrix, each times its weight, added up; rows beyond the matrix are empty.

    scipy's products copy and add in one pass each: with a hundred thousand entries a tenth of the time of `rows` and a
    count. Weights of another type than the values would have all these copied once more.
    """
    known = len(arrays[f"{name}_starts"]) - 1
    inside = (numbers >= 0) & (numbers < known)
    added = weights[inside].astype(np.float32) @ matrix(arrays, name, known)[numbers[inside]]
    return added[:size] if known >= size else np.append(added, np.zeros(size - known, np.float32))


def best_of_rows(matrix: sparse.csr_array, k: int) -> sparse.csr_array:
    """Keeps the k largest values above 0 of each row; equal values keep the smaller column."""
    matrix = sparse.csr_array(matrix)
    near = matrix.data > 0
    tied = []
    for row in np.flatnonzero(np.diff(matrix.indptr) > k).tolist():
        here = slice(int(matrix.indptr[row]), int(matrix.indptr[row + 1]))
        values = matrix.data[here]
        near[here] &= values >= np.partition(values, -k)[-k]
        if np.count_nonzero(near[here]) > k:
            tied.append(here)
    for here in tied:
        places = here.start + np.flatnonzero(near[here])
        best = np.lexsort((matrix.indices[places], -matrix.data[places]))
        near[places[best[k:]]] = False
    counts = np.concatenate([[0], np.cumsum(near)])[matrix.indptr]
    return sparse.csr_array((matrix.data[near], matrix.indices[near], counts), shape=matrix.shape)
