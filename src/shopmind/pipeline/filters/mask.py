"""An expression of the filter language as a mask over the catalogue."""

from __future__ import annotations

import difflib
import operator
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.clock import parse_time
from shopmind.kit.errors import InputError
from shopmind.pipeline.filters.language import Among, Both, Comparison, Either, Expression, Not, Value
from shopmind.stores.columns import ItemColumns, NumberColumn, TextColumn

_COMPARE: dict[str, Callable[[NDArray[np.float64], float], NDArray[np.bool_]]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
FIELDS = (
    "brand",
    "category",
    "created_at",
    "currency",
    "group_id",
    "kind",
    "language",
    "price",
    "shop_id",
    "status",
    "stock",
    "title",
    "updated_at",
)
"""Names that are no attributes; the reference of the language tells them."""

_TIMES = frozenset({"created_at", "updated_at"})


def mask(expression: Expression, columns: ItemColumns, *, strict: bool = True) -> NDArray[np.bool_]:
    """(size,) by item number, True where the expression holds.

    Args:
        strict: whether a name that no item has is an error (a caller's typing mistake) or a value that is always
            missing (a scenario file that speaks of attributes a shop need not have).

    Raises:
        InputError: an unknown name when strict, or a comparison that the column cannot make.
    """
    match expression:
        case Not(inner):
            return ~mask(inner, columns, strict=strict)
        case Both(left, right):
            return mask(left, columns, strict=strict) & mask(right, columns, strict=strict)
        case Either(left, right):
            return mask(left, columns, strict=strict) | mask(right, columns, strict=strict)
        case Among(name, values):
            found = np.zeros(columns.size, np.bool_)
            for value in values:
                found |= _compare(name, "=", value, columns, strict)
            return found
        case Comparison(name, "!=", value):
            return ~_compare(name, "=", value, columns, strict)
        case Comparison(name, sign, value):
            return _compare(name, sign, value, columns, strict)


def _compare(name: str, sign: str, value: Value, columns: ItemColumns, strict: bool) -> NDArray[np.bool_]:
    column = columns.column("categories" if name == "category" else name.removeprefix("attributes."))
    if column is None:
        if strict:
            near = difflib.get_close_matches(name, FIELDS, n=1)
            hint = f" (did you mean {near[0]!r}?)" if near else ""
            known = f"every shop has {', '.join(FIELDS)}, and the attributes of its items"
            raise InputError(f"filter: no item has an attribute {name!r}{hint}; {known}", field="filter")
        return np.zeros(columns.size, np.bool_)
    if isinstance(column, NumberColumn):
        return _COMPARE[sign](column.values, _number(name, value))
    return _texts(name, sign, value, column, parts=" > " if name in ("category", "categories") else "; ")


def _number(name: str, value: Value) -> float:
    if isinstance(value, str):
        if name in _TIMES:
            return float(parse_time(value, where=f"filter: {name}"))
        raise InputError(f"filter: {name} is a number, {value!r} is a text", field="filter")
    return float(value)


def _texts(name: str, sign: str, value: Value, column: TextColumn, *, parts: str) -> NDArray[np.bool_]:
    """Compares the vocabulary, which is short, and spreads the answer over the items."""
    if sign != "=":
        raise InputError(f"filter: {name} is a text; it can be compared with = != in, not {sign}", field="filter")
    wanted = _plain(value)
    path = wanted + parts if parts in wanted else None  # the first levels of a path stand for all below them
    holds = np.fromiter(
        (
            wanted == word or wanted in word.split(parts) or (path is not None and word.startswith(path))
            for word in map(str.casefold, column.vocabulary)
        ),
        np.bool_,
        len(column.vocabulary),
    )
    if not holds.any():
        return np.zeros(len(column.codes), np.bool_)
    return np.append(holds, False)[column.codes]


def _plain(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return (f"{value:g}" if isinstance(value, float) else value).casefold()
