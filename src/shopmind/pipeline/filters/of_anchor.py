"""Items that belong to the thing in view: the goods of a shop, of an offer, of a story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Kind, LinkType
from shopmind.pipeline.context import Context
from shopmind.pipeline.edges import Edges
from shopmind.pipeline.parts import Filter, Tools
from shopmind.stores.columns import TextColumn


class OfAnchor(Filter):
    """Keeps what the anchors of one kind link to, and what names one of them in a column.

    Without an anchor of that kind it keeps everything, for the request may say by a filter what it is about; an anchor
    to which nothing belongs leaves nothing.
    """

    @dataclass(frozen=True)
    class Options:
        """kind: of the anchors that count. links: from the anchor to its items. column: names the anchor's id in its
        items; "" for none."""

        kind: Kind = "shop"
        links: tuple[LinkType, ...] = ("sells",)
        column: Literal["shop_id", "group_id", "brand", ""] = "shop_id"

    def __init__(self, options: Options, tools: Tools) -> None:
        self._options = options
        self._edges = Edges(tools, options.links)

    def keep(self, context: Context) -> NDArray[np.bool_]:
        """See Filter."""
        columns = context.columns
        of_kind = columns.kinds((self._options.kind,))
        anchors = context.anchors[context.anchors < columns.size]
        anchors = anchors[of_kind[anchors]]
        if not len(anchors):
            return np.ones(columns.size, np.bool_)
        keep = np.zeros(columns.size, np.bool_)
        ends = self._edges.targets(anchors)
        keep[ends[ends < columns.size]] = True
        column = columns.column(self._options.column) if self._options.column else None
        if isinstance(column, TextColumn):
            codes = [column.index[each] for each in context.query.anchors if each in column.index]
            keep |= np.isin(column.codes[: columns.size], codes)
        return keep
