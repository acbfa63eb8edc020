"""BM25 over weighted fields, as a share of the best that any document could reach.

Source: Zaragoza, Craswell, Taylor, Saria, Robertson, Microsoft Cambridge at TREC 13 (2004), "BM25F": the counts of the
fields are weighed and added up before they are saturated. The inverse document frequency is Lucene's, which is never
negative.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def inverse_frequency(documents: int, having: NDArray[np.int64]) -> Floats:
    """How much a word tells: log(1 + (N - n + ½) / (n + ½)), shaped as `having`."""
    return np.log1p((max(documents, 0) - np.minimum(having, documents) + 0.5) / (having + 0.5))


def weighted_counts(counts: Floats, lengths: Floats, averages: Floats, weights: Floats, b: float) -> Floats:
    """The counts of a word in a document's fields as one number.

    Args:
        counts: (n, t, F) how often each word stands in each field.
        lengths: (n, F) tokens of each field.
        averages: (F,) mean length of each field; 0 where no document has it.
        weights: (F,) worth of a word in each field.
        b: 0 takes counts as they are, 1 divides them by the length of the field over its mean.

    Returns:
        (n, t).
    """
    relative = np.divide(lengths, averages, out=np.zeros(np.shape(lengths)), where=averages > 0)
    per_word = weights / (1 - b + b * relative)
    found: Floats = np.einsum("ntf,nf->nt", counts, per_word)
    return found


def share(weighted: Floats, worth: Floats, k1: float) -> Floats:
    """(n,) sum of worth · c / (c + k1) over the words, as a share of the sum of worth: 0 no word, 1 never reached.

    A word that no document has lowers the share of all: the searcher asked for something that is not there.

    Args:
        weighted: (n, t) from `weighted_counts`.
        worth: (t,) inverse frequency times the weight of the word.
        k1: how fast a word that is said again stops counting.
    """
    best = float(worth.sum())
    if not best > 0:
        return np.zeros(len(weighted))
    found: Floats = (weighted / (weighted + k1)) @ worth / best
    return found
