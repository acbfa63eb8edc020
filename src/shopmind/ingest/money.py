"""Money: decimal amounts as written by people and programs, kept as integer minor units."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from shopmind.domain.money import DIGITS
from shopmind.kit.errors import InputError

_CODE = re.compile("[A-Z]{3}")
_AROUND = re.compile(r"^(?:[A-Za-z]{0,3}[$€£¥₹₩]|[A-Z]{3})?\s*(-?[\d.,'\s]+?)\s*(?:[$€£¥₹₩元]|[A-Z]{3})?$")
_GROUPED = re.compile(r"-?\d{1,3}(?:([,.])\d{3})(?:\1\d{3})*")


def exponent(currency: str | None) -> int:
    """Decimals of a currency: 2 unless ISO 4217 says otherwise or the currency is unknown."""
    return DIGITS.get(currency, 2) if currency is not None else 2


def currency_code(text: str) -> str:
    """The code in capitals.

    Raises:
        InputError: not three letters.
    """
    code = text.strip().upper()
    if not _CODE.fullmatch(code):
        raise InputError(f"{text!r} is not a currency code of three letters such as USD")
    return code


def to_decimal(value: object) -> Decimal | None:
    """The number in `value`; None for what means "unknown" (NaN, an empty text).

    Texts may carry a currency sign and grouping: "$1,299.00", "1.299,00 €", "12,5".

    Raises:
        InputError: not a number, or infinite.
    """
    if isinstance(value, bool):
        raise InputError(f"{value!r} is not a number")
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, (float, Decimal)):
        number = Decimal(repr(value)) if isinstance(value, float) else value
    elif isinstance(value, str):
        text = value.strip()
        if text.lower() in UNKNOWN:
            return None
        number = _parse(text, value)
    else:
        raise InputError(f"{value!r} is not a number")
    if number.is_nan():
        return None
    if number.is_infinite():
        raise InputError(f"{value!r} is not finite")
    return number


UNKNOWN = frozenset(("", "nan", "null", "none", "n/a", "na", "nil", "-", "unknown", "<na>"))
"""What exports write where there is no value."""


def minor_units(amount: Decimal, currency: str | None) -> int:
    """The amount in the currency's smallest unit, half away from zero."""
    return int(amount.scaleb(exponent(currency)).to_integral_value(ROUND_HALF_UP))


def _parse(text: str, given: str) -> Decimal:
    if len(text) <= 40:
        try:
            return Decimal(text.replace("_", "x"))
        except InvalidOperation:
            around = _AROUND.fullmatch(text)
            if around:
                try:
                    return Decimal(_plain(around[1]))
                except InvalidOperation:
                    pass
    raise InputError(f"{given[:60]!r} is not a number such as 14.90")


def _plain(text: str) -> str:
    text = re.sub("[' \u00a0]", "", text)
    if "," in text and "." in text:
        decimal = max(text.rfind(","), text.rfind("."))
        return re.sub("[,.]", "", text[:decimal]) + "." + text[decimal + 1 :]
    if _GROUPED.fullmatch(text) and (text.count(",") > 0 or text.count(".") > 1):
        return re.sub("[,.]", "", text)
    return text.replace(",", ".")
