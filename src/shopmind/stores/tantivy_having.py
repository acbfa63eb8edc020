"""All items that have enough of some words, without scores: what counts and orders over everything that matches."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import tantivy

from shopmind.stores.ports import Numbers


def having(
    index: tantivy.Index,
    schema: tantivy.Schema,
    number: str,
    fields: Sequence[str],
    words: Sequence[Sequence[str]],
    enough: int,
    most: int,
    without: Sequence[str],
) -> Numbers:
    """As TextIndex.having; `number` names the field of the item numbers.

    A constant score spares BM25: some 0.3 microseconds an item.
    """
    searcher = index.searcher()
    wanted = [group for group in words if any(group)]
    limit = min(most, searcher.num_docs)
    if limit < 1 or not wanted or enough < 1 or enough > len(wanted):
        return np.empty(0, np.int64)
    clauses = [(tantivy.Occur.Should, _any(schema, fields, group)) for group in wanted]
    query = tantivy.Query.boolean_query(clauses, minimum_number_should_match=enough)
    if any(without):
        query = tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, query), (tantivy.Occur.MustNot, _any(schema, fields, without))]
        )
    hits = searcher.search(tantivy.Query.const_score_query(query, 1.0), limit, count=False).hits
    return np.array(searcher.fast_field_values(number, [address for _, address in hits]), np.int64)


def _any(schema: tantivy.Schema, fields: Sequence[str], tokens: Sequence[str]) -> tantivy.Query:
    """Any of the tokens in any of the fields."""
    terms = [tantivy.Query.term_query(schema, field, token, "basic") for field in fields for token in tokens if token]
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
