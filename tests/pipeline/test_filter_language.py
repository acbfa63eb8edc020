from __future__ import annotations

import contextlib
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from shopmind.kit.errors import InputError
from shopmind.pipeline.filters.language import parse
from shopmind.pipeline.filters.mask import mask
from shopmind.stores.columns import NumberColumn, TextColumn


def texts(*values: str | None) -> TextColumn:
    words = tuple(sorted({value for value in values if value is not None}))
    index = {word: code for code, word in enumerate(words)}
    return TextColumn(np.array([-1 if v is None else index[v] for v in values], np.int32), words, index)


@dataclass
class Shelf:
    """Four items by number; number 0 is never used."""

    table: dict[str, TextColumn | NumberColumn] = field(
        default_factory=lambda: {
            "price": NumberColumn(np.array([np.nan, 5.0, 20.0, np.nan])),
            "brand": texts(None, "Private", "Acme", None),
            "categories": texts(None, "GROCERY > FRZN PIZZA", "DRUG", "GROCERY"),
            "colour": texts(None, "red; blue", "red", None),
            "organic": texts(None, "true", "false", None),
            "created_at": NumberColumn(np.array([np.nan, 1_769_860_800_000, 0, np.nan])),
        }
    )
    change: int = 1
    size: int = 4

    @property
    def shown(self) -> NDArray[np.bool_]:
        return np.array([False, True, True, True])

    @property
    def tie(self) -> NDArray[np.uint64]:
        return np.arange(4, dtype=np.uint64)

    def column(self, name: str) -> TextColumn | NumberColumn | None:
        return self.table.get(name)

    def kinds(self, names: tuple[str, ...]) -> NDArray[np.bool_]:
        return self.shown


def kept(text: str, *, strict: bool = True) -> list[int]:
    return [int(n) for n in np.flatnonzero(mask(parse(text), Shelf(), strict=strict)) if n > 0]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("price < 20", [1]),
        ("price <= 20", [1, 2]),
        ("price >= 5 and price != 5", [2]),
        ("price = 5.0", [1]),
        ('brand = "private"', [1]),
        ("brand = 'Private' or brand = 'ACME'", [1, 2]),
        ('brand in ("Private", "Acme")', [1, 2]),
        ('brand not in ("Private")', [2, 3]),
        ('brand != "Private"', [2, 3]),
        ('not brand = "Private"', [2, 3]),
        ('category = "grocery"', [1, 3]),
        ('category = "FRZN PIZZA"', [1]),
        ('attributes.colour = "red"', [1, 2]),
        ('colour = "blue"', [1]),
        ("organic = true", [1]),
        ("organic = false", [2]),
        ('created_at >= "2026-01-01"', [1]),
        ("price < 20 or price >= 20 and brand = 'Acme'", [1, 2]),
        ("(price < 20 or price >= 20) and brand = 'Acme'", [2]),
        ("NOT (price < 10 OR brand = 'Acme')", [3]),
    ],
)
def test_the_language_means_what_it_says(text: str, items: list[int]) -> None:
    assert kept(text) == items


def test_a_missing_value_makes_every_comparison_but_unequal_false() -> None:
    for sign in ("<", "<=", ">", ">=", "="):
        assert 3 not in kept(f"price {sign} 7")
    assert 3 in kept("price != 7")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("price <", "found the end where a number"),
        ("price < 5 price", "found 'price' at character 11"),
        ("< 5", "found '<' at character 1"),
        ("price < 5 and", "found the end where a name"),
        ("(price < 5", "where ')' is expected"),
        ("brand in 5", "where '(' is expected"),
        ("brand in ()", "where a number"),
        ("brand not 5", "where 'in' is expected"),
        ("price ~ 5", "cannot read '~ 5' at character 7"),
        ("'; drop table items; --", "cannot read"),
        ("(" * 50 + "price < 5" + ")" * 50, "nested deeper than 40"),
        ("price < 5 or " * 400 + "price < 5", "at most 4000"),
        ("price = 'cheap'", "price is a number"),
        ("brand < 'b'", "brand is a text"),
        ("prise < 5", "no item has an attribute 'prise' (did you mean 'price'?); every shop has brand"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(text: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        kept(text)
    assert says in caught.value.message
    assert caught.value.field == "filter"


def test_a_scenario_may_speak_of_attributes_that_a_shop_does_not_have() -> None:
    assert kept("colour_of_lid = 'red'", strict=False) == []
    assert kept("colour_of_lid != 'red'", strict=False) == [1, 2, 3]


@given(st.text(max_size=80))
def test_no_text_does_worse_than_an_input_error(text: str) -> None:
    with contextlib.suppress(InputError):
        assert set(kept(text)) <= {1, 2, 3}


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30))
def test_any_text_can_be_quoted(value: str) -> None:
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    expression = parse(f'brand = "{quoted}"')
    assert getattr(expression, "value", None) == value
