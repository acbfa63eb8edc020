"""The order that the searcher asks for."""

from __future__ import annotations

import numpy as np

from shopmind.domain import Candidates
from shopmind.pipeline.context import Context
from shopmind.pipeline.matching import MOST, has_words, matched, matching
from shopmind.pipeline.parts import NoOptions, Reranker, Tools
from shopmind.pipeline.sorting import Orders


class Sort(Reranker):
    """Orders what matches by `Query.sort`; without one, keeps the order by score.

    Only what matches is kept (pipeline/matching.py): the cheapest item that shares one word with the query is not what
    somebody wants who sorts by price. Needs the retriever `ordered`, which brings what stands first.
    """

    def __init__(self, options: NoOptions, tools: Tools) -> None:
        self._index = tools.text_index
        self._orders = Orders(tools)

    def rerank(self, context: Context, candidates: Candidates, n: int) -> Candidates:
        """See Reranker.

        Raises:
            InputError: the sort names what no item has.
        """
        order = self._orders.of(context, candidates.items)
        if order is None:
            return candidates
        if context.terms and context.query.min_score is None and matching(context, self._index).cut:
            keep = has_words(context, self._index, candidates.items)
            if not order.whole:
                context.degraded.append(f"sort: more than {MOST} items match; only so many were ordered")
        else:
            keep = np.isin(candidates.items, matched(context, self._index, candidates))
        kept = candidates.take(keep)
        return kept.take(order.of(context, kept.items))
