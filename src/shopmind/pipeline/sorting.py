"""An order that the searcher asks for: by price, newness, popularity, name, or any column."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from shopmind.kit.errors import InputError
from shopmind.pipeline.context import Context
from shopmind.pipeline.filters.mask import FIELDS
from shopmind.pipeline.parts import Tools
from shopmind.stores.columns import NumberColumn
from shopmind.stores.ports import Numbers

POPULARITY = "popularity"
ALIASES = {"relevance": "", "newest": "-created_at", "popular": f"-{POPULARITY}", "name": "title", "-name": "-title"}
SAMPLE = 200


@dataclass(frozen=True, slots=True)
class Order:
    """Numbers to sort by.

    Attributes:
        keys: (size,) by item number, smallest first; NaN stands last.
        whole: whether every item has its key; of texts only the items that were asked about have one.
    """

    keys: NDArray[np.float64]
    whole: bool

    def of(self, context: Context, items: Numbers) -> NDArray[np.intp]:
        """(n,) rows of the items in order; equal keys by hash of the id, unknown ones last."""
        keys = self.keys[items]
        return np.lexsort((context.columns.tie[items], np.where(np.isnan(keys), np.inf, keys)))

    def first(self, context: Context, items: Numbers, n: int) -> Numbers:
        """The n items that stand first, in no order, without ordering all; unknown ones not among them."""
        keys = self.keys[items]
        items, keys = items[~np.isnan(keys)], keys[~np.isnan(keys)]
        if len(items) <= n:
            return items
        edge = np.partition(keys, n - 1)[n - 1]
        sure, equal = items[keys < edge], items[keys == edge]
        left = n - len(sure)
        ties = np.argpartition(context.columns.tie[equal], left - 1)[:left]
        return np.concatenate([sure, equal[ties]])


class Orders:
    """Makes the order a query asks for.

    Texts are ordered by the code points of their letters without regard to case.
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def of(self, context: Context, items: Numbers) -> Order | None:
        """The order for these items; None when the query asks for none, or for popularity before it is known.

        Raises:
            InputError: the query names what no item has.
        """
        asked = ALIASES.get(context.query.sort, context.query.sort)
        if not asked:
            return None
        name = asked.removeprefix("-")
        if name == POPULARITY:
            values = self._popularity(context.columns.size)
            if values is None:
                note = "sort: popularity is not known yet, run: shopmind train FOLDER popularity; ordered by score"
                context.degraded.append(note)
                return None
        else:
            values, whole = self._values(context, name, items)
            return Order(-values if asked.startswith("-") else values, whole)
        return Order(-values if asked.startswith("-") else values, whole=True)

    def _values(self, context: Context, name: str, items: Numbers) -> tuple[NDArray[np.float64], bool]:
        column = context.columns.column("categories" if name == "category" else name.removeprefix("attributes."))
        if column is None:
            raise unknown_column("sort", name, self._tools, (*ALIASES, POPULARITY))
        if isinstance(column, NumberColumn):
            return column.values, True
        values = np.full(context.columns.size, np.nan)
        known = items[column.codes[items] >= 0]
        texts = [column.vocabulary[code].casefold() for code in column.codes[known]]
        values[known] = np.unique(np.array(texts, dtype=object), return_inverse=True)[1] if texts else np.nan
        return values, False

    def _popularity(self, size: int) -> NDArray[np.float64] | None:
        scores = self._scores
        if scores is None:
            return None
        values = np.full(size, np.nan)
        values[: len(scores)] = scores[:size]
        return values

    @cached_property
    def _scores(self) -> NDArray[np.float32] | None:
        found = self._tools.artifacts.load(POPULARITY)
        return None if found is None else found.arrays["scores"]


def unknown_column(what: str, name: str, tools: Tools, others: tuple[str, ...] = ()) -> InputError:
    """An error that tells the nearest name, looking at the attributes of some items, too."""
    shown = np.flatnonzero(tools.catalogue.columns().shown)[:SAMPLE]
    attributes = {key for item in tools.catalogue.get(shown) if item is not None for key in item.attributes}
    near = difflib.get_close_matches(name, [*FIELDS, *others, *sorted(attributes)], n=1)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    known = ", ".join(sorted({*FIELDS, *others}))
    return InputError(f"{what}: no item has {name!r}{hint}; every shop has {known}, and its attributes", field=what)
