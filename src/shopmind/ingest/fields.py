"""One field of a raw row at a time: what is allowed, and a message that says what was wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Any

import orjson

from shopmind.domain import Scalar
from shopmind.ingest.money import UNKNOWN, currency_code, minor_units, to_decimal
from shopmind.kit.clock import DAY_MS, EARLIEST_MS, LATEST_MS
from shopmind.kit.errors import InputError
from shopmind.text.normalise import clean

ID_LENGTH = 200
TITLE_LENGTH = 1_000
DESCRIPTION_LENGTH = 100_000
SHORT_LENGTH = 500
QUERY_LENGTH = 1_000
URL_LENGTH = 4_000
ATTRIBUTE_COUNT = 200
ATTRIBUTE_NAME_LENGTH = 100
ATTRIBUTE_LENGTH = 20_000
CATEGORY_COUNT = 20
LARGEST_AMOUNT = Decimal(10) ** 10
LARGEST_QUANTITY = 1_000_000
LARGEST_POSITION = 1_000_000
FUTURE_MS = DAY_MS
"""How far ahead of now an event may lie: clocks differ, and zones are forgotten."""


class RowError(InputError):
    """A row that cannot be taken.

    Attributes:
        reason: name of the check it fails; the report counts by it.
    """

    def __init__(self, reason: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message, field=field)
        self.reason = reason


def is_missing(value: object) -> bool:
    """None, NaN and the empty text are no value."""
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def identifier(row: Mapping[str, Any], name: str, where: str, *, required: bool = True) -> str | None:
    """1–200 printable characters; whole numbers become their digits, white space around is dropped."""
    value = row.get(name)
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # a column of ids with gaps comes out of many tools as floats
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if is_missing(value) or (isinstance(value, str) and not value.strip()):
        if required:
            raise RowError("missing_id", f"{where}: {name} is missing", field=name)
        return None
    if not isinstance(value, str):
        raise RowError("missing_id", f"{where}: {name} is {type(value).__name__}, a text is expected", field=name)
    text = value.strip()
    if len(text) > ID_LENGTH or not text.isprintable():
        raise RowError(
            "missing_id", f"{where}: {name} {text[:40]!r} is not 1–{ID_LENGTH} printable characters", field=name
        )
    return text


def words(row: Mapping[str, Any], name: str, where: str, limit: int) -> str | None:
    """A cleaned text of at most `limit` characters; None when there is none."""
    value = row.get(name)
    if is_missing(value):
        return None
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise RowError("wrong_type", f"{where}: {name} is {type(value).__name__}, a text is expected", field=name)
    if len(value) > 20 * limit:
        raise _too_long(where, name, len(value), limit)
    text = clean(value).text
    if len(text) > limit:
        raise _too_long(where, name, len(text), limit)
    return text or None


def _too_long(where: str, name: str, length: int, limit: int) -> RowError:
    return RowError("too_long", f"{where}: {name} has {length:,} characters, at most {limit:,} are allowed", field=name)


def amount(row: Mapping[str, Any], name: str, where: str, *, negative: bool = False) -> Decimal | None:
    """An amount of money in major units."""
    value = row.get(name)
    if value is None:
        return None
    try:
        number = to_decimal(value)
    except InputError as error:
        raise RowError("impossible_price", f"{where}: {name}: {error.message}", field=name) from error
    if number is not None and not (-LARGEST_AMOUNT if negative else 0) <= number <= LARGEST_AMOUNT:
        low = f"-{LARGEST_AMOUNT:,}" if negative else "0"
        raise RowError(
            "impossible_price", f"{where}: {name} {value!r} is outside {low} to {LARGEST_AMOUNT:,}", field=name
        )
    return number


def money(row: Mapping[str, Any], name: str, where: str, currency: str | None, *, negative: bool = False) -> int | None:
    """An amount in minor units of `currency`."""
    number = amount(row, name, where, negative=negative)
    return None if number is None else minor_units(number, currency)


def currency(row: Mapping[str, Any], where: str, default: str | None) -> str | None:
    """The row's currency code, or the default."""
    value = row.get("currency")
    if is_missing(value):
        return default
    try:
        return currency_code(str(value))
    except InputError as error:
        raise RowError("impossible_price", f"{where}: currency: {error.message}", field="currency") from error


def number(
    row: Mapping[str, Any], name: str, where: str, low: float, high: float, *, reason: str, above: bool = False
) -> float | None:
    """A finite number from `low` (excluded when `above`) to `high`."""
    value = row.get(name)
    if value is None:
        return None
    try:
        found = to_decimal(value)
    except InputError as error:
        raise RowError(reason, f"{where}: {name}: {error.message}", field=name) from error
    if found is None:
        return None
    if not low <= found <= high or (above and found == low):
        bounds = f"{'above' if above else 'from'} {low:g} to {high:g}"
        raise RowError(reason, f"{where}: {name} {value!r} is not {bounds}", field=name)
    return float(found)


def moment(row: Mapping[str, Any], name: str, where: str, zone: tzinfo = UTC) -> int | None:
    """Epoch milliseconds of an RFC 3339 time or of epoch seconds, milliseconds or microseconds.

    Args:
        zone: where a time without offset was taken.
    """
    value = row.get(name)
    if is_missing(value) or (isinstance(value, str) and value.strip().lower() in UNKNOWN):
        return None
    milliseconds = _moment(value, zone)
    if milliseconds is None:
        raise RowError(
            "impossible_time",
            f"{where}: {name} {str(value)[:60]!r} is not an RFC 3339 time such as 2026-01-31T12:00:00Z, "
            "nor epoch seconds or milliseconds",
            field=name,
        )
    if not EARLIEST_MS <= milliseconds < LATEST_MS:
        raise RowError("impossible_time", f"{where}: {name} {str(value)[:60]!r} is outside 1970–2100", field=name)
    return milliseconds


def _moment(value: object, zone: tzinfo) -> int | None:
    if isinstance(value, str):
        text = value.strip()
        try:
            plain = float(text) if text.replace(".", "", 1).isdigit() and len(text) >= 9 else None
            value = plain if plain is not None else datetime.fromisoformat(text)
        except ValueError:
            return None
    if isinstance(value, datetime):
        aware = value if value.tzinfo is not None else value.replace(tzinfo=zone)
        try:
            return round(aware.timestamp() * 1000)
        except (OverflowError, ValueError):
            return None
    if isinstance(value, date):
        return _moment(datetime(value.year, value.month, value.day), zone)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return _epoch(value)


def _epoch(value: float) -> int | None:
    """Below 10^11 a number counts seconds (until the year 5138), below 10^14 milliseconds, below 10^17 microseconds."""
    for limit, factor in ((1e11, 1000.0), (1e14, 1.0), (1e17, 1e-3)):
        if 0 <= value < limit:
            return round(value * factor)
    return None


def categories(row: Mapping[str, Any], where: str) -> tuple[str, ...]:
    """From a list, a JSON list, or a path written "A > B"."""
    value = row.get("categories")
    if is_missing(value):
        return ()
    if isinstance(value, str):
        text = value.strip()
        value = _json(text, "categories", where) if text.startswith("[") else text.split(">")
    if not isinstance(value, Sequence):
        raise RowError("wrong_type", f"{where}: categories {value!r} is not a list of texts", field="categories")
    names = [words({"categories": each}, "categories", where, SHORT_LENGTH) for each in value[: CATEGORY_COUNT + 1]]
    if len(names) > CATEGORY_COUNT:
        raise RowError("too_long", f"{where}: categories has more than {CATEGORY_COUNT} levels", field="categories")
    return tuple(name for name in names if name)


def attributes(row: Mapping[str, Any], where: str, known: frozenset[str]) -> dict[str, Scalar]:
    """The `attributes` of a row and its columns that have no other meaning, as flat scalars.

    Nested tables get dotted names, lists are joined with "; ", missing values are left out.
    """
    found: dict[str, Scalar] = {}
    given = row.get("attributes")
    if isinstance(given, str) and given.strip():
        given = _json(given, "attributes", where)
    if not is_missing(given):
        if not isinstance(given, Mapping):
            raise RowError("wrong_type", f"{where}: attributes is not a table of names and values", field="attributes")
        _flatten("", given, found, where, 0)
    _flatten("", {name: value for name, value in row.items() if name not in known}, found, where, 0)
    if len(found) > ATTRIBUTE_COUNT:
        raise RowError(
            "too_long", f"{where}: {len(found)} attributes, at most {ATTRIBUTE_COUNT} are allowed", field="attributes"
        )
    return found


def _flatten(prefix: str, table: Mapping[Any, Any], found: dict[str, Scalar], where: str, depth: int) -> None:
    for key, value in table.items():
        name = f"{prefix}{key}".strip()
        if is_missing(value):
            continue
        if isinstance(value, Mapping) and depth < 5:
            _flatten(f"{name}.", value, found, where, depth + 1)
            continue
        if not name or len(name) > ATTRIBUTE_NAME_LENGTH or not name.isprintable():
            raise RowError(
                "wrong_type",
                f"{where}: {name[:40]!r} is not an attribute name of printable characters",
                field="attributes",
            )
        scalar = _scalar(name, value, where)
        if scalar != "":
            found[name] = scalar


def _scalar(name: str, value: Any, where: str) -> Scalar:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else ""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        value = "; ".join(str(each) for each in value if not is_missing(each))
    return words({name: str(value)}, name, where, ATTRIBUTE_LENGTH) or ""


def _json(text: str, name: str, where: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise RowError("wrong_type", f"{where}: {name} is not JSON: {error}", field=name) from error
