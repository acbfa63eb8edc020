"""What a search of settings may vary: options of recipes, and how far."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin, get_type_hints

import orjson

from shopmind.kit.errors import InputError, not_allowed
from shopmind.training import MENU as RECIPES

REACH = 4.0
"""An option nobody set bounds for is varied from a quarter to four times what it is, by its logarithm."""

Value = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Span:
    """One option that is varied.

    Attributes:
        now: what it is without a search.
        values: the only values, or None for all from `low` to `high`.
        whole: whether only integers are meant.
        log: whether equal factors count as equal steps.
    """

    recipe: str
    option: str
    now: Value
    values: tuple[Value, ...] | None = None
    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    log: bool = False

    @property
    def name(self) -> str:
        """As it is written: "ease.ridge"."""
        return f"{self.recipe}.{self.option}"

    def holds(self, value: Value) -> bool:
        """Whether the search could have come to this value."""
        if self.values is not None:
            return value in self.values
        return not isinstance(value, str) and self.low <= value <= self.high


def spans(recipes: Sequence[str], asked: Iterable[str], settings: Mapping[str, Mapping[str, Any]]) -> list[Span]:
    """What is varied.

    Args:
        recipes: those the scenario needs.
        asked: "ease.ridge", "ease.ridge=1..50" or "sequence.blocks=1,2,3"; without any, every number of the recipes.
        settings: recipe → options, as shop.toml says.

    Raises:
        InputError: an unknown recipe or option, or bounds that are none.
    """
    every = {each.name: each for recipe in recipes for each in _spans_of(recipe, settings.get(recipe, {}))}
    found = []
    for given in asked:
        name, _, bounds = given.partition("=")
        if name not in every:
            raise not_allowed("evaluate: search", name, every, field="search")
        found.append(_within(every[name], bounds) if bounds else every[name])
    found = found if found else [each for each in every.values() if not isinstance(each.now, bool | str)]
    found = [each for each in found if each.values is not None or each.low < each.high]
    if not found:
        raise InputError(
            f"evaluate: nothing to search in {', '.join(recipes)}: name options with bounds", field="search"
        )
    return found


def toml(options: Mapping[str, Mapping[str, Value]]) -> str:
    """Recipe → options as shop.toml reads them."""
    lines = []
    for recipe, values in options.items():
        lines += [
            f"[training.{recipe}]",
            *(f"{name} = {orjson.dumps(value).decode()}" for name, value in values.items()),
        ]
    return "\n".join(lines)


def _spans_of(recipe: str, settings: Mapping[str, Any]) -> list[Span]:
    options = RECIPES.load(recipe).Options
    hints = get_type_hints(options)
    found = []
    for field in dataclasses.fields(options):
        now = settings.get(field.name, field.default)
        span = _span(recipe, field.name, hints[field.name], now)
        if span is not None:
            found.append(span)
    return found


def _span(recipe: str, option: str, hint: Any, now: Any) -> Span | None:
    if get_origin(hint) is Literal:
        return Span(recipe, option, now, values=get_args(hint))
    if isinstance(now, bool):
        return Span(recipe, option, now, values=(False, True))
    if not isinstance(now, int | float):
        return None
    whole = isinstance(now, int) and hint is int
    if now <= 0:
        return Span(recipe, option, now, low=now, high=now, whole=whole)  # no factor of it: bounds must be given
    low, high = now / REACH, now * REACH
    if whole:
        return Span(recipe, option, now, low=max(1, round(low)), high=max(2, round(high)), whole=True, log=True)
    return Span(recipe, option, now, low=low, high=min(high, 1.0) if now <= 1 else high, log=True)


def _within(span: Span, bounds: str) -> Span:
    """The span with the bounds that were given: "1..50" or "1,2,3"."""
    try:
        if ".." in bounds:
            low, high = (float(each) for each in bounds.split(".."))
            if not low < high:
                raise ValueError(bounds)
            return dataclasses.replace(span, values=None, low=low, high=high, log=low > 0 and high / low > 10)
        values = tuple(
            orjson.loads(each.strip()) if span.values is None else _read(each.strip()) for each in bounds.split(",")
        )
        return dataclasses.replace(span, values=values)
    except ValueError as error:
        raise InputError(
            f"evaluate: search {span.name}={bounds}: bounds are LOW..HIGH, or values with commas between",
            field="search",
        ) from error


def _read(text: str) -> Value:
    try:
        value: Value = orjson.loads(text)
    except ValueError:
        return text
    return value
