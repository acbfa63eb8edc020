"""Items for which an expression of the filter language holds: the scenario's own, and the caller's."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.errors import InputError
from shopmind.pipeline.context import Context
from shopmind.pipeline.filters.language import parse
from shopmind.pipeline.filters.mask import mask
from shopmind.pipeline.parts import Filter, Tools
from shopmind.stores.columns import ItemColumns

REMEMBERED = 64


class Masks:
    """Masks of recent expressions, kept as long as the catalogue does not change."""

    def __init__(self) -> None:
        self._masks: OrderedDict[tuple[str, int], NDArray[np.bool_]] = OrderedDict()

    def of(self, expression: str, columns: ItemColumns, *, strict: bool) -> NDArray[np.bool_]:
        """(size,) by item number, True where the expression holds; `strict` as in `mask`.

        Raises:
            InputError: it cannot be read, or when strict names what no item has.
        """
        key = (expression, columns.change)
        found = self._masks.get(key)
        if found is None:
            found = mask(parse(expression), columns, strict=strict)
            self._masks[key] = found
            while len(self._masks) > REMEMBERED:
                self._masks.popitem(last=False)
        return found


class Attribute(Filter):
    """Keeps items for which `where` holds; without `where`, those for which the query's own filter holds."""

    @dataclass(frozen=True)
    class Options:
        """where: an expression of the filter language; "" takes the filter of the query."""

        where: str = ""

        def __post_init__(self) -> None:
            if self.where:
                try:
                    parse(self.where)
                except InputError as error:
                    raise ValueError(error.message) from error

    def __init__(self, options: Options, tools: Tools) -> None:
        self._where = options.where
        self._masks = Masks()

    def keep(self, context: Context) -> NDArray[np.bool_]:
        """See Filter.

        Raises:
            InputError: the query's filter cannot be read or names what no item has.
        """
        text = self._where or context.query.filter.strip()
        if not text:
            return np.ones(context.columns.size, np.bool_)
        return self._masks.of(text, context.columns, strict=not self._where)
