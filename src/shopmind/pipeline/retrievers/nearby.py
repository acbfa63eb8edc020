"""What is of the user's own place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shopmind.pipeline.context import Context, best
from shopmind.pipeline.parts import Retriever, Tools
from shopmind.pipeline.retrievers.popularity import Popularity
from shopmind.stores.columns import TextColumn
from shopmind.stores.ports import Numbers


class Nearby(Retriever):
    """Items that say of themselves what the user says: the shops of the user's city. The more wanted come first.

    Nothing for a stranger, for a user who does not say, or who refuses to be personalised, and nothing where no item
    says it. Upper and lower case are the same.
    """

    artifacts = ("popularity",)

    @dataclass(frozen=True)
    class Options:
        """user: attribute of the user. item: column of the items, as filters name it."""

        user: str = "city"
        item: str = "city"

    def __init__(self, options: Options, tools: Tools) -> None:
        super().__init__(options, tools)
        self._options = options
        self._popularity = Popularity(Popularity.Options(), tools)

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever."""
        place, column = self._place(context), context.columns.column(self._options.item)
        if place is None or not isinstance(column, TextColumn):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        codes = [code for word, code in column.index.items() if word.casefold() == place]
        here = context.allowed & np.isin(column.codes[: len(context.allowed)], codes)
        items = np.flatnonzero(here).astype(np.int64)
        wanted = self._popularity.score(context, items)
        scores = np.full(context.columns.size, np.nan, np.float32)
        scores[items] = np.log1p(np.maximum(wanted, 0)) + 1
        numbers = best(scores, here, context.columns.tie, k)
        return numbers, scores[numbers]

    def _place(self, context: Context) -> str | None:
        if context.query.user_id is None or self._tools.users is None or not context.query.personal:
            return None
        user = self._tools.users.get(context.query.user_id)
        if user is None or user.consent.get("personalise") is False:
            return None
        said = user.attributes.get(self._options.user)
        return None if said is None else str(said).casefold()
