"""Conditions said in words: a price, a brand, a colour, a size."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import orjson

from shopmind.domain import Constraint
from shopmind.kit.errors import NotReadyError
from shopmind.pipeline.context import Context
from shopmind.pipeline.lexicon import read
from shopmind.pipeline.parts import Tools, Understanding
from shopmind.stores.columns import NumberColumn, TextColumn
from shopmind.text.money import Price, read_price
from shopmind.text.normalise import fold
from shopmind.text.runs import places_in

LONGEST = 300
_COLOUR = frozenset(("colour", "color", "颜色", "色"))
_SIZE_COLUMNS = ("size", "尺码", "尺寸")
_SIZES = re.compile(
    r"(?<![\w.-])(?:size\s?(?P<said>x{0,4}[sl]|m|\d{1,3}(?:\.5)?)|(?P<number>\d{2,3}(?:\.5)?)\s?码|(?P<letters>x{1,4}[sl]))"
    r"(?:\s?码)?(?![\w.-])",
    re.I,
)


class Constraints(Understanding):
    """Adds to `constraints`; the words of a price leave the text, those of a value stay in it.

    A price is read without any training. Values are those of the artifact `values`; a shop without it has none. What
    the merchandiser protects is never read as a value.
    """

    artifacts = ("values",)

    @dataclass(frozen=True)
    class Options:
        """sure: confidence from which a value is a condition; below it ranking decides. kinds: which are read."""

        sure: float = 0.9
        kinds: tuple[str, ...] = ("price", "brand", "colour", "size", "attribute")

        def __post_init__(self) -> None:
            allowed = ("price", "brand", "colour", "size", "attribute")
            if unknown := set(self.kinds) - set(allowed):
                raise ValueError(f"kinds has {sorted(unknown)}, allowed are {', '.join(allowed)}")

    def __init__(self, options: Options, tools: Tools) -> None:
        self._options = options
        self._tools = tools

    def ready(self) -> None:
        """Never missing: prices need no training."""

    def understand(self, context: Context) -> None:
        """See Understanding."""
        if not context.text or context.query.verbatim or len(context.text) > LONGEST:
            return
        if "price" in self._options.kinds:
            self._read_price(context)
        if "size" in self._options.kinds:
            self._read_size(context)
        self._read_values(context)

    def _read_price(self, context: Context) -> None:
        price = read_price(context.text)
        if price is None or not _in_currency(price, context):
            return
        words = context.text[price.start : price.end]
        rest = " ".join((context.text[: price.start] + " " + context.text[price.end :]).split())
        if re.search(r"\w", rest):
            context.text = rest
        context.constraints.append(Constraint("price", price.expression, words.strip(), price.confidence))

    def _read_size(self, context: Context) -> None:
        found = _SIZES.search(context.text)
        if found is None:
            return
        size = next(group for group in found.groups() if group).casefold()
        for name in _SIZE_COLUMNS:
            column = context.columns.column(name)
            if isinstance(column, TextColumn) and any(
                size == part for text in column.vocabulary for part in text.casefold().split("; ")
            ):
                context.constraints.append(Constraint("size", f'attributes.{name} = "{size}"', found[0].strip(), 0.9))
                return

    def _read_values(self, context: Context) -> None:
        folded = fold(context.text)
        shields = read(self._tools.records).shields(folded)
        taken: list[tuple[int, int]] = []
        named: dict[str, list[Constraint]] = {}
        for place in places_in(folded) if self._table else ():
            meaning = self._table.get(" ".join(place.phrase))
            if meaning is None or _overlaps(place.start, place.end, [*taken, *shields]):
                continue
            taken.append((place.start, place.end))
            column, values, confidence = meaning
            kind = "colour" if column in _COLOUR else column
            if (kind if kind in ("brand", "colour") else "attribute") in self._options.kinds:
                expression = _expression(column, values)
                named.setdefault(column, []).append(
                    Constraint(kind, expression, folded[place.start : place.end], confidence)
                )
        if len(taken) == 1 and not re.search(r"\w", folded[: taken[0][0]] + folded[taken[0][1] :]):
            return  # the whole query is the name: ranking knows it, and what is like it may be welcome too
        for constraints in named.values():
            if len(constraints) == 1 and constraints[0].confidence >= self._options.sure:
                context.constraints.append(constraints[0])
            elif len(constraints) > 1:  # "black and white": either is right
                both = " or ".join(f"({each.expression})" for each in constraints)
                words, least = " ".join(each.words for each in constraints), min(c.confidence for c in constraints)
                if least >= self._options.sure:
                    context.constraints.append(replace(constraints[0], expression=both, words=words, confidence=least))

    @cached_property
    def _table(self) -> Mapping[str, tuple[str, list[str], float]]:
        try:
            table: Any = orjson.loads(self.fitted.arrays["table"].tobytes())
        except NotReadyError:
            return {}
        return {phrase: tuple(meaning) for phrase, meaning in table.items()}


def _expression(column: str, values: list[str]) -> str:
    name = column if column == "brand" else f"attributes.{column}"
    if values == ["true"]:
        return f"{name} = true"
    texts = [orjson.dumps(value).decode() for value in values]
    return f"{name} = {texts[0]}" if len(texts) == 1 else f"{name} in ({', '.join(texts)})"


def _in_currency(price: Price, context: Context) -> bool:
    """Whether the shop has prices that the amount can be compared with."""
    prices, currencies = context.columns.column("price"), context.columns.column("currency")
    if not isinstance(prices, NumberColumn) or not bool(np.isfinite(prices.values).any()):
        return False
    if not price.currency or price.general or not isinstance(currencies, TextColumn):
        return True
    return price.currency in currencies.index


def _overlaps(start: int, end: int, taken: list[tuple[int, int]]) -> bool:
    return any(start < other_end and other_start < end for other_start, other_end in taken)
