"""An item as a row of the table, and back."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import select

from shopmind.domain import Item
from shopmind.kit.errors import InputError
from shopmind.stores.sqlite.database import Listed
from shopmind.stores.sqlite.schema import items

FIELDS = tuple(column.name for column in items.columns if column.name not in ("number", "removed"))
"""The columns that hold an item's own fields, in the table's order, which is that of the dataclass."""

_CATEGORIES, _ATTRIBUTES = FIELDS.index("categories"), FIELDS.index("attributes")

_NUMBERS = Listed(select(items.c.item_id, items.c.number).where(items.c.removed == 0), items.c.item_id)


def fields_of(item: Item) -> tuple[Any, ...]:
    """The values of FIELDS."""
    return (
        item.item_id,
        item.kind,
        item.title,
        item.description,
        item.brand,
        json_text(item.categories),
        item.price_minor,
        item.currency,
        None if item.stock is None else float(item.stock),
        item.status,
        item.url,
        item.image,
        item.language,
        item.group_id,
        item.shop_id,
        item.created_at_ms,
        item.updated_at_ms,
        json_text(item.attributes),
    )


def item_of(fields: Sequence[Any]) -> Item:
    """The item of the values of FIELDS."""
    values = list(fields)
    values[_CATEGORIES] = tuple(orjson.loads(values[_CATEGORIES]))
    values[_ATTRIBUTES] = orjson.loads(values[_ATTRIBUTES])
    return Item(*values)


def json_text(value: Any) -> str:
    """JSON with sorted keys, so that equal values are equal texts."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError as error:
        raise InputError(f"{value!r} cannot be stored as JSON: {error}") from error


def item_numbers(driver: sqlite3.Connection, item_ids: Sequence[str]) -> dict[str, int]:
    """id → number of those items that exist."""
    return dict(_NUMBERS.rows(driver, item_ids))
