"""Which events are to be counted, or counted again, for a piece of the log that is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from shopmind.domain import EVENT_TYPES, HISTORY_TYPES
from shopmind.evaluation.attribution import OUTCOMES
from shopmind.kit.clock import DAY_MS
from shopmind.shop import Shop
from shopmind.stores.ports import EVENT_LOG

_IMPRESSION = EVENT_TYPES.index("impression")
_OUTCOMES = [EVENT_TYPES.index(name) for name in OUTCOMES]
_DOINGS = [EVENT_TYPES.index(name) for name in HISTORY_TYPES]


@dataclass(frozen=True)
class Affected:
    """A piece of the log that credits some events as the whole log would.

    Attributes:
        numbers: of the events whose counts are new or may have changed: impressions and outcomes.
        events: these and all that may have led to them, schema EVENT_LOG.
        requests: the answers that any of them echo.
    """

    numbers: pl.Series
    events: pl.DataFrame
    requests: list[str]


def affected(shop: Shop, before: Mapping[str, Any], mark: Mapping[str, Any], answered: Sequence[str]) -> Affected:
    """What the events above `before` up to `mark` bring, and the answers written since then.

    An outcome is new; or it echoes an answer of which something is new; or the same visitor has a touch of the same
    item in the window before it that is new or whose answer has something new.

    Args:
        answered: requests of the slates that were written since.
    """
    window_ms = round(mark["window_days"] * DAY_MS)
    old, upto = before["events"], mark["events"]
    new = shop.events.table(after=old, upto=upto, whole=True).filter(
        pl.col("type").is_in([_IMPRESSION, *_DOINGS]), pl.col("item").is_not_null()
    )
    told = new.filter(pl.col("type") == _IMPRESSION)["request_id"].drop_nulls()
    stirred = pl.concat([told, pl.Series("request_id", list(answered), pl.String)]).unique()
    again = shop.events.of_requests(stirred.to_list(), upto=old) if old else new.clear()
    touches = pl.concat([new.filter(_touching()), again.filter(_touching())])
    late = _after(shop, touches, window_ms, old) if old and touches.height else new.clear()
    outcomes = _outcomes(pl.concat([new, again, late])).unique("number")
    counted = pl.concat([outcomes["number"], _impressions(new)["number"], _impressions(again)["number"]]).unique()
    known = pl.concat([new, again, late])  # holds all that is numbered above `old`
    if old:
        earlier = shop.events.touches(_pairs(outcomes, "user"), _pairs(outcomes, "session"), upto=old)
        known = pl.concat([known, earlier])
    requests = known["request_id"].drop_nulls().unique()
    if old:
        known = pl.concat([known, shop.events.of_requests(requests.to_list(), upto=old)])
    return Affected(counted.sort(), known.unique("number").sort("number"), requests.to_list())


def _touching() -> pl.Expr:
    return (pl.col("type") == _IMPRESSION) | pl.col("request_id").is_not_null()


def _outcomes(events: pl.DataFrame) -> pl.DataFrame:
    return events.filter(pl.col("type").is_in(_OUTCOMES))


def _impressions(events: pl.DataFrame) -> pl.DataFrame:
    return events.filter(pl.col("type") == _IMPRESSION)


def _after(shop: Shop, touches: pl.DataFrame, window_ms: int, upto: int) -> pl.DataFrame:
    """Outcomes that were counted already and come after one of these touches: of the same visitor and item."""
    first, last = touches["timestamp_ms"].min(), touches["timestamp_ms"].max()
    if not isinstance(first, int) or not isinstance(last, int):
        return pl.DataFrame(schema=EVENT_LOG)
    later = shop.events.between(OUTCOMES, first, last + window_ms + 1, upto=upto)
    by = [
        later.drop_nulls(who).join(
            touches.drop_nulls(who).group_by(who, "item").agg(touched_ms=pl.col("timestamp_ms").min()),
            on=[who, "item"],
        )
        for who in ("user", "session")
    ]
    found = pl.concat(by).filter(pl.col("timestamp_ms") >= pl.col("touched_ms"))
    return found.drop("touched_ms").unique("number").select(list(EVENT_LOG))


def _pairs(outcomes: pl.DataFrame, who: str) -> list[tuple[Any, int]]:
    return list(outcomes.drop_nulls(who).select(who, "item").unique().iter_rows())
