"""Raw event columns as columns of EVENT_FRAME, all rows at once.

Only plain values are converted here. A row with anything else (a price with a currency sign, a nested value, a time in
words) is `hard`: it goes through `rows.event`, which has the last word on what a row may be.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

import orjson
import polars as pl

from shopmind.domain import EVENT_TYPES
from shopmind.domain.money import DIGITS
from shopmind.ingest import fields
from shopmind.ingest.rows import EVENT_FIELDS
from shopmind.text.normalise import clean

IDENTIFIERS = ("event_id", "user_id", "session_id", "item_id", "order_id", "scenario", "request_id", "variant")
_UNPRINTABLE = r"[\p{C}\p{Z}&&[^ ]]"
_MISSING = ["", "nan", "null", "none", "n/a", "na", "nil", "-", "unknown", "<na>"]
_PLAIN_TIME = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?Z?$"
_PLAIN_DATE = r"^\d{4}-\d\d-\d\d$"
_PLAIN_NUMBER = r"^-?\d{1,15}(\.\d{1,9})?$"
_NOTHING = pl.lit(None)
_NEVER = pl.lit(False)

Pair = tuple[pl.Expr, pl.Expr]
"""A value, and whether the row is hard."""


@dataclass(frozen=True, slots=True)
class Typed:
    """Typed columns.

    Attributes:
        frame: the columns of EVENT_FRAME but attributes, ids still the shop's own, and `index`, the row's place.
        hard: (n,) rows that `rows.event` has to look at.
    """

    frame: pl.DataFrame
    hard: pl.Series


def typed_events(raw: pl.DataFrame, *, zone: tzinfo, currency: str | None) -> Typed:
    """The columns of a raw frame under our names."""
    schema = raw.schema
    pairs: dict[str, Pair] = {name: _identifier(name, schema.get(name)) for name in IDENTIFIERS}
    pairs["type"] = _event_type(schema.get("type"))
    pairs["timestamp_ms"] = _time("timestamp", schema.get("timestamp"), zone)
    pairs["value"] = _number("value", schema.get("value"))
    pairs["currency"] = _currency(schema.get("currency"), currency)
    pairs["quantity"] = _number("quantity", schema.get("quantity"))
    pairs["position"] = _number("position", schema.get("position"))
    pairs["propensity"] = _number("propensity", schema.get("propensity"))
    objects = [name for name in (*EVENT_FIELDS,) if schema.get(name) == pl.Object and name != "attributes"]
    given = pl.DataFrame([_filled(raw[name]) for name in objects]) if objects else pl.DataFrame()
    source = raw.drop([name for name in raw.columns if raw.schema[name] == pl.Object]).hstack(given.get_columns())
    frame = source.select(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("index"),
        *(value.alias(name) for name, (value, _) in pairs.items()),
        pl.any_horizontal(
            _NEVER,
            *(hard.fill_null(False) for _, hard in pairs.values()),
            *(pl.col(name) for name in objects),
        ).alias("hard"),
    )
    queries, long_queries = _queries(raw)
    frame = frame.with_columns(queries)
    frame = frame.with_columns(_value_minor(), pl.col("position").cast(pl.Int32, strict=False))
    doubtful = (
        pl.col("hard"),
        pl.col("value").is_not_null() & pl.col("value_minor").is_null(),
        (pl.col("type") == "search") & pl.col("query").is_null(),
        pl.col("position") < 0,
        ~pl.col("propensity").is_between(0, 1, closed="right"),
        pl.lit(long_queries),
    )
    hard = frame.select(pl.any_horizontal(each.fill_null(False) for each in doubtful).alias("hard")).to_series()
    no_currency = pl.col("value_minor").is_null() | (pl.col("type") == "rate")
    frame = frame.with_columns(pl.when(no_currency).then(None).otherwise(pl.col("currency")).alias("currency"))
    return Typed(frame.drop("hard", "value"), hard)


def attributes_text(raw: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """(n,) JSON texts of the attributes, null where there are none, and (n,) rows whose attributes are not allowed.

    Equal attributes are looked at once.
    """
    extras = [name for name in raw.columns if name not in EVENT_FIELDS or name == "attributes"]
    if not extras:
        return pl.Series([None] * raw.height, dtype=pl.String), pl.repeat(False, raw.height, eager=True)
    known: dict[Any, str | None] = {}
    texts: list[str | None] = []
    wrong: list[bool] = []
    if len(extras) == 1 and raw.schema[extras[0]] == pl.String:
        rows: Any = ((value,) for value in raw[extras[0]].to_list())
        plain = True
    else:
        rows = zip(*(raw[name].to_list() for name in extras), strict=True)
        plain = all(not raw.schema[name].is_nested() and raw.schema[name] != pl.Object for name in extras)
    for row in rows:
        if plain and row in known:
            texts.append(known[row])
            wrong.append(False)
            continue
        try:
            found = fields.attributes(dict(zip(extras, row, strict=True)), "event", EVENT_FIELDS)
        except fields.RowError:
            texts.append(None)
            wrong.append(True)
            continue
        text = orjson.dumps(found).decode() if found else None
        if plain and len(known) < 100_000:
            known[row] = text
        texts.append(text)
        wrong.append(False)
    return pl.Series(texts, dtype=pl.String), pl.Series(wrong, dtype=pl.Boolean)


def _filled(column: pl.Series) -> pl.Series:
    return pl.Series(column.name, [value is not None for value in column.to_list()], dtype=pl.Boolean)


def _absent(dtype: pl.DataType | None) -> bool:
    return dtype is None or dtype in (pl.Null, pl.Object)


def _identifier(name: str, dtype: pl.DataType | None) -> Pair:
    column = pl.col(name)
    if _absent(dtype):
        return _NOTHING.cast(pl.String), _NEVER
    if dtype == pl.String:
        text = column.str.strip_chars()
        hard = (text.str.len_chars() > fields.ID_LENGTH) | text.str.contains(_UNPRINTABLE)
        return pl.when(text == "").then(None).otherwise(text), hard
    if dtype == pl.Int64:
        return column.cast(pl.String), _NEVER
    if dtype == pl.Float64:
        whole = column.cast(pl.Int64, strict=False)
        return whole.cast(pl.String), column.is_not_nan() & (whole.is_null() | (whole != column))
    return _NOTHING.cast(pl.String), column.is_not_null()


def _event_type(dtype: pl.DataType | None) -> Pair:
    if dtype != pl.String:
        return _NOTHING.cast(pl.String), pl.lit(True)
    text = pl.col("type").str.strip_chars().str.to_lowercase().str.replace_all("[- ]", "_")
    known = text.is_in(list(EVENT_TYPES))
    return pl.when(known).then(text), ~known.fill_null(False)


def _number(name: str, dtype: pl.DataType | None) -> Pair:
    column = pl.col(name)
    if _absent(dtype):
        return _NOTHING.cast(pl.Float64), _NEVER
    if dtype == pl.String:
        text = column.str.strip_chars()
        missing = text.str.to_lowercase().is_in(_MISSING)
        plain = text.str.contains(_PLAIN_NUMBER)
        return pl.when(plain).then(text).cast(pl.Float64, strict=False), column.is_not_null() & ~missing & ~plain
    if dtype == pl.Int64:
        return column.cast(pl.Float64), column.abs() > 2**53
    if dtype == pl.Float64:
        return column.fill_nan(None), column.is_infinite()
    return _NOTHING.cast(pl.Float64), column.is_not_null()


def _currency(dtype: pl.DataType | None, default: str | None) -> Pair:
    if _absent(dtype):
        return pl.lit(default, dtype=pl.String), _NEVER
    if dtype != pl.String:
        return pl.lit(default, dtype=pl.String), pl.col("currency").is_not_null()
    text = pl.col("currency").str.strip_chars().str.to_uppercase()
    given = pl.when(text != "").then(text)
    return given.fill_null(pl.lit(default, dtype=pl.String)), ~given.str.contains("^[A-Z]{3}$")


def _time(name: str, dtype: pl.DataType | None, zone: tzinfo) -> Pair:
    column = pl.col(name)
    if _absent(dtype):
        return _NOTHING.cast(pl.Int64), _NEVER
    if dtype == pl.String:
        return _written_time(column.str.strip_chars(), zone)
    if dtype is not None and dtype.is_temporal() and dtype not in (pl.Time(), pl.Duration()):
        moment = column.cast(pl.Datetime("ms")) if dtype == pl.Date else column
        if dtype == pl.Date or getattr(dtype, "time_zone", None) is None:
            moment = _in_zone(moment, zone)
        value = moment.dt.epoch("ms")
        return value, column.is_not_null() & value.is_null()
    if dtype in (pl.Int64, pl.Float64):
        value = _epoch(column.fill_nan(None) if dtype == pl.Float64 else column)
        return value, column.is_not_null() & value.is_null() & (column.is_not_nan() if dtype == pl.Float64 else True)
    return _NOTHING.cast(pl.Int64), column.is_not_null()


def _written_time(text: pl.Expr, zone: tzinfo) -> Pair:
    plain = text.str.contains(_PLAIN_TIME)
    digits = text.str.contains(r"^\d{9,17}$")
    in_utc = text.str.ends_with("Z")
    bare = text.str.strip_suffix("Z").str.replace(" ", "T", literal=True)
    read = pl.when(plain).then(bare).str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us")
    days = pl.when(text.str.contains(_PLAIN_DATE)).then(text).str.to_datetime("%Y-%m-%d", strict=False, time_unit="us")
    local = _in_zone(pl.coalesce(read, days), zone).dt.epoch("ms")
    moment = pl.when(in_utc).then(_rounded(read)).otherwise(pl.when(_fraction(read)).then(None).otherwise(local))
    value = pl.coalesce(moment, _epoch(pl.when(digits).then(text).cast(pl.Int64, strict=False)))
    missing = text.str.to_lowercase().is_in(_MISSING)
    return value, text.is_not_null() & ~missing & value.is_null()


def _rounded(read: pl.Expr) -> pl.Expr:
    """Finer than a millisecond is left to the row path, which rounds."""
    return pl.when(_fraction(read)).then(None).otherwise(read.dt.epoch("ms"))


def _fraction(read: pl.Expr) -> pl.Expr:
    return (read.dt.epoch("us") % 1000 != 0).fill_null(False)


def _in_zone(moment: pl.Expr, zone: tzinfo) -> pl.Expr:
    name = str(zone)
    if name == "UTC":
        return moment
    return moment.dt.replace_time_zone(name, ambiguous="earliest", non_existent="null")


def _epoch(number: pl.Expr) -> pl.Expr:
    """As fields.moment: below 10^11 seconds, below 10^14 milliseconds, below 10^17 microseconds."""
    return (
        pl.when(number.is_between(0, 1e11, closed="left"))
        .then(number * 1000)
        .when(number.is_between(0, 1e14, closed="left"))
        .then(number)
        .when(number.is_between(0, 1e17, closed="left"))
        .then(number / 1000)
        .round()
        .cast(pl.Int64)
    )


def _queries(raw: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Cleaned query texts, and which rows have one that is too long or no text."""
    no = pl.repeat(False, raw.height, eager=True)
    if _absent(raw.schema.get("query")):
        return pl.Series("query", [None] * raw.height, dtype=pl.String), no
    column = raw["query"]
    if column.dtype != pl.String:
        return pl.Series("query", [None] * raw.height, dtype=pl.String), column.is_not_null()
    long = (column.str.len_chars() > fields.QUERY_LENGTH).fill_null(False)
    distinct = column.filter(~long).drop_nulls().unique()
    cleaned = [clean(text).text or None for text in distinct.to_list()]
    short = pl.select(pl.when(~long).then(column)).to_series()
    read = short.replace_strict(distinct, cleaned, default=None, return_dtype=pl.String) if len(distinct) else short
    return read.alias("query"), long


def _value_minor() -> pl.Expr:
    """Null where the amount is finer than the minor unit: the row path rounds that decimally."""
    factor = pl.col("currency").replace_strict(
        list(DIGITS), [10.0**digits for digits in DIGITS.values()], default=100.0, return_dtype=pl.Float64
    )
    exact = pl.col("value") * pl.when(pl.col("type") == "rate").then(100.0).otherwise(factor)
    largest = pl.col("value").abs() <= float(fields.LARGEST_AMOUNT)
    near = (exact - exact.round()).abs() < 1e-4
    allowed = pl.when(pl.col("type") == "rate").then(exact.is_between(0, 10_000)).otherwise(largest)
    return pl.when(near & allowed).then(exact.round()).cast(pl.Int64, strict=False).alias("value_minor")
