from __future__ import annotations

import pytest

from shopmind.console.figures import count, milliseconds, moment, money, price, share
from shopmind.domain import Item


def test_what_is_not_known_is_a_dash_and_never_a_zero() -> None:
    assert {count(None), share(None), milliseconds(None), moment(None), money({})} == {"–"}
    assert (count(0), share(0.0), milliseconds(0.0)) == ("0", "0.00 %", "0.0 ms")


def test_numbers_are_written_as_people_read_them() -> None:
    assert count(12345.0) == "12,345"
    assert count(0.5) == "0.5"
    assert share(0.0325) == "3.25 %"
    assert money({"USD": 1234.5, "EUR": 2}) == "2.00 EUR · 1,234.50 USD"
    assert moment(0) == "1970-01-01 00:00"


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [(165050, "EUR", "1,650.50 EUR"), (1650, "JPY", "1,650 JPY"), (1650, "KWD", "1.650 KWD"), (0, None, "0.00")],
)
def test_a_price_has_as_many_digits_as_its_currency(minor: int, currency: str | None, said: str) -> None:
    assert price(Item("a", price_minor=minor, currency=currency)) == said


def test_an_unknown_price_is_none() -> None:
    assert price(Item("a", currency="EUR")) is None
