"""Counts of what matches, by the values of columns."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import Candidates, Facet, FacetRange
from shopmind.kit.errors import InputError
from shopmind.pipeline.context import Context, Counted
from shopmind.pipeline.filters.conjuncts import ConjunctMasks, column_name, columns_of, conjuncts
from shopmind.pipeline.filters.language import Expression
from shopmind.pipeline.matching import matched, matching, offered
from shopmind.pipeline.parts import Reranker, Tools
from shopmind.pipeline.sorting import unknown_column
from shopmind.stores.columns import NumberColumn, TextColumn
from shopmind.stores.ports import Numbers

MOST_FACETS = 20


class Facets(Reranker):
    """Counts the values of `Query.facets` over everything that matches (pipeline/matching.py), not over the page.

    A condition of the filter, or one read out of the text, does not count against the facet of its own column, so the
    other values keep their counts when one is chosen. The order of the candidates stays.
    """

    @dataclass(frozen=True)
    class Options:
        """most: values listed of a column. ranges: of a column of numbers. count: what is counted, items, or groups
        where the reranker `variants` shows one hit a group.
        """

        most: int = 50
        ranges: int = 5
        count: Literal["items", "groups"] = "items"

    def __init__(self, options: Options, tools: Tools) -> None:
        self._options = options
        self._tools = tools
        self._masks = ConjunctMasks()

    def rerank(self, context: Context, candidates: Candidates, n: int) -> Candidates:
        """See Reranker.

        Raises:
            InputError: a facet names what no item has, or too many are asked for.
        """
        names = tuple(dict.fromkeys(context.query.facets))
        if not names:
            return candidates
        if len(names) > MOST_FACETS:
            raise InputError(f"facets: {len(names)} asked; at most {MOST_FACETS} are counted at once", field="facets")
        found = matched(context, self._tools.text_index, candidates)
        exact = not matching(context, self._tools.text_index).cut
        conditions = _conditions(context)
        context.facets.extend(self._facet(context, name, found, conditions, exact) for name in names)
        numbers = found[context.allowed[found]]
        groups = self._groups(context)
        size = len(numbers) if groups is None else len(np.unique(_members(groups, numbers)))
        context.counted = Counted(numbers, size, exact)
        return candidates

    def _facet(self, context: Context, name: str, found: Numbers, conditions: list[Expression], exact: bool) -> Facet:
        column = context.columns.column(name.removeprefix("attributes."))
        if column is None:
            raise unknown_column("facets", name, self._tools)
        own = frozenset((column_name(name),))
        if any(columns_of(each) == own for each in conditions):
            keep = offered(context)
            for each in conditions:
                if columns_of(each) != own:
                    keep = keep & self._masks.of(each, context.columns)
        else:
            keep = context.allowed
        items = found[keep[found]]
        if isinstance(column, NumberColumn):
            return _numbers(name, column.values[items], self._options.ranges, exact)
        return self._texts(name, column, items, self._groups(context), exact)

    def _groups(self, context: Context) -> TextColumn | None:
        groups = context.columns.column("group_id") if self._options.count == "groups" else None
        return groups if isinstance(groups, TextColumn) else None

    def _texts(self, name: str, column: TextColumn, items: Numbers, groups: TextColumn | None, exact: bool) -> Facet:
        codes = column.codes[items].astype(np.int64)
        if groups is not None:
            codes = np.unique(np.stack([codes, _members(groups, items)]), axis=1)[0]
        known = codes[codes >= 0]
        counts: dict[str, int] = {}
        times = np.bincount(known, minlength=len(column.vocabulary)) if len(known) else np.empty(0, np.int64)
        for code in np.flatnonzero(times):
            for value in _values(name, column.vocabulary[code]):
                counts[value] = counts.get(value, 0) + int(times[code])
        best = sorted(counts.items(), key=lambda each: (-each[1], each[0]))[: self._options.most]
        return Facet(name, tuple(best), missing=len(codes) - len(known), exact=exact)


def _conditions(context: Context) -> list[Expression]:
    """What the filter and the constraints in force ask, condition by condition."""
    strict = [each.expression for each in context.constraints if each.expression not in context.relaxed]
    return [each for text in (context.query.filter, *strict) for each in conjuncts(text)]


def _members(groups: TextColumn, items: Numbers) -> Numbers:
    """(n,) the group of each item; an item without one stands for itself."""
    members = groups.codes[items].astype(np.int64)
    members[members < 0] = -items[members < 0]
    return members


def _values(name: str, text: str) -> tuple[str, ...]:
    """The values that a stored text stands for: every level of a path, every entry of a list."""
    if name == "categories":
        levels = text.split(" > ")
        return tuple(" > ".join(levels[: depth + 1]) for depth in range(len(levels)))
    if name in ("title", "category", "brand", "group_id", "shop_id") or "; " not in text:
        return (text,)
    return tuple(dict.fromkeys(text.split("; ")))


def _numbers(name: str, values: NDArray[np.float64], ranges: int, exact: bool) -> Facet:
    known = values[~np.isnan(values)]
    missing = len(values) - len(known)
    if not len(known):
        return Facet(name, missing=missing, exact=exact)
    low, high = float(known.min()), float(known.max())
    edges = np.quantile(known, np.linspace(0, 1, ranges + 1)[1:-1], method="lower")
    inner = [edge for edge in dict.fromkeys(map(_tag, edges)) if low < edge < high]
    bounds = [low, *inner, high]
    if low == high:
        return Facet(name, (), low, high, (FacetRange(low, high, len(known)),), missing, exact)
    counts, _ = np.histogram(known, bounds)
    found = tuple(FacetRange(a, b, int(c)) for a, b, c in zip(bounds, bounds[1:], counts, strict=False))
    return Facet(name, (), low, high, found, missing, exact)


def _tag(edge: float) -> float:
    """The next lower number with two digits that count, as on a price tag, so that the edge lies above it."""
    if edge == 0:
        return 0.0
    step = 10.0 ** (math.floor(math.log10(abs(edge))) - 1)
    return round(math.floor(edge / step + 1e-9) * step, 10)
