"""Every ad that bids."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from shopmind.pipeline.ads.bidding import bidding_of
from shopmind.pipeline.context import Context
from shopmind.pipeline.parts import Retriever
from shopmind.stores.ports import Numbers


class Bidders(Retriever):
    """Brings ads that the filter `biddable` let through, the highest bid for a charged event first.

    It needs nothing learned: who is asked for at all is for the ranker and the auction to say.
    """

    def retrieve(self, context: Context, k: int) -> tuple[Numbers, NDArray[np.float32]]:
        """See Retriever."""
        bidding = bidding_of(context)
        numbers = bidding.numbers[context.allowed[bidding.numbers]]
        bids = bidding.bids(numbers)
        order = np.lexsort((context.columns.tie[numbers], -bids))[:k]
        return numbers[order], bids[order].astype(np.float32)
