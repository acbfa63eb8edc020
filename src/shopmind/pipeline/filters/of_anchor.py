"""Items that belong to the thing in view: the goods of a shop, of an offer, of a story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Kind, LinkType
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.edges import Edges
from shopmind.pipeline.filters.conjuncts import columns_of, conjuncts
from shopmind.pipeline.parts import Filter, Tools
from shopmind.stores.columns import ItemColumns, TextColumn


class OfAnchor(Filter):
    """Keeps what the anchors of one kind link to, and what names one of them in a column.

    An anchor to which nothing belongs leaves nothing, and so do anchors that are all of other kinds or unknown: the
    goods of others have no place on the page of one. A request without any anchor keeps everything, for it may say by
    a filter of that column what it is about. Whoever says it in neither way is told so.
    """

    @dataclass(frozen=True)
    class Options:
        """kind: of the anchors that count. links: from the anchor to its items. column: names the anchor's id in its
        items; "" for none. An id in that column counts also where no item has it."""

        kind: Kind = "shop"
        links: tuple[LinkType, ...] = ("sells",)
        column: Literal["shop_id", "group_id", "brand", ""] = "shop_id"

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options
        self._edges = Edges(tools, options.links)

    def awaits(self) -> None:
        """Raises NotReadyError while nothing belongs to anything of the kind."""
        columns, kind = self._tools.catalogue.columns(), self._options.kind
        column = self._column(columns)
        sources = np.flatnonzero(np.diff(self._edges.by_source().indptr))
        sources = sources[sources < columns.size]
        if (column is None or not column.vocabulary) and not columns.kinds((kind,))[sources].any():
            types, named = " or ".join(self._options.links), self._options.column
            if named:
                raise NotReadyError(f"nothing belongs to a {kind} yet, it needs links of type {types} or a {named}")
            raise NotReadyError(f"nothing belongs to a {kind} yet, it needs links of type {types}")

    def keep(self, context: Context) -> NDArray[np.bool_]:
        """See Filter."""
        columns = context.columns
        of_kind = columns.kinds((self._options.kind,))
        anchors = context.anchors[context.anchors < columns.size]
        anchors = anchors[of_kind[anchors]]
        column = self._column(columns)
        codes = [] if column is None else self._named(context, column, of_kind)
        keep = np.zeros(columns.size, np.bool_)
        if not len(anchors) and not codes:
            return keep if self._strays(context) else ~keep
        ends = self._edges.targets(anchors)
        keep[ends[ends < columns.size]] = True
        if column is not None:
            keep |= np.isin(column.codes[: columns.size], codes)
        return keep

    def _column(self, columns: ItemColumns) -> TextColumn | None:
        column = columns.column(self._options.column) if self._options.column else None
        return column if isinstance(column, TextColumn) else None

    def _named(self, context: Context, column: TextColumn, of_kind: NDArray[np.bool_]) -> list[int]:
        """Codes of the anchors that items name; one that is an item of another kind does not count."""
        asked = [each for each in context.query.anchors if each in column.index]
        if not asked:
            return []
        numbers = self._tools.catalogue.numbers(asked)
        return [
            column.index[each]
            for each, number in zip(asked, numbers.tolist(), strict=True)
            if number < 1 or (number < len(of_kind) and of_kind[number])
        ]

    def _strays(self, context: Context) -> bool:
        """Whether a request without an anchor of the kind is about something else; it is told, unless its own filter
        says what it is about."""
        if any(self._options.column in columns_of(each) for each in conjuncts(context.query.filter)):
            return False
        if context.query.anchors:
            context.degraded.append(f"of_anchor: no anchor is a {self._options.kind}, nothing is shown")
            return True
        context.degraded.append(f"of_anchor: the request names no {self._options.kind}, it is not narrowed to one")
        return False
