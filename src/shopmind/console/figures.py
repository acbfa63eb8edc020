"""Numbers and times as people read them; what is not known is a dash, never a zero."""

from __future__ import annotations

from collections.abc import Mapping

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


def moment(at_ms: int | None) -> str:
    """2026-03-01 12:30, in UTC."""
    return DASH if at_ms is None else format_time(at_ms)[:16].replace("T", " ")
