"""A filter taken apart at its `and`s, so that one condition can be left out."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from shopmind.pipeline.filters.language import Among, Both, Comparison, Either, Expression, Not, parse
from shopmind.pipeline.filters.mask import mask
from shopmind.stores.columns import ItemColumns

REMEMBERED = 64


def conjuncts(text: str) -> list[Expression]:
    """The conditions that must all hold; none for an empty text.

    Raises:
        InputError: it cannot be read.
    """
    return _flat(parse(text)) if text.strip() else []


def _flat(expression: Expression) -> list[Expression]:
    if isinstance(expression, Both):
        return _flat(expression.left) + _flat(expression.right)
    return [expression]


def columns_of(expression: Expression) -> frozenset[str]:
    """Names of the columns an expression speaks of, as `column_name` writes them."""
    match expression:
        case Not(inner):
            return columns_of(inner)
        case Both(left, right) | Either(left, right):
            return columns_of(left) | columns_of(right)
        case Among(name, _) | Comparison(name, _, _):
            return frozenset((column_name(name),))


def column_name(name: str) -> str:
    """One name for one column: `category` and `categories` are the same path, `attributes.` may be left out."""
    return "categories" if name == "category" else name.removeprefix("attributes.")


class ConjunctMasks:
    """Masks of recent conditions, kept as long as the catalogue does not change."""

    def __init__(self) -> None:
        self._masks: OrderedDict[tuple[Expression, int], NDArray[np.bool_]] = OrderedDict()

    def of(self, expression: Expression, columns: ItemColumns) -> NDArray[np.bool_]:
        """(size,) by item number, True where it holds."""
        key = (expression, columns.change)
        found = self._masks.get(key)
        if found is None:
            found = self._masks[key] = mask(expression, columns, strict=False)
            while len(self._masks) > REMEMBERED:
                self._masks.popitem(last=False)
        return found
