"""Measures and pack sizes: "12 OZ", "6 PK/11.2 OZ", "1/2 in", "500克" as tokens that meet, however they are written."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

_UNITS: dict[str, str] = {
    "oz": "oz ounce ounces ozs floz 盎司",
    "lb": "lb lbs pound pounds 磅",
    "g": "g gr gram grams gramme grammes gm 克",
    "kg": "kg kgs kilo kilos kilogram kilograms 公斤 千克",
    "mg": "mg milligram milligrams 毫克",
    "jin": "斤",
    "ml": "ml millilitre milliliter millilitres milliliters 毫升",
    "cl": "cl centilitre",
    "l": "l lt ltr liter liters litre litres 升",
    "gal": "gal gals gallon gallons 加仑",
    "qt": "qt quart quarts",
    "pt": "pt pint pints",
    "ct": "ct cnt count",
    "pk": "pk pck pack packs packets 包",
    "in": "in inch inches 英寸 寸",
    "ft": "ft feet foot 英尺",
    "mm": "mm millimetre millimeter millimetres millimeters 毫米",
    "cm": "cm centimetre centimeter centimetres centimeters 厘米",
    "m": "m metre meter metres meters 米",
    "yd": "yd yard yards",
    "w": "w watt watts 瓦",
    "v": "v volt volts 伏",
    "mah": "mah 毫安",
    "kb": "kb",
    "mb": "mb",
    "gb": "gb",
    "tb": "tb",
    "hz": "hz 赫兹",
    "mhz": "mhz",
    "ghz": "ghz",
    "mp": "mp megapixel megapixels 像素",
    "sqft": "sqft",
}
_CANONICAL = {name: unit for unit, names in _UNITS.items() for name in names.split()}
_HAN_NAMES = "|".join(sorted((name for name in _CANONICAL if not name.isascii()), key=len, reverse=True))
_LATIN_NAMES = "|".join(sorted((name for name in _CANONICAL if name.isascii()), key=len, reverse=True))
_NUMBER = r"\d{1,9}(?:[.,]\d{1,9}){0,3}"
_AMOUNT = rf"(?:\d{{1,4}}[ -])?\d{{1,4}}[/⁄]\d{{1,4}}(?![\d/])|{_NUMBER}|\.\d{{1,9}}"
MEASURE = re.compile(
    rf"(?<![\w.])(?P<amount>{_AMOUNT})"
    rf"(?:[ -]?(?:fl\.? ?)?(?P<unit>(?:{_LATIN_NAMES})(?![a-z\d])|{_HAN_NAMES})|(?P<inch>\"|''|″|”))"
)
TIMES = re.compile(r"(?<=\d)\s?[x×]\s?(?=\d)")


@lru_cache(maxsize=16_384)
def measure_tokens(amount: str, unit: str) -> tuple[str, ...]:
    """The joined token and its parts: ("12oz", "12", "oz"); fractions keep their written form as a part.

    Args:
        amount: as matched by MEASURE, e.g. "1,000", "11.2", "1 1/2".
        unit: any name in the table.
    """
    number = plain_number(amount)
    name = _CANONICAL[unit]
    parts = [f"{number}{name}", number, name]
    if "/" in amount or "⁄" in amount:
        parts.append(re.split("[ -]", amount)[-1].replace("⁄", "/"))
    return tuple(parts)


def plain_number(text: str) -> str:
    """A number as plain decimals: "1,000" → "1000", "1,5" → "1.5", "12.0" → "12", "1 1/2" → "1.5"."""
    text = text.replace("⁄", "/")
    if "/" in text:
        return _fraction(text)
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        text = text.replace(",", "")
    elif text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    if text.startswith("."):
        text = "0" + text
    if text.count(".") == 1 and "," not in text:
        text = text.rstrip("0").rstrip(".")
    return text.lstrip("0") or "0" if text.isdigit() else text


def canonical_unit(name: str) -> str | None:
    """The unit of our table a name stands for, or None."""
    return _CANONICAL.get(name)


def _fraction(text: str) -> str:
    whole, _, part = re.sub("[ -]", " ", text).rpartition(" ")
    top, bottom = part.split("/")
    if int(bottom) == 0:
        return part
    value = (int(whole) if whole else 0) + Fraction(int(top), int(bottom))
    return f"{float(value):.4f}".rstrip("0").rstrip(".")
