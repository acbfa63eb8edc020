"""A word where one would see an empty page, hits that no word of theirs brought, or anchors that nothing starts at."""

from __future__ import annotations

import numpy as np

from shopmind.pipeline.context import Context
from shopmind.pipeline.matching import matching, offered
from shopmind.stores.index_ports import TextIndex


def remarks(context: Context, index: TextIndex, found: int, shown: int) -> list[str]:
    """What `degraded` says of an answer; nothing where there is nothing to say.

    Args:
        found: hits on all pages.
        shown: hits on this page.
    """
    query = context.query
    unknown = len(query.anchors) - len(context.anchors)
    said = [f"anchors: {unknown} of {len(query.anchors)} are not in the catalogue"] if unknown else []
    return said + (_of_text(context, index, found, shown) if query.text else [])


def _of_text(context: Context, index: TextIndex, found: int, shown: int) -> list[str]:
    query = context.query
    if not context.terms:
        there = "; hits are near in meaning alone" if found else ""
        return [f"words: the text has no word to look for{there}"]
    if shown:
        return []
    if found:
        return [f"offset: there are only {found} hits, the page starts after {query.offset}"]
    if query.min_score is not None:
        return [f"min_score: nothing that was found reaches {query.min_score:g}"]
    matches = matching(context, index)
    numbers = matches.numbers[offered(context)[matches.numbers]]
    if query.filter and len(numbers):
        more = "more than " if matches.cut else ""
        return [f"filter: {more}{len(numbers)} items match the words, none of them passes the filter"]
    hidden = int(np.count_nonzero(~offered(context)[matches.numbers]))
    if hidden:
        return [f"filters: {hidden} items match the words, none of them may be shown now"]
    return ["words: no item has them"]
