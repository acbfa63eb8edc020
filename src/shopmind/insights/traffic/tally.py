"""What a log adds up to: the one definition that counters and recounts share.

Events are counted in millionths, so that the parts of an outcome that several places share add up to it exactly.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from shopmind.domain import EVENT_TYPES
from shopmind.evaluation.attribution import WHOLE, Rule, attribute, placed
from shopmind.kit.clock import DAY_MS
from shopmind.metrics.diversity import category_pairs
from shopmind.stores.counters import COUNTS

Counts = dict[str, pl.DataFrame]
"""Name → schema COUNTS. The names are

people: events by the user's number (0 of nobody known), figure an event type in millionths, and "revenue:USD" in
millionths of minor units. Outcomes stand at the scenario and variant that they are credited to, "" where nobody is.
items: by the item's number, "impression" at its scenario and variant, and "taken" (outcomes) at none.
echoes: outcomes whose request_id is "unknown", "not_shown" or "late", in millionths, subject 0.
answers: of the slates, whole numbers, subject 0: answers, empty, degraded, timed, "took:K" (answers that took more than
1.1 ** (K - 1) and up to 1.1 ** K milliseconds), pairs and pairs_differing (by category).
"""

KEYS = ("day", "scenario", "variant", "subject", "figure")
STEP = 1.1
"""From one bucket of milliseconds to the next: a percentile is off by a tenth at most."""

_DAY = (pl.col("timestamp_ms") // DAY_MS).cast(pl.Int32)
_NAMES = dict(enumerate(EVENT_TYPES))


def tally(
    events: pl.DataFrame,
    shown: pl.DataFrame,
    *,
    rule: Rule,
    window_days: float,
    currency: str,
    numbers: pl.Series | None = None,
) -> Counts:
    """Counts of people, items and echoes.

    Args:
        events, shown: as of evaluation.attribution.attribute.
        currency: of revenue that names none.
        numbers: of the events that are counted; None counts all. The others only help to credit them.
    """
    credits = attribute(events, shown, rule=rule, window_days=window_days)
    seen = placed(events, shown)
    if numbers is not None:
        credits = credits.filter(pl.col("number").is_in(numbers.implode()))
        seen = seen.filter(pl.col("number").is_in(numbers.implode()))
    credits = credits.with_columns(part=pl.when(pl.col("how") == "none").then(1.0).otherwise("credit"))
    credits = credits.with_columns(pl.col("part").mul(WHOLE).round().cast(pl.Int64), kind=_named(pl.col("type")))
    bought = credits.filter(pl.col("kind") == "purchase", pl.col("value_minor").is_not_null())
    spent = pl.lit("revenue:") + pl.col("currency").fill_null(currency)
    user = pl.col("user").fill_null(0)
    once = credits.unique("number", keep="first", maintain_order=True)
    echoed = once.filter(pl.col("echo").is_not_null() & (pl.col("echo") != "known"))
    nowhere = {"scenario": pl.lit(None, pl.String), "variant": pl.lit(None, pl.String)}
    return {
        "people": _sums(
            _rows(credits, user, pl.col("kind"), pl.col("part")),
            _rows(bought, user, spent, pl.col("part") * pl.col("value_minor")),
            _rows(seen, user, pl.lit("impression"), pl.lit(WHOLE)),
        ),
        "items": _sums(
            _rows(seen, pl.col("item"), pl.lit("impression"), pl.lit(WHOLE)),
            _rows(once.with_columns(**nowhere), pl.col("item"), pl.lit("taken"), pl.lit(WHOLE)),
        ),
        "echoes": _sums(_rows(echoed.with_columns(**nowhere), pl.lit(0), pl.col("echo"), pl.lit(WHOLE))),
    }


def tally_answers(slates: Sequence[Mapping[str, Any]], items: Mapping[str, int], codes: NDArray[np.int32]) -> Counts:
    """Counts of answers.

    Args:
        slates: bodies of slate records.
        items: item id → number, of those that are known.
        codes: (size,) category code by item number, -1 for none.
    """
    lengths = np.array([len(body["items"]) for body in slates], np.int64)
    numbers = np.array([items.get(each, -1) for body in slates for each in body["items"]], np.int64)
    wide = np.full((len(slates), int(lengths.max(initial=1))), -1, np.int64)
    wide[np.arange(wide.shape[1]) < lengths[:, None]] = np.where(numbers < len(codes), numbers, -1)
    differing, pairs = category_pairs(wide, codes)
    sums: Counter[tuple[int, str, str, int, str]] = Counter()
    for at, body in enumerate(slates):
        key = (int(body["at_ms"]) // DAY_MS, str(body.get("scenario") or ""), str(body.get("variant") or ""), 0)
        sums[*key, "answers"] += 1
        sums[*key, "empty"] += not body["items"]
        sums[*key, "degraded"] += bool(body.get("degraded"))
        sums[*key, "pairs"] += int(pairs[at])
        sums[*key, "pairs_differing"] += int(differing[at])
        took_ms = body.get("took_ms")
        if took_ms is not None:
            sums[*key, "timed"] += 1
            sums[*key, f"took:{bucket(took_ms)}"] += 1
    rows = [(*key, value) for key, value in sums.items()]
    return {"answers": _sums(pl.DataFrame(rows, schema=COUNTS, orient="row"))}


def bucket(milliseconds: float) -> int:
    """The bucket K of a time: above 1.1 ** (K - 1), up to 1.1 ** K; everything up to 0.1 ms is in one."""
    return math.ceil(round(math.log(max(milliseconds, 0.1), STEP), 9))


def less(new: Counts, old: Counts) -> Counts:
    """The first less the second; rows of 0 are left out."""
    return {
        name: _sums(new[name], old[name].with_columns(-pl.col("value"))) if name in old else new[name] for name in new
    }


def _rows(frame: pl.DataFrame, subject: pl.Expr, figure: pl.Expr, value: pl.Expr) -> pl.DataFrame:
    return frame.select(
        day=_DAY,
        scenario=pl.col("scenario").fill_null(""),
        variant=pl.col("variant").fill_null(""),
        subject=subject.cast(pl.Int64),
        figure=figure.cast(pl.String),
        value=value.cast(pl.Int64),
    )


def _sums(*frames: pl.DataFrame) -> pl.DataFrame:
    added = pl.concat(frames).group_by(KEYS).agg(pl.col("value").sum()).filter(pl.col("value") != 0)
    return added.sort(KEYS).select(list(COUNTS))


def _named(code: pl.Expr) -> pl.Expr:
    return code.cast(pl.Int64).replace_strict(list(_NAMES), list(_NAMES.values()), return_dtype=pl.String)
