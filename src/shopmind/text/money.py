"""Prices said in a query: "under $80", "between 20 and 50 euros", "600元以下", "一百到两百块"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Relation = Literal["below", "most", "above", "least", "between", "around"]

AROUND = 0.2
"""How far "about" reaches to either side, as a share of the price."""

LEAST_BARE = 10
"""Below this a number without a currency ("under 5") is more often an age, a size or a count than a price."""

SURE, BARE = 0.95, 0.75
"""Confidence with a currency and without."""

_SIGNS = {"$": "USD", "us$": "USD", "£": "GBP", "€": "EUR", "¥": "CNY", "￥": "CNY"}
_NAMES = {
    "USD": "usd dollar dollars buck bucks 美元 美金",
    "EUR": "eur euro euros 欧元",
    "GBP": "gbp quid 英镑",
    "CNY": "cny rmb yuan 人民币 元 块钱 块 圆",
    "JPY": "jpy yen 日元",
}
_CURRENCY = {name: code for code, names in _NAMES.items() for name in names.split()} | _SIGNS
MONEY_IN_GENERAL = frozenset(("元", "块", "块钱", "圆"))
"""Words for money that Chinese shoppers use whatever the currency of the shop."""

_DIGITS = {name: value for value, name in enumerate("零一二三四五六七八九")} | {"两": 2}
_TENS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}
_BEFORE = r"(?:us\$|[$£€¥￥]|\b(?:usd|eur|gbp|cny|rmb)\b)"
_LATIN_AFTER = "|".join(sorted((n for n in _CURRENCY if n.isascii() and n.isalpha()), key=len, reverse=True))
_HAN_AFTER = "|".join(sorted((n for n in _CURRENCY if not n.isascii() and n.isalpha()), key=len, reverse=True))
_AFTER = rf"(?:[$£€](?!\d)|(?:{_LATIN_AFTER})\b|{_HAN_AFTER})"
_AMOUNT = r"(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,9})(?:\.\d{1,2})?(?![\d/])|[一二两三四五六七八九十百千万]{1,9}"


def _money(place: str, never_after: str = r"\d.,/x-") -> str:
    """One amount with its currency on either side, in groups that end in `place`."""
    return (
        rf"(?:(?P<before{place}>{_BEFORE})\s?)?(?<![{never_after}])(?P<amount{place}>{_AMOUNT})"
        rf"(?:\s?(?P<times{place}>k(?![a-z0-9])|千|万))?(?:\s?(?P<after{place}>{_AFTER}))?"
    )


_ONE, _TWO = _money("1"), _money("2", r"\d.,/x")
_LEAD = r"(?:(?:priced?|costs?|costing|budget|价格|价位|预算|售价)\s?(?:is|of|在|是|为|:|：)?\s?)?"
_FORMS: list[tuple[Relation, str]] = [
    ("between", rf"(?:between|from|在)?\s?{_ONE}\s?(?:-|–|—|~|to|and|到|至)\s?{_TWO}(?:\s?(?:之间|以内|区间))?"),
    ("below", rf"(?:under|below|less than|lower than|cheaper than|低于|少于|小于|不到|[<＜](?!=))\s?{_ONE}"),
    ("most", rf"(?:up to|at most|max(?:imum)?(?: of)?|no more than|not more than|not over|within|<=|≤"
     rf"|不超过|不高于|不大于|最多|最高)\s?{_ONE}"),
    ("most", rf"{_ONE}\s?(?:(?:or|and) (?:less|under|below|cheaper)\b|max(?:imum)?\b|tops\b|以下|以内|之内|之下|封顶)"),
    ("above", rf"(?:over|above|more than|高于|大于|超过|[>＞](?!=))\s?{_ONE}"),
    ("least", rf"(?:at least|starting at|min(?:imum)?(?: of)?|no less than|>=|≥|不低于|不少于|至少|最低)\s?{_ONE}"),
    ("least", rf"{_ONE}\s?(?:(?:or|and) (?:more|up|above|over)\b|以上|起|往上)"),
    ("around", rf"(?:around|about|approximately|roughly|~|大约|大概)\s?{_ONE}"),
    ("around", rf"{_ONE}\s?(?:左右|上下)"),
]  # fmt: skip
_PATTERNS = [(relation, re.compile(rf"(?<![a-z\d]){_LEAD}{form}(?![a-z\d])的?", re.I)) for relation, form in _FORMS]
_OF_SOMETHING_ELSE = re.compile(
    r"(?:age[ds]?|weigh\w*|size\w*|width|length|height|power|watt\w*|volt\w*"
    r"|宽度?|高度?|身高|长度?|厚度?|体重|年龄)\s*$",
    re.I,
)
_HAN_RELATION = re.compile("以下|以内|之内|以上|左右|低于|少于|不到|不超过|高于|超过|之间|最多|至少")
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Price:
    """What a text says of the price.

    Attributes:
        start, end: where it says so.
        low, high: limits in major units; None where it is open.
        low_open, high_open: whether the limit itself is left out.
        currency: ISO code, "" when it is not said.
        general: the currency is a Chinese word for money of any kind.
        confidence: 0..1.
    """

    start: int
    end: int
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False
    currency: str = ""
    general: bool = False
    confidence: float = SURE

    @property
    def expression(self) -> str:
        """In the filter language."""
        parts = []
        if self.low is not None:
            parts.append(f"price {'>' if self.low_open else '>='} {self.low:.10g}")
        if self.high is not None:
            parts.append(f"price {'<' if self.high_open else '<='} {self.high:.10g}")
        return " and ".join(parts)


def read_price(text: str) -> Price | None:
    """The first price in the first 300 characters; None when there is none or it may be something else.

    A number counts as a price when a currency stands beside it, or when a word of comparison does and nothing follows
    that it could be a measure of: "shoes under 80" is a price, "heater under 1500 watts" and "toys under 5" are not.
    """
    text = text[:_LONGEST]
    for relation, pattern in _PATTERNS:
        for found in pattern.finditer(text):
            price = _price(relation, found, text)
            if price is not None:
                return price
    return None


def _price(relation: Relation, found: re.Match[str], text: str) -> Price | None:
    groups = found.groupdict()
    named = [word.lower() for name, word in groups.items() if word and name.startswith(("before", "after"))]
    low = _value(groups["amount1"], groups["times1"])
    high = _value(groups["amount2"], groups["times2"] or "") if groups.get("amount2") else None
    if low is None or low <= 0 or (relation == "between" and (high is None or high <= low)):
        return None
    if groups["times1"] is None and groups.get("times2") and high is not None and low * 100 < high:
        low = _value(groups["amount1"], groups["times2"]) or low
    if not named and not _bare(relation, found, text, low):
        return None
    where = {
        "start": found.start(),
        "end": found.end(),
        "currency": _CURRENCY[named[0]] if named else "",
        "general": bool(named) and named[0] in MONEY_IN_GENERAL,
        "confidence": SURE if named else BARE,
    }
    if relation == "between":
        return Price(low=low, high=high, **where)  # type: ignore[arg-type]
    if relation == "around":
        return Price(low=round(low * (1 - AROUND), 2), high=round(low * (1 + AROUND), 2), **where)  # type: ignore[arg-type]
    if relation in ("below", "most"):
        return Price(high=low, high_open=relation == "below", **where)  # type: ignore[arg-type]
    return Price(low=low, low_open=relation == "above", **where)  # type: ignore[arg-type]


def _bare(relation: Relation, found: re.Match[str], text: str, amount: float) -> bool:
    """Whether a number without a currency can only be a price."""
    if amount < LEAST_BARE or _OF_SOMETHING_ELSE.search(text[: found.start()]):
        return False
    said = found[0]
    if _HAN_RELATION.search(said):
        return relation != "least" or amount >= 50
    if relation in ("below", "most"):
        return not text[found.end() :].strip(" .,!?") and re.search("[a-z]", said, re.I) is not None
    return relation == "between" and said.lower().startswith("between") and not text[found.end() :].strip(" .,!?")


def _value(amount: str, times: str | None) -> float | None:
    """1,200 → 1200; 1.5 k → 1500; 两百五 → 250; None for what is no number."""
    factor = {"k": 1_000, "K": 1_000, "千": 1_000, "万": 10_000}.get(times or "", 1)
    if amount[0].isdigit():
        return float(amount.replace(",", "")) * factor
    total = part = 0.0
    unit = 0
    digit: int | None = None
    for sign in amount:
        if sign in _DIGITS:
            if digit is not None:
                return None
            digit = _DIGITS[sign]
            continue
        unit = _TENS[sign]
        part = (part + (digit or 0)) * unit if unit == 10_000 else part + (1 if digit is None else digit) * unit
        if unit == 10_000:
            total, part = total + part, 0.0
        digit = None
    if digit is not None:
        part += digit * (unit // 10 if unit > 10 else 1)  # 两百五 is 250
    return (total + part) * factor or None
