"""The terms of an ad, read from the attributes of its item; every door refuses by the same words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from shopmind.domain import Item
from shopmind.domain.ad import MILLS, PRICINGS, AdTerms, Pricing
from shopmind.domain.item import Scalar
from shopmind.domain.money import DIGITS
from shopmind.kit.clock import EARLIEST_MS, HOUR_MS, LATEST_MS, parse_time
from shopmind.kit.errors import InputError, not_allowed

LARGEST = Decimal(10) ** 9
_TARGETS = ("target_scenarios", "target_words", "target_categories", "target_users")
PRIVATE = frozenset(("pricing", "bid", "budget", "daily_budget", "hours", "cap", "cap_hours", *_TARGETS))
"""Attributes that are between advertiser and shop: customers are never told them."""
_HOURS = re.compile(r"(\d{1,2})\s*-\s*(\d{1,2})")


def terms_of(item: Item, *, where: str = "") -> AdTerms:
    """The terms of an ad.

    Raises:
        InputError: something is missing or not allowed; the message names the ad and says what is allowed.
    """
    where = where or f"ad {item.item_id!r}"
    wrong(item, where=where)
    given = item.attributes
    advertiser = str(given.get("advertiser") or item.brand or "").strip()
    if not advertiser:
        raise InputError(f"{where}: it has no advertiser", field="advertiser")
    for name in ("pricing", "bid", "budget"):
        if name not in given:
            raise InputError(f"{where}: it has no {name}", field=name)
    pricing, digits = _pricing(given, where), DIGITS.get(item.currency or "", 2)
    each = digits if pricing == "cpm" else digits + 3  # a thousandth of a bid for a thousand is in mills as it stands
    daily = given.get("daily_budget")
    return AdTerms(
        advertiser=advertiser,
        pricing=pricing,
        bid=_mills(given["bid"], each, f"{where}: bid", "bid"),
        budget=_mills(given["budget"], digits + 3, f"{where}: budget", "budget"),
        daily=None if daily is None else _mills(daily, digits + 3, f"{where}: daily_budget", "daily_budget"),
        currency=item.currency,
        starts_ms=_moment(given, "starts_at", where),
        ends_ms=_moment(given, "ends_at", where),
        hours=_hours(given, where),
        scenarios=_listed(given, "target_scenarios"),
        words=_listed(given, "target_words"),
        categories=_listed(given, "target_categories"),
        users=str(given.get("target_users", "")).strip(),
        cap=int(_number(given, "cap", where, 0)),
        cap_ms=round(_number(given, "cap_hours", where, 24) * HOUR_MS),
        target=str(given.get("target", "")),
    )


def wrong(item: Item, *, where: str) -> None:
    """Refuses terms that contradict themselves; terms that are not there yet are not wrong.

    Raises:
        InputError: a bid or budget that is not above 0, an unknown pricing, an end before the start, and the like.
    """
    given = item.attributes
    digits = DIGITS.get(item.currency or "", 2)
    pricing = _pricing(given, where) if "pricing" in given else "cpc"
    for name in ("bid", "budget", "daily_budget"):
        if name in given:
            cpm = name == "bid" and pricing == "cpm"
            _mills(given[name], digits if cpm else digits + 3, f"{where}: {name}", name)
    starts, ends = _moment(given, "starts_at", where), _moment(given, "ends_at", where)
    if starts is not None and ends is not None and ends <= starts:
        raise InputError(f"{where}: ends_at is not after starts_at", field="ends_at")
    _hours(given, where)
    for name in ("cap", "cap_hours"):
        _number(given, name, where, 0)


def _pricing(given: Mapping[str, Scalar], where: str) -> Pricing:
    text = str(given["pricing"]).strip().lower()
    for pricing in PRICINGS:
        if text == pricing:
            return pricing
    raise not_allowed(f"{where}: pricing", given["pricing"], PRICINGS, field="pricing")


def _decimal(value: Scalar, where: str, field: str) -> Decimal:
    try:
        if isinstance(value, bool):
            raise InvalidOperation
        number = Decimal(str(value).strip())
    except InvalidOperation as error:
        raise InputError(f"{where} is {value!r}, it must be a number such as 0.40", field=field) from error
    if not number.is_finite():
        raise InputError(f"{where} is {value!r}, it must be a number such as 0.40", field=field)
    return number


def _mills(value: Scalar, places: int, where: str, field: str) -> int:
    number = _decimal(value, where, field)
    if number <= 0:
        raise InputError(f"{where} is {value}, it must be above 0", field=field)
    if number > LARGEST:
        raise InputError(f"{where} is {value}, at most {LARGEST:,} is allowed", field=field)
    mills = int(number.scaleb(places).to_integral_value(ROUND_HALF_UP))
    if mills < 1:
        raise InputError(f"{where} is {value}, less than the smallest amount that can be charged", field=field)
    return mills


def _number(given: Mapping[str, Scalar], name: str, where: str, default: float) -> float:
    if name not in given:
        return default
    number = _decimal(given[name], f"{where}: {name}", name)
    if not 0 <= number <= 1_000_000:
        raise InputError(f"{where}: {name} is {given[name]}, it must lie in 0..1,000,000", field=name)
    return float(number)


def _moment(given: Mapping[str, Scalar], name: str, where: str) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, str):
        return parse_time(value, where=f"{where}: {name}")
    if isinstance(value, bool) or not EARLIEST_MS <= value < LATEST_MS:
        raise InputError(f"{where}: {name} is {value!r}, it must be a time of 1970–2100", field=name)
    return int(value)


def _hours(given: Mapping[str, Scalar], where: str) -> tuple[int, int] | None:
    value = given.get("hours")
    if value is None:
        return None
    found = _HOURS.fullmatch(str(value).strip())
    first, last = (int(found[1]), int(found[2])) if found else (0, 0)
    if first == last or not 0 <= first <= 23 or not 1 <= last <= 24:
        raise InputError(f'{where}: hours is {value!r}, it must be such as "8-20", in UTC', field="hours")
    return first, last


def _listed(given: Mapping[str, Scalar], name: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in str(given.get(name, "")).split(";") if word.strip())


def money(mills: int, currency: str | None) -> float:
    """Major units of the currency, for people to read."""
    return float(mills / MILLS / 10 ** DIGITS.get(currency or "", 2))
