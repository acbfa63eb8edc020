from __future__ import annotations

from shopmind.console.figures import count, milliseconds, moment, money, share


def test_what_is_not_known_is_a_dash_and_never_a_zero() -> None:
    assert {count(None), share(None), milliseconds(None), moment(None), money({})} == {"–"}
    assert (count(0), share(0.0), milliseconds(0.0)) == ("0", "0.00 %", "0.0 ms")


def test_numbers_are_written_as_people_read_them() -> None:
    assert count(12345.0) == "12,345"
    assert count(0.5) == "0.5"
    assert share(0.0325) == "3.25 %"
    assert money({"USD": 1234.5, "EUR": 2}) == "2.00 EUR · 1,234.50 USD"
    assert moment(0) == "1970-01-01 00:00"
