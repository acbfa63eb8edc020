"""Numbers, units and labels."""

import pytest

from shopmind.text.abbreviations import expand
from shopmind.text.units import canonical_unit, plain_number


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("1,000", "1000"),
        ("1,5", "1.5"),
        ("12.0", "12"),
        ("1 1/2", "1.5"),
        ("1/3", "0.3333"),
        (".5", "0.5"),
        ("007", "7"),
    ],
)
def test_numbers_meet_however_they_are_written(written: str, plain: str) -> None:
    assert plain_number(written) == plain


def test_a_fraction_over_zero_stays_as_written() -> None:
    assert plain_number("1/0") == "1/0"


def test_units_have_one_name() -> None:
    assert canonical_unit("ounces") == canonical_unit("oz") == "oz"
    assert canonical_unit("parsec") is None


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("FRZN VEG/CHIX DNRS", "Frozen Vegetable/Chicken Dinners"),
        ("REFRGRATD JUICES/DRNKS", "Refrigerated Juices/Drinks"),
        ("BREAD:ITALIAN/FRENCH", "Bread: Italian/French"),
        ("FRUIT - SHELF STABLE", "Fruit - Shelf Stable"),
        ("PKG.SEAFOOD MISC", "Package Seafood Miscellaneous"),
        ("NON EDIBLE PRODUCTS", "Non-Edible Products"),
    ],
)
def test_a_till_label_becomes_words(label: str, words: str) -> None:
    assert expand(label) == words
