"""What a query may ask at all."""

from __future__ import annotations

import math

from shopmind.domain import Query
from shopmind.kit.errors import InputError
from shopmind.pipeline.scenario import Scenario

LONGEST_SLATE = 1_000
DEEPEST_PAGE = 10_000
LONGEST_QUERY = 1_000
MOST_ANCHORS = 500


def checked(query: Query, scenario: Scenario) -> int:
    """How many hits are asked for.

    Raises:
        InputError: a size out of range, a missing need, or something this scenario has no part for.
    """
    n = scenario.n if query.n is None else query.n
    if not 1 <= n <= LONGEST_SLATE:
        raise InputError(f"n: {n} results asked; it must lie in 1..{LONGEST_SLATE}", field="n")
    if query.offset < 0 or query.offset + n > DEEPEST_PAGE:
        hint = "; narrow the question with a filter, or sort it the other way round" if query.offset > 0 else ""
        raise InputError(f"offset: {query.offset} + n must lie in 0..{DEEPEST_PAGE}{hint}", field="offset")
    if len(query.text) > LONGEST_QUERY:
        raise InputError(f"text: {len(query.text)} characters; at most {LONGEST_QUERY} are allowed", field="text")
    if len(query.anchors) > MOST_ANCHORS:
        raise InputError(f"anchors: {len(query.anchors)} given; at most {MOST_ANCHORS} are allowed", field="anchors")
    if query.min_score is not None and not math.isfinite(query.min_score):
        raise InputError(f"min_score: {query.min_score} is no score", field="min_score")
    _parts(query, scenario)
    given = {
        "user": query.user_id is not None or query.session_id is not None or query.history is not None,
        "anchors": bool(query.anchors),
        "text": bool(query.text.strip()),
    }
    for need in scenario.needs:
        if not given[need]:
            raise InputError(f"scenario {query.scenario!r} needs {need}, none was given", field=need)
    return n


def _parts(query: Query, scenario: Scenario) -> None:
    """A sort that nothing sorts by would be an answer in another order than asked for, without a word."""
    there = {spec.part for spec in scenario.rerankers}
    for field, part, asked in (("sort", "sort", query.sort), ("facets", "facets", query.facets)):
        if asked and part not in there:
            where = f"scenario {scenario.name!r}"
            raise InputError(f"{field}: {where} has no reranker {part!r}; add it to its file", field=field)
