from __future__ import annotations

from dataclasses import dataclass

import pytest

from shopmind.kit.errors import InputError
from shopmind.scenarios.filled import filled
from shopmind.scenarios.load import Source


@dataclass(frozen=True)
class Slot:
    """What a table says."""

    name: str
    hours: float
    tags: tuple[str, ...] = ()


def slot(text: str) -> Slot:
    source = Source("slots.toml", f"[slots.night]\n{text}")

    def check(key: str, value: object, where: str) -> None:
        if key == "hours" and not float(str(value)) > 0:
            raise InputError(f"{where} must be above 0", field=key)

    table = source.table["slots"]["night"]
    inside = source.inside("slots.night")
    reads = {"tags": lambda value, where: tuple(str(value).split())}
    return filled(Slot, table, inside, "night", fixed={"name": "night"}, reads=reads, check=check)


def test_a_table_becomes_a_dataclass() -> None:
    assert slot('hours = 3\ntags = "a b"\n') == Slot("night", 3.0, ("a", "b"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hours = 3\nhuors = 2\n", "slots.toml line 3: unknown key of night.*did you mean 'hours'"),
        ('name = "day"\n', "slots.toml line 2: unknown key of night"),
        ('hours = "3"\n', "slots.toml line 2: night.hours"),
        ("hours = -1\n", "slots.toml line 2: night.hours must be above 0"),
        ("tags = 'x'\n", "night: 'hours' is required"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        slot(text)
