"""What rules do to the candidates of one request: hide before retrieval, move the score after ranking, pin and cap at
the end.

Where a request asks for an order of its own (`Query.sort`), neither boosts and buries nor pins and caps take part.
The place of an ad is sold: boosts and buries weigh its quality in the auction, pins and caps neither bring nor move it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from shopmind.domain import AppliedRule, Candidates
from shopmind.pipeline.context import Context
from shopmind.pipeline.rules.capping import Moved, capped
from shopmind.pipeline.rules.rule import MOST_PLACE, STRONGEST, RuleVersion
from shopmind.pipeline.rules.ruling import Cap, Pin, Push
from shopmind.stores.ports import Catalogue

PUSHED = "rules"
PINNED = "pinned"
_MOST_DOUBLINGS = float(np.log2(STRONGEST))


class Effects:
    """Does what `context.ruling` says, and names each rule that took part in `context.applied_rules`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def hide(self, context: Context, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """`allowed` without the items that rules hide."""
        hidden = context.ruling.hidden if context.ruling is not None else None
        return allowed if hidden is None else allowed & ~hidden

    def push(self, context: Context, candidates: Candidates) -> Candidates:
        """`pushed` for the boosts and buries of the request."""
        return pushed(candidates, _pushes(context))

    def name_pushes(self, context: Context, before: Candidates, after: Candidates, n: int) -> None:
        """Names the boosts and buries, each with its items on the first n places before or after."""
        seen = np.array(list(dict.fromkeys([*after.items[:n].tolist(), *before.items[:n].tolist()])), np.int64)
        for each in _pushes(context):
            if _of(each.items, before.items).any():
                self._name(context, each.by, seen[_of(each.items, seen)].tolist())

    def pin(self, context: Context, candidates: Candidates) -> Candidates:
        """`pinned` for the pins of the request."""
        pins = _pins(context)
        if not pins:
            return candidates
        ads = _ads(context)
        sold = {row: int(candidates.items[row]) for row in np.flatnonzero(_of(ads, candidates.items)).tolist()}
        found, placed = pinned(candidates, pins, context.allowed & ~ads, sold)
        for by, items in placed:
            self._name(context, by, items)
        return found

    def cap(self, context: Context, candidates: Candidates, moved: Moved) -> Candidates:
        """`capped` for the caps of the request; items moved are added to `moved`. What was logged of an item's place by
        chance is no longer known of one that it moved."""
        caps = _caps(context)
        if not caps:
            return candidates
        fixed = np.flatnonzero(~np.isnan(candidates.column(PINNED)) | _of(_ads(context), candidates.items))
        after, down = capped(candidates, caps, frozenset(fixed.tolist()))
        for name, items in down.items():
            moved.setdefault(name, []).extend(item for item in items if item not in moved.get(name, ()))
        if context.exploration is not None and after is not candidates:
            shifted = after.items[after.items != candidates.items]
            context.exploration = context.exploration.without(shifted.tolist())
        return after

    def name_caps(self, context: Context, moved: Moved) -> None:
        """Names the caps that moved something, in the order of the rules."""
        for cap in _caps(context):
            if cap.by.rule.rule_id in moved:
                self._name(context, cap.by, moved[cap.by.rule.rule_id])

    def room(self, context: Context) -> int:
        """How many places more than the slate's a reranker must fill: pinned items leave theirs, and caps send theirs
        behind others."""
        return len(_pins(context)) + (MOST_PLACE if _caps(context) else 0)

    def _name(self, context: Context, by: RuleVersion, numbers: Sequence[int]) -> None:
        names = dict(context.ruling.names) if context.ruling is not None else {}
        strangers = [number for number in numbers if number not in names]
        for number, item in zip(strangers, self._catalogue.get(strangers) if strangers else (), strict=True):
            if item is not None:
                names[number] = item.item_id
        context.applied_rules.append(applied(by, [names[number] for number in numbers if number in names]))


def applied(each: RuleVersion, items: Iterable[str] = (), says: str = "") -> AppliedRule:
    """A rule as the answer names it."""
    return AppliedRule(each.rule.rule_id, each.version, each.rule.action, tuple(items), says)


def pushed(candidates: Candidates, pushes: Iterable[Push]) -> Candidates:
    """Boosts and buries: the same rows in the same order with other scores, and their share as contribution "rules".

    Rules on one item compose: their strengths multiply, a bury dividing, and the product is kept in 1/8..8. The score
    moves by (log2 of the product) / 3 of the distance from the worst to the best score: the strongest boost lifts the
    worst candidate beside the best, a boost of 2 by a third of the way, whatever sign and scale the scores have. An
    item whose score is NaN stays as it is.
    """
    scores = candidates.scores.astype(np.float64)
    known = scores[~np.isnan(scores)]
    doublings = np.zeros(len(candidates))
    touched = np.zeros(len(candidates), np.bool_)
    for each in pushes:
        rows = _of(each.items, candidates.items)
        doublings[rows] += each.doublings
        touched |= rows
    if not touched.any() or not len(known):
        return candidates
    span = float(known.max() - known.min())
    if span <= 0:
        span = max(abs(float(known.max())), 1.0)
    share = np.clip(doublings / _MOST_DOUBLINGS, -1.0, 1.0)
    moved = (span * share).astype(np.float32)
    return replace(
        candidates,
        columns={**candidates.columns, PUSHED: np.where(touched, share, np.nan).astype(np.float32)},
        scores=(scores + moved).astype(np.float32),
        contributions={**candidates.contributions, PUSHED: moved},
    )


def pinned(
    candidates: Candidates,
    pins: Iterable[Pin],
    allowed: NDArray[np.bool_],
    sold: Mapping[int, int] | None = None,
) -> tuple[Candidates, list[tuple[RuleVersion, list[int]]]]:
    """Pins: each item that may be shown goes to its place, once, and the others close up around it.

    The first pin of an item wins. The first pin of a place gets it, the next one the nearest free place after it: so
    the items of one rule follow each other, and where one of them may not be shown the next moves up. A place beyond
    the end is the end. An item that no retriever brought joins with no score and no evidence. Places are those of the
    whole answer, so pages fit together. The column "pinned" holds the places, from 0 on.

    Args:
        sold: place → candidate that stands there and stays, as one pinned before all others.

    Returns:
        The candidates, and the rules that placed something with the items they placed.
    """
    sold = sold or {}
    placed, by = _placed(pins, allowed, sold)
    if not by:
        return candidates, []
    ones = set(placed.values())
    there = set(candidates.items.tolist())
    joined = _with_missing(candidates, [item for item in placed.values() if item not in there])
    row_of = {int(item): row for row, item in enumerate(joined.items)}
    order = [row for row, item in enumerate(joined.items.tolist()) if item not in ones]
    column = np.full(len(joined), np.nan, np.float32)
    for place in sorted(placed):
        row = row_of[placed[place]]
        order.insert(place, row)
        column[row] = np.nan if place in sold else place
    return joined.with_columns({PINNED: column}).take(np.array(order, np.intp)), list(by.values())


def places_of_pins(context: Context) -> dict[int, int]:
    """Place, from 0 → item number, of the items that will be pinned when all rerankers are done."""
    pins = _pins(context)
    return _placed(pins, context.allowed & ~_ads(context), {})[0] if pins else {}


def _ads(context: Context) -> NDArray[np.bool_]:
    """(size,) what is there because somebody pays."""
    return context.columns.kinds(("ad",))


def _placed(
    pins: Iterable[Pin], allowed: NDArray[np.bool_], sold: Mapping[int, int]
) -> tuple[dict[int, int], dict[str, tuple[RuleVersion, list[int]]]]:
    placed = dict(sold)
    ones = set(sold.values())
    by: dict[str, tuple[RuleVersion, list[int]]] = {}
    for each in pins:
        if each.item in ones or not 0 < each.item < len(allowed) or not allowed[each.item]:
            continue
        ones.add(each.item)
        place = each.place
        while place in placed:
            place += 1
        placed[place] = each.item
        by.setdefault(each.by.rule.rule_id, (each.by, []))[1].append(each.item)
    return placed, by


def _pushes(context: Context) -> tuple[Push, ...]:
    return context.ruling.pushes if context.ruling is not None and not context.query.sort else ()


def _pins(context: Context) -> tuple[Pin, ...]:
    return context.ruling.pins if context.ruling is not None and not context.query.sort else ()


def _caps(context: Context) -> tuple[Cap, ...]:
    return context.ruling.caps if context.ruling is not None and not context.query.sort else ()


def _of(mask: NDArray[np.bool_], items: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n,) mask by item; an item beyond the picture the mask was made from is not in it."""
    inside = (items > 0) & (items < len(mask))
    return inside & mask[np.where(inside, items, 0)] if len(mask) else inside


def _with_missing(candidates: Candidates, items: Sequence[int]) -> Candidates:
    if not items:
        return candidates

    def longer(column: NDArray[np.float32], fill: float) -> NDArray[np.float32]:
        return np.concatenate([column, np.full(len(items), fill, np.float32)])

    return Candidates(
        np.concatenate([candidates.items, np.array(items, np.int64)]),
        {name: longer(column, np.nan) for name, column in candidates.columns.items()},
        longer(candidates.scores, np.nan),
        {name: longer(share, 0.0) for name, share in candidates.contributions.items()},
    )
