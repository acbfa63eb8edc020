"""What followed from what was shown: each outcome credited to the places in answers that led to it."""

from __future__ import annotations

from typing import Any, Literal, get_args

import polars as pl

from shopmind.domain import EVENT_TYPES, HISTORY_TYPES, EventType
from shopmind.kit.clock import DAY_MS
from shopmind.kit.errors import InputError, not_allowed
from shopmind.training.credit import CLOCKS_MS

Rule = Literal["last_touch", "position_based"]
RULES: tuple[Rule, ...] = get_args(Rule)

OUTCOMES: tuple[EventType, ...] = ("view", "click", "favourite", "add_to_cart", "purchase")
WINDOW_DAYS = 7.0

WHOLE = 1_000_000
FIRST, LAST = 400_000, 400_000
"""Credits are counted in millionths, so that the parts of an outcome add up to it exactly."""

SHOWN: dict[str, Any] = {
    "request_id": pl.String,
    "timestamp_ms": pl.Int64,
    "user": pl.Int64,
    "session": pl.String,
    "item": pl.Int64,
    "position": pl.Int32,
    "scenario": pl.String,
    "variant": pl.String,
    "propensity": pl.Float64,
}
"""Schema of what answers held, one row for each item of a slate (evaluation.slates.shown reads it)."""

CREDITS: dict[str, Any] = {
    "number": pl.Int64,
    "type": pl.Int8,
    "timestamp_ms": pl.Int64,
    "user": pl.Int64,
    "session": pl.String,
    "item": pl.Int64,
    "value_minor": pl.Int64,
    "currency": pl.String,
    "quantity": pl.Float64,
    "echo": pl.String,
    "how": pl.String,
    "credit": pl.Float64,
    "request_id": pl.String,
    "position": pl.Int32,
    "scenario": pl.String,
    "variant": pl.String,
    "propensity": pl.Float64,
    "shown_ms": pl.Int64,
}
"""Schema of `attribute`."""

_PLACE = ("request_id", "position", "scenario", "variant", "propensity", "shown_ms")
_EVENT = tuple(name for name in CREDITS if name not in (*_PLACE, "echo", "how", "credit"))
_ORDER = ("touched_ms", "shown_ms", "request_id", "place_number")
"""What orders the touches of one outcome: nothing that depends on which other rows are in the frames."""


def attribute(
    events: pl.DataFrame,
    shown: pl.DataFrame | None = None,
    *,
    rule: Rule = "last_touch",
    window_days: float = WINDOW_DAYS,
    outcomes: tuple[EventType, ...] = OUTCOMES,
) -> pl.DataFrame:
    """Credits each outcome to the places (request, item) in answers that led to it.

    1. An outcome that echoes a `request_id` belongs to that item of that answer: `how` = "request". It came after the
       answer, so its clock may say up to a day earlier; later than the window it does not belong to it.
    2. Any other outcome belongs to places that the same user, or the same session, was shown or acted on (with an
       echoed event) in the window before it, the same item: `how` = "touch". Where any was acted on, those only seen
       take nothing. `last_touch` gives all to the latest; `position_based` 40 % to the first and to the last and
       shares 20 % among those between (50 % each of two).
    3. Else the event's own `scenario` and `variant` are believed: `how` = "said"; without one "none", credit 0.

    Only times decide what was before what, not the order of arrival. A session is not followed from one user to
    another. Rows with an equal `number` are one event; a second impression of an item in an answer is the same place.

    Source: click-through before view-through as in the attribution of advertising platforms; the 40-20-40 rule as
    position-based attribution of Google Analytics.

    Args:
        events: the log: columns of stores.ports.EVENT_TABLE, and `variant` and `currency` where known (else null).
            It must hold impressions and echoed events from `window_days` before the first outcome on.
        shown: schema SHOWN, of answers whose impressions may not have been reported; such a place is known by its
            request only: nobody says that it was seen.
        outcomes: event types that are credited.

    Returns:
        Schema CREDITS, by number and time shown: one row for each outcome and place that takes a part of it; outcomes
        that nobody takes have one row too. Sum `credit` for counts, `credit * value_minor` for revenue. `request_id`,
        `position`, `scenario`, `variant`, `propensity`, `shown_ms` are the place's. `echo` says what the outcome's own
        request_id was: null (it has none), "known", "late" (outside the window), "not_shown" (that answer is known and
        did not hold the item) or "unknown" (no such answer).

    Raises:
        InputError: a rule, window or outcome that is not allowed, or a frame without a column.
    """
    if rule not in RULES:
        raise not_allowed("attribution: rule", rule, RULES, field="rule")
    if not window_days > 0:
        raise InputError(f"attribution: window_days = {window_days!r}, it must be above 0", field="window_days")
    unknown = [name for name in outcomes if name not in HISTORY_TYPES]
    if unknown:
        raise not_allowed("attribution: outcomes", unknown[0], HISTORY_TYPES, field="outcomes")
    window_ms = round(window_days * DAY_MS)
    log = _log(events)
    places = _places(log, shown)
    doings = _echoed(log.filter(pl.col("type").is_in(_codes(HISTORY_TYPES)), pl.col("item").is_not_null()), places)
    in_time = pl.col("timestamp_ms").is_between(pl.col("shown_ms") - CLOCKS_MS, pl.col("shown_ms") + window_ms)
    doings = doings.with_columns(
        echo=pl.when(pl.col("echo") == "known").then(pl.when(in_time).then(pl.lit("known")).otherwise(pl.lit("late")))
        .otherwise("echo")
    )  # fmt: skip
    wanted = doings.filter(pl.col("type").is_in(_codes(outcomes)))
    direct = wanted.filter(pl.col("echo") == "known").with_columns(how=pl.lit("request"), part=pl.lit(WHOLE))
    others = wanted.filter(pl.col("echo").is_null() | (pl.col("echo") != "known")).drop(*_PLACE, "place_number")
    touched = _touched(others, doings.filter(pl.col("echo") == "known"), _seen(log, places), window_ms, rule)
    rest = others.join(touched, on="number", how="anti").with_columns(
        pl.lit(None, kind).alias(name) for name, kind in CREDITS.items() if name in _PLACE
    )
    said = pl.col("said_scenario").is_not_null()
    rest = rest.with_columns(
        how=pl.when(said).then(pl.lit("said")).otherwise(pl.lit("none")),
        part=pl.when(said).then(WHOLE).otherwise(0),
        scenario=pl.col("said_scenario"),
        variant=pl.when(said).then("said_variant"),
    )
    found = pl.concat([direct, touched, rest], how="diagonal_relaxed").with_columns(
        credit=(pl.col("part") / WHOLE).round(6)
    )
    return found.sort("number", "shown_ms", "request_id").select(
        pl.col(name).cast(kind) for name, kind in CREDITS.items()
    )


def _codes(types: tuple[EventType, ...]) -> list[int]:
    return [EVENT_TYPES.index(name) for name in types]


def _log(events: pl.DataFrame) -> pl.DataFrame:
    needed = {*_EVENT, "scenario", "request_id", "position", "propensity"} - {"currency"}
    missing = sorted(needed - set(events.columns))
    if missing:
        raise InputError(f"attribution: the frame of events has no column {', '.join(missing)}", field="events")
    absent = [pl.lit(None, pl.String).alias(name) for name in ("variant", "currency") if name not in events.columns]
    columns = [*_EVENT, "scenario", "variant", "request_id", "position", "propensity"]
    return events.with_columns(absent).select(columns).unique("number", keep="first", maintain_order=True)


def placed(events: pl.DataFrame, shown: pl.DataFrame | None = None) -> pl.DataFrame:
    """The impressions of a log, completed by what else is known of their places.

    Args:
        events, shown: as of `attribute`.

    Returns:
        number, timestamp_ms, user, session, item, and request_id, position, scenario, variant, propensity and shown_ms
        of the place: its first impression's, and where that does not say, its slate's. By number.
    """
    log = _log(events)
    return _seen(log, _places(log, shown)).select(
        "number", "timestamp_ms", "user", "session", "item", *(name for name in _PLACE)
    ).sort("number")  # fmt: skip


def _places(log: pl.DataFrame, shown: pl.DataFrame | None) -> pl.DataFrame:
    """One row for each item of each answer: _PLACE, item, and `place_number`, the number of its first impression; an
    impression without a request is a place of its own."""
    columns = {
        **{name: kind for name, kind in SHOWN.items() if name not in ("user", "session")},
        "place_number": pl.Int64,
    }
    rows = _impressions(log).with_columns(place_number=pl.col("number"))
    frames = [rows.select(pl.col(name).cast(kind) for name, kind in columns.items())]
    if shown is not None:
        answered = shown.with_columns(place_number=pl.lit(None, pl.Int64))
        frames.append(answered.select(pl.col(name).cast(kind) for name, kind in columns.items()))
    every = pl.concat(frames).drop_nulls("item").rename({"timestamp_ms": "shown_ms"})
    asked = every.filter(pl.col("request_id").is_not_null())
    firsts = ("position", "scenario", "variant", "propensity", "place_number")
    merged = (
        asked.sort("place_number", nulls_last=True, maintain_order=True)
        .group_by("request_id", "item", maintain_order=True)
        .agg(*(pl.col(name).drop_nulls().first() for name in firsts), pl.col("shown_ms").min())
    )
    return pl.concat([merged, every.filter(pl.col("request_id").is_null()).select(merged.columns)])


def _impressions(log: pl.DataFrame) -> pl.DataFrame:
    return log.filter(pl.col("type") == EVENT_TYPES.index("impression"), pl.col("item").is_not_null())


def _seen(log: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """The impressions of the log, each with its place."""
    rows = _impressions(log).select("number", "timestamp_ms", "user", "session", "item", "request_id")
    asked = places.filter(pl.col("request_id").is_not_null())
    alone = places.filter(pl.col("request_id").is_null()).drop("request_id", "item")
    return pl.concat(
        [
            rows.join(asked, on=["request_id", "item"], how="inner"),
            rows.join(alone, left_on="number", right_on="place_number", how="inner").with_columns(
                place_number=pl.col("number")
            ),
        ],
        how="diagonal",
    )


def _echoed(doings: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """The doings with the place that each echoes, and `echo`: known, not_shown, unknown or null."""
    said = doings.rename({"scenario": "said_scenario", "variant": "said_variant"}).drop("position", "propensity")
    asked = places.filter(pl.col("request_id").is_not_null())
    known = asked.select("item", "place_number", *_PLACE).with_columns(at_place=True)
    found = said.join(known, on=["request_id", "item"], how="left")
    answers = asked.select("request_id").unique().with_columns(answered=True)
    found = found.join(answers, on="request_id", how="left")
    echo = (
        pl.when(pl.col("request_id").is_null())
        .then(None)
        .when("at_place")
        .then(pl.lit("known"))
        .when("answered")
        .then(pl.lit("not_shown"))
        .otherwise(pl.lit("unknown"))
    )
    return found.with_columns(echo=echo).drop("at_place", "answered")


def _touched(
    outcomes: pl.DataFrame, acted: pl.DataFrame, seen: pl.DataFrame, window_ms: int, rule: Rule
) -> pl.DataFrame:
    """The outcomes that have touches, once for each that takes a part, with `part` in millionths."""
    place = ["item", *_PLACE, "place_number"]
    touches = pl.concat(
        [
            seen.select(*place, "user", "session", touched_ms="timestamp_ms", acted=False),
            acted.select(*place, "user", "session", touched_ms="timestamp_ms", acted=True),
        ]
    ).join(outcomes.select("item").unique(), on="item", how="semi")
    asking = _by_visitor(outcomes.select("number", "timestamp_ms", "item", "user", "session"))
    pairs = asking.join(_by_visitor(touches), on=["visitor", "item"], suffix="_then").filter(
        pl.col("touched_ms").is_between(pl.col("timestamp_ms") - window_ms, pl.col("timestamp_ms")),
        (pl.col("user") == pl.col("user_then")).fill_null(True),
    )
    where = ["number", *_PLACE, "place_number"]
    once = pairs.group_by(where).agg(
        pl.col("touched_ms").max(), first_ms=pl.col("touched_ms").min(), acted=pl.col("acted").any()
    )
    once = once.filter(pl.col("acted") | ~pl.col("acted").any().over("number"))
    if rule == "last_touch":
        ranked = once.sort("number", *_ORDER, nulls_last=True).unique("number", keep="last", maintain_order=True)
        parts = ranked.with_columns(part=pl.lit(WHOLE))
    else:
        parts = _by_position(once.sort("number", "first_ms", *_ORDER, nulls_last=True))
    took = parts.select(*where, "part").with_columns(how=pl.lit("touch"))
    return outcomes.join(took, on="number", how="inner")


def _by_position(ranked: pl.DataFrame) -> pl.DataFrame:
    """`part` of touches in the order of their first time; what 20 % leave over when divided goes to the last."""
    place, count = pl.int_range(pl.len()).over("number"), pl.len().over("number")
    between = (WHOLE - FIRST - LAST) // (count - 2).clip(1)
    part = (
        pl.when(count == 1)
        .then(WHOLE)
        .when(count == 2)
        .then(WHOLE // 2)
        .when(place == 0)
        .then(FIRST)
        .when(place < count - 1)
        .then(between)
        .otherwise(WHOLE - FIRST - between * (count - 2))
    )
    return ranked.with_columns(part=part.cast(pl.Int64))


def _by_visitor(rows: pl.DataFrame) -> pl.DataFrame:
    """Each row by its user and again by its session, as `visitor`; rows of nobody are left out."""
    user = rows.with_columns(visitor="u" + pl.col("user").cast(pl.String))
    session = rows.with_columns(visitor="s" + pl.col("session"))
    return pl.concat([user, session]).drop_nulls("visitor")
