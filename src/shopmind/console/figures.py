"""Numbers and times as people read them; what is not known is a dash, never a zero."""

from __future__ import annotations

from collections.abc import Mapping

from shopmind.domain import Item
from shopmind.domain.money import DIGITS
from shopmind.kit.clock import format_time

DASH = "–"


def count(value: float | None) -> str:
    """12,345 – or 12.5 where credit was shared."""
    if value is None:
        return DASH
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def share(value: float | None) -> str:
    """3.25 %."""
    return DASH if value is None else f"{100 * value:,.2f} %"


def milliseconds(value: float | None) -> str:
    """12.3 ms."""
    return DASH if value is None else f"{value:,.1f} ms"


def money(sums: Mapping[str, float]) -> str:
    """1,234.50 EUR, one after another for several currencies."""
    return " · ".join(f"{value:,.2f} {currency}" for currency, value in sorted(sums.items())) or DASH


def price(item: Item) -> str | None:
    """1,650.00 EUR, with as many digits as the currency has; None where it is not known."""
    if item.price is None:
        return None
    return f"{item.price:,.{DIGITS.get(item.currency or '', 2)}f} {item.currency or ''}".rstrip()


def moment(at_ms: int | None) -> str:
    """2026-03-01 12:30, in UTC."""
    return DASH if at_ms is None else format_time(at_ms)[:16].replace("T", " ")
