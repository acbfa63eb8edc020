"""One column of the catalogue: read from the table, or patched where items changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, case, select

from shopmind.domain.money import DIGITS
from shopmind.stores.columns import NumberColumn, TextColumn
from shopmind.stores.ports import Numbers
from shopmind.stores.sqlite.database import among, blocks
from shopmind.stores.sqlite.schema import items

AnyColumn = TextColumn | NumberColumn
_BLOCK = 20_000
_TEXTS = ("kind", "brand", "currency", "status", "language", "group_id", "shop_id", "title")
_PRICE = case(
    *((items.c.currency == currency, items.c.price_minor / float(10**digits)) for currency, digits in DIGITS.items()),
    else_=items.c.price_minor / 100.0,
)
_NUMBERS = {
    "price": _PRICE,
    "stock": items.c.stock,
    "created_at": items.c.created_at_ms,
    "updated_at": items.c.updated_at_ms,
}


def _first_category(text: str) -> str | None:
    names = orjson.loads(text)
    return names[0] if names else None


def _category_path(text: str) -> str | None:
    return " > ".join(orjson.loads(text)) or None


_CATEGORIES: dict[str, Callable[[str], str | None]] = {"category": _first_category, "categories": _category_path}


def read_column(connection: Connection, name: str, size: int) -> AnyColumn | None:
    """The column over all items; None when it is an attribute that no item has."""
    if name in _NUMBERS:
        return _put_numbers(np.full(size, np.nan), _values(connection, name, None))
    if not _is_attribute(name):
        return _put_texts(np.full(size, -1, np.int32), {}, _values(connection, name, None))
    found = list(_values(connection, name, None))
    if not found:
        return None
    if all(map(_all_numbers, found)):
        return _put_numbers(np.full(size, np.nan), found)
    return _put_texts(np.full(size, -1, np.int32), {}, found)


def patched(
    connection: Connection, name: str, column: AnyColumn | None, numbers: Numbers, size: int
) -> tuple[AnyColumn | None] | None:
    """The column with the items `numbers` read again, arrays copied first.

    Returns:
        (column,), or None when the column has to be read as a whole: its kind changed, or too many texts are dead.
    """
    found = list(_values(connection, name, numbers))
    if column is None:
        return None if found else (None,)
    numeric = all(map(_all_numbers, found))
    if isinstance(column, NumberColumn):
        if not numeric:
            return None
        values = _widened(column.values, size, np.nan)
        values[numbers] = np.nan
        return (_put_numbers(values, found),)
    if (_is_attribute(name) and found and numeric) or len(column.vocabulary) > 2 * size + 1_000:
        return None
    codes = _widened(column.codes, size, -1)
    codes[numbers] = -1
    return (_put_texts(codes, dict(column.index), found),)


def _is_attribute(name: str) -> bool:
    return name not in _NUMBERS and name not in _TEXTS and name not in _CATEGORIES


_Block = tuple[Numbers, list[Any]]


def _values(connection: Connection, name: str, numbers: Numbers | None) -> Iterator[_Block]:
    """Item numbers and their values; items without a value are left out."""
    source: ColumnElement[Any]
    if name in _NUMBERS:
        source = _NUMBERS[name]
    elif name in _CATEGORIES:
        source = items.c.categories
    else:
        source = items.c.attributes if _is_attribute(name) else items.c[name]
    chosen = select(items.c.number, source).where(items.c.removed == 0, source.is_not(None))
    if _is_attribute(name):
        chosen = chosen.where(items.c.attributes != "{}")
    if numbers is not None:
        chosen = chosen.where(among(items.c.number, numbers))
    for rows in blocks(connection, chosen, _BLOCK):
        found, values = map(list, zip(*rows, strict=True))
        if name in _CATEGORIES:
            decoded = {text: _CATEGORIES[name](text) for text in set(values)}
            values = [decoded[text] for text in values]
        elif _is_attribute(name):
            key = name.removeprefix("attributes.")
            values = [orjson.loads(text).get(key) for text in values]
        kept = [row for row, value in enumerate(values) if value is not None]
        if kept:
            yield np.array(found, np.int64)[kept], [values[row] for row in kept]


def _all_numbers(block: _Block) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in block[1])


def _put_numbers(values: NDArray[np.float64], blocks: Iterable[_Block]) -> NumberColumn:
    for numbers, found in blocks:
        inside = numbers < len(values)
        values[numbers[inside]] = np.array(found, np.float64)[inside]
    return NumberColumn(values)


def _put_texts(codes: NDArray[np.int32], index: dict[str, int], blocks: Iterable[_Block]) -> TextColumn:
    for numbers, found in blocks:
        inside = numbers < len(codes)
        coded = np.fromiter((index.setdefault(_text(value), len(index)) for value in found), np.int32, len(found))
        codes[numbers[inside]] = coded[inside]
    return TextColumn(codes, tuple(index), index)


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _widened(values: NDArray[Any], size: int, fill: float) -> NDArray[Any]:
    wide = np.full(size, fill, values.dtype)
    wide[: len(values)] = values
    return wide
